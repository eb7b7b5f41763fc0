"""Films made from what was uploaded: a promo, a slideshow, or simply a film.

A recipe lays shots, words and music out in one go, with the choices of `direction` and the
times of `rhythm`; its result is a draft like any other, which edits go on from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, log10
from typing import Final

from saycut.agent.direction import (
    Brief,
    FilmKind,
    closing_motion,
    is_fast,
    large_at_the_ends,
    moved,
    ordered,
    shot_span,
    telling,
)
from saycut.agent.lettering import Shot, closing_need_ms, lettered, opening_need_ms
from saycut.agent.rhythm import Beats, Span, borders_of, even_borders, shared
from saycut.timeline import (
    Asset,
    AssetKind,
    Canvas,
    Curve,
    Draft,
    Motion,
    Picture,
    Segment,
    Sound,
    SoundRole,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

__all__ = ["Film", "film_of"]

PROMO_MS: Final = 30_000
PROMO_PER_PICTURE_MS: Final = 5_000
PROMO_MS_LEAST: Final = 10_000
STILL_MS: Final = 4_000
# The closing card: a seventh of the film, long enough to read, short enough to stay for.
CLOSING_SHARE: Final = 0.15
CLOSING_MS: Final = (3_000, 4_500)
# As long as it may get on its way to a beat.
CLOSING_MS_MAX: Final = CLOSING_MS[1] + 500
CLOSING_DIM: Final = 0.45
CLOSING_BLUR: Final = 0.018
# The opening carries the title and the eye needs a moment to arrive.
OPENING_WEIGHT: Final = 1.15
TRANSITION_MS_MAX: Final = 1_100
TRANSITION_FAST_MS: Final = 250
TRANSITION_USUAL_MS: Final = 800
TRANSITION_SHARE: Final = 4  # at most a quarter of the shorter shot
TRANSITION_MS_LEAST: Final = 200  # below this a transition is a blink: a cut is cleaner
MUSIC_FADE_IN_MS: Final = 150
MUSIC_FADE_OUT_MS: Final = (1_500, 3_000)
MUSIC_UNDER_SPEECH_DB: Final = -12.0
CLIP_UNDER_MUSIC_DB: Final = -16.0
# A beat more or less is felt in shots of up to so many beats.
BEATS_FELT: Final = 5
# The first and the last shot may last so much longer than the others for these to be even.
STRETCH_MAX: Final = 1.5
CLOSING_SPARE_MS: Final = 1_500
# Clips start a little late and end a little early, so that transitions have pictures to use.
HANDLE_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Film:
    """What a recipe made: the draft, the pictures it had no time for, and whether all names
    of photos that were to be shown can be read."""

    draft: Draft
    left_out: tuple[Asset, ...] = ()
    is_readable: bool = True


def film_of(brief: Brief, assets: Sequence[Asset], canvas: Canvas) -> Film:
    """Make a film of these assets: pictures and clips in an order, the first sound as music.

    Its length is exactly `brief.duration_ms` when given, less where clips that are shown once
    do not last as long. There is at least one picture.
    """
    pictures = [a for a in assets if a.kind is not AssetKind.AUDIO]
    music = [a for a in assets if a.kind is AssetKind.AUDIO and a.duration_ms > 0]
    if brief.kind is FilmKind.PROMO:
        pictures = ordered(pictures, canvas)
    else:
        pictures = large_at_the_ends(pictures, canvas)
    total_ms = brief.duration_ms or _usual_ms(brief, pictures)
    if not _repeats(brief):
        total_ms = round(min(total_ms, sum(map(_longest_ms, pictures))))
    if not any(_longest_ms(a) >= CLOSING_MS_MAX for a in pictures):
        brief = replace(brief, closing=None)  # no clip lasts as long as the card
    beats = _beats(music, total_ms)
    shots, borders = _cut(brief, pictures, total_ms, beats)
    main = _main_track(brief, shots, borders, canvas, has_music=bool(music))
    texts, is_readable = lettered(brief, shots, main.segments, canvas)
    sounds = _music_track(brief, music, shots, total_ms)
    shown = {shot.asset.id for shot in shots}
    return Film(
        Draft(canvas=canvas, tracks=tuple(t for t in (main, sounds, texts) if t.segments)),
        tuple(a for a in pictures if a.id not in shown),
        is_readable,
    )


def _usual_ms(brief: Brief, pictures: Sequence[Asset]) -> int:
    """Give how long the film lasts when nobody said."""
    if brief.kind is FilmKind.PROMO:
        each_ms = round(PROMO_PER_PICTURE_MS * brief.pace)
        return min(PROMO_MS, max(PROMO_MS_LEAST, each_ms * (len(pictures) + 1)))
    still_ms = brief.shot_ms or round(STILL_MS * brief.pace)
    return sum(
        still_ms if a.kind is AssetKind.IMAGE or brief.shot_ms else a.duration_ms or still_ms
        for a in pictures
    )


def _cut(
    brief: Brief, pictures: Sequence[Asset], total_ms: int, beats: Beats
) -> tuple[list[Shot], tuple[int, ...]]:
    """Choose the shots and where they change: all with one number of beats where that works.

    A photo or two more or less is tried before shots of two and three beats take turns.
    """
    count = _count(brief, pictures, total_ms, beats)
    shots = _shots(brief, pictures, total_ms, count)
    is_free = brief.shot_ms is None and all(a.kind is AssetKind.IMAGE for a in pictures)
    if is_free and beats.beats:
        for other in _counts_near(brief, pictures, count, total_ms, beats):
            tried = _shots(brief, pictures, total_ms, other)
            if borders := _even_borders(brief, tried, total_ms, beats):
                return tried, borders
    return shots, _borders(brief, shots, total_ms, beats)


def _count(brief: Brief, pictures: Sequence[Asset], total_ms: int, beats: Beats) -> int:
    """Give how many shots the film has before its closing card.

    Every picture has one while they can be seen; more are shown again, closer, where a shot
    would be on too long.
    """
    if brief.shot_ms is not None or (brief.duration_ms is None and not _is_promo(brief)):
        return len(pictures)
    content_ms = total_ms - _closing_ms(brief, total_ms)
    shot = shot_span(brief, beats)
    count = len(pictures)
    if _repeats(brief):
        count = max(count, ceil(content_ms / shot.most_ms) if len(pictures) > 1 else 1)
    if all(a.kind is AssetKind.IMAGE for a in pictures) or _is_promo(brief):
        opening_ms = opening_need_ms(brief.title) if brief.title else 0
        spare_ms = content_ms - max(opening_ms, shot.least_ms)
        count = min(count, 1 + max(0, int(spare_ms / shot.least_ms)))
    return count


def _counts_near(
    brief: Brief, pictures: Sequence[Asset], count: int, total_ms: int, beats: Beats
) -> list[int]:
    """Give the counts to try for even beats: as planned, then more details, then fewer photos.

    Photos are left out for it only where shots are so short that a beat more is felt.
    """
    content_ms = total_ms - _closing_ms(brief, total_ms)
    more = min(count + 2, int(content_ms / shot_span(brief, beats).least_ms))
    is_felt = content_ms / count < BEATS_FELT * beats.period_ms
    is_spare = count > len(pictures)
    least = max(2, round(count * 0.75)) if is_felt or is_spare else count
    upwards = range(count + 1, more + 1) if _repeats(brief) else ()
    return [count, *upwards, *range(count - 1, least - 1, -1)]


def _shots(brief: Brief, pictures: Sequence[Asset], total_ms: int, count: int) -> list[Shot]:
    closing_ms = _closing_ms(brief, total_ms)
    content_ms = total_ms - closing_ms
    shots = _dealt(_thinned(pictures, count), count)
    while _repeats(brief) and brief.shot_ms is None:
        if sum(s.longest_ms for s in shots) >= content_ms or len(shots) > content_ms // 500:
            break
        shots = _dealt(pictures, len(shots) + 1)
    if closing_ms:
        lasting = [s for s in shots if s.longest_ms >= CLOSING_MS_MAX]
        shots.append(replace((lasting or shots)[-1], is_closing=True))
    return shots


def _is_promo(brief: Brief) -> bool:
    return brief.kind is FilmKind.PROMO


def _repeats(brief: Brief) -> bool:
    """Tell whether photos may be shown again: a slideshow shows each once, unless it is fast."""
    if brief.shot_ms is not None:
        return False
    is_timed = brief.duration_ms is not None
    return _is_promo(brief) or (is_timed and (brief.kind is FilmKind.FILM or is_fast(brief)))


def _thinned(pictures: Sequence[Asset], count: int) -> list[Asset]:
    """Keep so many pictures, spread evenly, of neighbours the best; the first one opens."""
    if count >= len(pictures):
        return list(pictures)
    edges = [round(i * len(pictures) / count) for i in range(count + 1)]
    rows = [pictures[a:b] for a, b in pairwise(edges)]
    return [pictures[0], *(max(row, key=telling) for row in rows[1:])]


def _dealt(pictures: Sequence[Asset], count: int) -> list[Shot]:
    return [
        Shot(asset, i // len(pictures), _longest_ms(asset))
        for i in range(count)
        for asset in (pictures[i % len(pictures)],)
    ]


def _longest_ms(asset: Asset) -> float:
    return float("inf") if asset.kind is AssetKind.IMAGE else float(max(asset.duration_ms, 1))


def _closing_ms(brief: Brief, total_ms: int) -> int:
    if brief.closing is None:
        return 0
    usual = min(max(round(total_ms * CLOSING_SHARE), CLOSING_MS[0]), CLOSING_MS[1])
    return min(max(usual, _closing_least_ms(brief)), total_ms // 2)


def _closing_least_ms(brief: Brief) -> int:
    return closing_need_ms(brief.closing or "", _seam_ms(brief) if brief.transition else 0)


def _beats(music: Sequence[Asset], total_ms: int) -> Beats:
    """Give the beats of the music as it plays, from its start and again until the film ends."""
    beats: list[int] = []
    bars: set[int] = set()
    for asset, span in _played(music, total_ms):
        beats += [span.start_ms + b for b in asset.facts.beats_ms if b < span.duration_ms]
        bars |= {span.start_ms + b for b in asset.facts.downbeats_ms if b < span.duration_ms}
    return Beats(tuple(sorted(set(beats) | bars)), frozenset(bars))


def _played(music: Sequence[Asset], total_ms: int) -> list[tuple[Asset, TimeRange]]:
    """Play the pieces one after the other, and again, until the film ends."""
    found: list[tuple[Asset, TimeRange]] = []
    at_ms = 0
    while music and at_ms < total_ms and len(found) < 500:
        asset = music[len(found) % len(music)]
        found.append((asset, TimeRange(at_ms, min(asset.duration_ms, total_ms - at_ms))))
        at_ms += asset.duration_ms
    return found


def _borders(brief: Brief, shots: Sequence[Shot], total_ms: int, beats: Beats) -> tuple[int, ...]:
    closing_ms = _closing_ms(brief, total_ms)
    content = [s for s in shots if not s.is_closing]
    is_even = brief.kind is FilmKind.SLIDESHOW or brief.shot_ms is not None
    weights = [1.0 if is_even or i else OPENING_WEIGHT for i in range(len(content))]
    if not is_even and brief.duration_ms is None and brief.kind is FilmKind.FILM:
        weights = [_own_weight(s, brief) for s in content]
    longest = [s.longest_ms for s in content]
    lengths = _opened(brief, shared(total_ms - closing_ms, weights, longest), longest)
    last_least_ms = 0.0
    if closing_ms:
        lengths, longest = [*lengths, float(closing_ms)], [*longest, float(CLOSING_MS_MAX)]
        last_least_ms = min(float(closing_ms), _closing_least_ms(brief))
    if brief.shot_ms is not None:
        beats = Beats()
    return borders_of(lengths, longest, beats, last_least_ms=last_least_ms)


def _even_borders(
    brief: Brief, shots: Sequence[Shot], total_ms: int, beats: Beats
) -> tuple[int, ...] | None:
    """Give borders with one number of beats to a shot; the first and the last take the rest."""
    if len(shots) < 3:
        return None
    shot = shot_span(brief, beats)
    mean_ms = (total_ms - _closing_ms(brief, total_ms)) / (len(shots) - shots[-1].is_closing)
    opening_ms = max(shot.least_ms, opening_need_ms(brief.title) if brief.title else 0)
    opening = Span(opening_ms, max(STRETCH_MAX * mean_ms, opening_ms + beats.period_ms))
    last = Span(max(shot.least_ms, 0.75 * mean_ms), STRETCH_MAX * mean_ms)
    if closing_ms := _closing_ms(brief, total_ms):
        least_ms = min(closing_ms, _closing_least_ms(brief))
        last = Span(least_ms, closing_ms + max(CLOSING_SPARE_MS, mean_ms / 2))
    return even_borders(total_ms, len(shots), beats, first=opening, shot=shot, last=last)


def _opened(brief: Brief, lengths: list[float], longest: list[float]) -> list[float]:
    """Give the opening the time that its title takes to read, from what the others have."""
    if not brief.title or len(lengths) < 2:
        return lengths
    first = min(max(lengths[0], opening_need_ms(brief.title)), longest[0], sum(lengths) * 2 / 3)
    first = max(first, sum(lengths) - sum(longest[1:]))
    rest = shared(round(sum(lengths) - first), lengths[1:], longest[1:])
    return [sum(lengths) - sum(rest), *rest]


def _own_weight(shot: Shot, brief: Brief) -> float:
    """Without a length to meet, clips play whole and stills for the usual time."""
    is_clip = shot.asset.kind is AssetKind.VIDEO and shot.asset.duration_ms > 0
    return float(shot.asset.duration_ms) if is_clip else STILL_MS * brief.pace


def _main_track(
    brief: Brief,
    shots: Sequence[Shot],
    borders: Sequence[int],
    canvas: Canvas,
    *,
    has_music: bool,
) -> Track:
    segments: list[Segment] = []
    showings = {s.asset.id: s.showing + 1 for s in shots}
    before: Motion | None = None
    for turn, (shot, (start, end)) in enumerate(zip(shots, pairwise(borders), strict=True)):
        span = TimeRange.between(start, end)
        picture = _picture(brief, shot, turn, span.duration_ms, before, canvas)
        segments.append(
            Segment(
                id=f"s{turn + 1}",
                asset_id=shot.asset.id,
                track_range=span,
                source_start_ms=_source_start_ms(shot, span.duration_ms, showings[shot.asset.id]),
                picture=picture,
                sound=_own_sound(shot, has_music=has_music),
            )
        )
        before = picture.motion
    joined = [segments[0], *(_joined(brief, a, b) for a, b in pairwise(segments))]
    return Track(id="track1", kind=TrackKind.VIDEO, segments=tuple(joined))


def _picture(
    brief: Brief, shot: Shot, turn: int, duration_ms: int, before: Motion | None, canvas: Canvas
) -> Picture:
    picture = moved(shot.asset, canvas, duration_ms, before=before, turn=turn, showing=shot.showing)
    is_clip = shot.asset.kind is AssetKind.VIDEO
    if is_clip or not brief.moves:  # a clip moves by itself
        picture = replace(picture, motion=None)
    if shot.is_closing:
        motion = closing_motion(before, duration_ms) if brief.moves and not is_clip else None
        picture = replace(picture, motion=motion, dim=CLOSING_DIM, blur=CLOSING_BLUR)
    return picture


def _source_start_ms(shot: Shot, duration_ms: int, showings: int) -> int:
    """Give where in a clip a shot begins: its showings are spread over the clip."""
    spare_ms = shot.asset.duration_ms - duration_ms
    if shot.asset.kind is AssetKind.IMAGE or spare_ms <= 0:
        return 0
    handle_ms = min(HANDLE_MS, spare_ms // 2)
    room_ms = spare_ms - 2 * handle_ms
    showing = min(shot.showing + shot.is_closing, showings)
    return handle_ms + room_ms * showing // max(1, showings)


def _own_sound(shot: Shot, *, has_music: bool) -> Sound:
    if not shot.asset.has_audio:
        return Sound()
    speaks = bool(shot.asset.facts.words)
    gain_db = CLIP_UNDER_MUSIC_DB if has_music and not speaks else 0.0
    return Sound(gain_db=Curve.constant(gain_db), is_muted=shot.is_closing)


def _joined(brief: Brief, before: Segment, segment: Segment) -> Segment:
    """Give the segment with the film's transition, as long as both shots allow.

    A photo does not dissolve into itself, which shows it double; but into its own card it does.
    """
    is_same = before.asset_id == segment.asset_id and not segment.picture.dim
    if brief.transition is None or is_same:
        return segment
    shorter_ms = min(before.track_range.duration_ms, segment.track_range.duration_ms)
    if brief.transition_ms is not None:
        duration_ms = min(brief.transition_ms, shorter_ms // 2)
    else:
        duration_ms = min(_seam_ms(brief), shorter_ms // TRANSITION_SHARE)
        if duration_ms < TRANSITION_MS_LEAST:
            return segment
    if duration_ms <= 0:
        return segment
    return replace(segment, transition=Transition(brief.transition, duration_ms))


def _seam_ms(brief: Brief) -> int:
    """Give how long a transition lasts where the shots have room for it."""
    if brief.transition_ms is not None:
        return brief.transition_ms
    if is_fast(brief):
        return TRANSITION_FAST_MS
    return min(round(TRANSITION_USUAL_MS * brief.pace), TRANSITION_MS_MAX)


def _music_track(
    brief: Brief, music: Sequence[Asset], shots: Sequence[Shot], total_ms: int
) -> Track:
    gain_db = MUSIC_UNDER_SPEECH_DB if any(s.asset.facts.words for s in shots) else 0.0
    if brief.music_percent is not None:
        gain_db = 20 * log10(max(brief.music_percent, 0.01) / 100)
    played = _played(music, total_ms)
    segments = []
    for number, (asset, span) in enumerate(played, 1):
        fade_out_ms = min(max(total_ms // 12, MUSIC_FADE_OUT_MS[0]), MUSIC_FADE_OUT_MS[1])
        sound = Sound(
            gain_db=Curve.constant(gain_db),
            fade_in_ms=min(MUSIC_FADE_IN_MS, span.duration_ms // 2) if number == 1 else 0,
            fade_out_ms=min(fade_out_ms, span.duration_ms // 2) if number == len(played) else 0,
            role=SoundRole.MUSIC,
        )
        segments.append(
            Segment(id=f"music{number}", asset_id=asset.id, track_range=span, sound=sound)
        )
    return Track(id="track2", kind=TrackKind.AUDIO, segments=tuple(segments))
