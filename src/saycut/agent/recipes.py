"""Films made from what was uploaded: a promo, a slideshow, or simply a film.

A recipe lays shots, words and music out in one go, with the choices of `direction` and the
times of `rhythm`; its result is a draft like any other, which edits go on from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log10
from typing import Final

from saycut.agent.direction import (
    SHOT_MS_MAX,
    Brief,
    FilmKind,
    accent_of,
    closing_motion,
    moved,
    ordered,
    position_for,
    shot_count,
)
from saycut.agent.naming import caption_of
from saycut.agent.retiming import CLOSING_MS_LEAST, half_ms
from saycut.agent.rhythm import Beats, borders_of, shared
from saycut.edit import reading_ms
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
    Text,
    TextAnimation,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

__all__ = ["Film", "film_of"]

PROMO_MS: Final = 30_000
PROMO_PER_PICTURE_MS: Final = 5_000
STILL_MS: Final = 4_000
# The closing card: a seventh of the film, long enough to read, short enough to stay for.
CLOSING_SHARE: Final = 0.15
CLOSING_MS: Final = (3_000, 4_500)
CLOSING_DIM: Final = 0.45
CLOSING_BLUR: Final = 0.018
# The opening carries the title and the eye needs a moment to arrive.
OPENING_WEIGHT: Final = 1.15
TRANSITION_MS: Final = (400, 1_000)
TRANSITION_USUAL_MS: Final = 800
TRANSITION_SHARE: Final = 4  # at most a quarter of the shorter shot
TRANSITION_MS_LEAST: Final = 200  # below this a transition is a blink: a cut is cleaner
TITLE_START_MS: Final = 400
# Before the first seam: half of a transition and some air.
TITLE_ROOM_MS: Final = 700
TITLE_MS_MAX: Final = 5_000
CAPTION_MS_MAX: Final = 4_500
TEXT_MARGIN_MS: Final = 150
TEXT_MS_LEAST: Final = 1_000
MUSIC_FADE_IN_MS: Final = 150
MUSIC_FADE_OUT_MS: Final = (1_500, 3_000)
MUSIC_UNDER_SPEECH_DB: Final = -12.0
CLIP_UNDER_MUSIC_DB: Final = -16.0
# Clips start a little late and end a little early, so that transitions have pictures to use.
HANDLE_MS: Final = 500


@dataclass(frozen=True, slots=True)
class Film:
    """What a recipe made: the draft, and the pictures it had no time for."""

    draft: Draft
    left_out: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shot:
    asset: Asset
    showing: int  # how often the asset was shown before
    longest_ms: float
    is_closing: bool = False


def film_of(brief: Brief, assets: Sequence[Asset], canvas: Canvas) -> Film:
    """Make a film of these assets: pictures and clips in an order, the first sound as music.

    Its length is exactly `brief.duration_ms` when given. There is at least one picture.
    """
    pictures = [a for a in assets if a.kind is not AssetKind.AUDIO]
    music = [a for a in assets if a.kind is AssetKind.AUDIO and a.duration_ms > 0]
    if brief.kind is FilmKind.PROMO:
        pictures = ordered(pictures, canvas)
    total_ms = brief.duration_ms or _usual_ms(brief, pictures)
    shots = _shots(brief, pictures, total_ms)
    borders = _borders(brief, shots, total_ms, _beats(music, total_ms))
    main = _main_track(brief, shots, borders, canvas, has_music=bool(music))
    texts = _texts(brief, shots, main, canvas)
    sounds = _music_track(brief, music, shots, total_ms)
    shown = {shot.asset.id for shot in shots}
    return Film(
        Draft(canvas=canvas, tracks=tuple(t for t in (main, sounds, texts) if t.segments)),
        tuple(a for a in pictures if a.id not in shown),
    )


def _usual_ms(brief: Brief, pictures: Sequence[Asset]) -> int:
    """Give how long the film lasts when nobody said."""
    if brief.kind is FilmKind.PROMO:
        return min(PROMO_MS, PROMO_PER_PICTURE_MS * (len(pictures) + 1))
    still_ms = brief.shot_ms or round(STILL_MS * brief.pace)
    return sum(
        still_ms if a.kind is AssetKind.IMAGE or brief.shot_ms else a.duration_ms or still_ms
        for a in pictures
    )


def _shots(brief: Brief, pictures: Sequence[Asset], total_ms: int) -> list[_Shot]:
    closing_ms = _closing_ms(brief, total_ms)
    content_ms = total_ms - closing_ms
    is_promo = brief.kind is FilmKind.PROMO
    repeats = brief.kind is not FilmKind.SLIDESHOW and not brief.shot_ms and len(pictures) > 0
    repeats = repeats and (is_promo or brief.duration_ms is not None)
    count = len(pictures)
    if is_promo:
        count = shot_count(count, content_ms, pace=brief.pace, repeats=True)
    elif repeats:
        count = max(count, _needed(pictures, content_ms, brief.pace))
    shots = _dealt(_thinned(pictures, count), count)
    while is_promo or repeats:
        if sum(s.longest_ms for s in shots) >= content_ms or len(shots) > content_ms // 500:
            break
        shots = _dealt(pictures, len(shots) + 1)
    if closing_ms:
        shots.append(replace(shots[-1], is_closing=True))
    return shots


def _needed(pictures: Sequence[Asset], content_ms: int, pace: float) -> int:
    """Give how many shots a film needs for none of them to be on too long."""
    return -(-content_ms // round(SHOT_MS_MAX * max(1.0, pace))) if len(pictures) > 1 else 1


def _thinned(pictures: Sequence[Asset], count: int) -> list[Asset]:
    """Keep so many pictures, evenly chosen, the first and the last among them."""
    if count >= len(pictures):
        return list(pictures)
    if count == 1:
        return [pictures[0]]
    return [pictures[round(i * (len(pictures) - 1) / (count - 1))] for i in range(count)]


def _dealt(pictures: Sequence[Asset], count: int) -> list[_Shot]:
    return [
        _Shot(asset, i // len(pictures), _longest_ms(asset))
        for i in range(count)
        for asset in (pictures[i % len(pictures)],)
    ]


def _longest_ms(asset: Asset) -> float:
    return float("inf") if asset.kind is AssetKind.IMAGE else float(max(asset.duration_ms, 1))


def _closing_ms(brief: Brief, total_ms: int) -> int:
    if brief.closing is None:
        return 0
    usual = min(max(round(total_ms * CLOSING_SHARE), CLOSING_MS[0]), CLOSING_MS[1])
    return min(usual, max(CLOSING_MS_LEAST, total_ms * 2 // 5)) if total_ms < 10_000 else usual


def _beats(music: Sequence[Asset], total_ms: int) -> Beats:
    """Give the beats of the music as it plays, from its start and again until the film ends."""
    beats: list[int] = []
    bars: set[int] = set()
    for asset, span in _played(music, total_ms):
        beats += [span.start_ms + b for b in asset.facts.beats_ms if b < span.duration_ms]
        bars |= {span.start_ms + b for b in asset.facts.downbeats_ms}
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


def _borders(brief: Brief, shots: Sequence[_Shot], total_ms: int, beats: Beats) -> tuple[int, ...]:
    closing_ms = _closing_ms(brief, total_ms)
    content = [s for s in shots if not s.is_closing]
    is_even = brief.kind is FilmKind.SLIDESHOW or brief.shot_ms is not None
    weights = [1.0 if is_even or i else OPENING_WEIGHT for i in range(len(content))]
    if not is_even and brief.duration_ms is None and brief.kind is FilmKind.FILM:
        weights = [_own_weight(s, brief) for s in content]
    longest = [s.longest_ms for s in content]
    lengths = _opened(brief, shared(total_ms - closing_ms, weights, longest), longest)
    if closing_ms:
        lengths, longest = [*lengths, float(closing_ms)], [*longest, CLOSING_MS[1] + 500.0]
    if brief.shot_ms is not None:
        beats = Beats()
    return borders_of(lengths, longest, beats)


def _opened(brief: Brief, lengths: list[float], longest: list[float]) -> list[float]:
    """Give the opening the time that its title takes to read, from what the others have."""
    if not brief.title or len(lengths) < 2:
        return lengths
    needed = reading_ms(brief.title) + TITLE_START_MS + TITLE_ROOM_MS
    first = min(max(lengths[0], needed), longest[0], sum(lengths) * 2 / 3)
    first = max(first, sum(lengths) - sum(longest[1:]))
    rest = shared(round(sum(lengths) - first), lengths[1:], longest[1:])
    return [sum(lengths) - sum(rest), *rest]


def _own_weight(shot: _Shot, brief: Brief) -> float:
    """Without a length to meet, clips play whole and stills for the usual time."""
    is_clip = shot.asset.kind is AssetKind.VIDEO and shot.asset.duration_ms > 0
    return float(shot.asset.duration_ms) if is_clip else STILL_MS * brief.pace


def _main_track(
    brief: Brief,
    shots: Sequence[_Shot],
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
    brief: Brief, shot: _Shot, turn: int, duration_ms: int, before: Motion | None, canvas: Canvas
) -> Picture:
    picture = moved(shot.asset, canvas, duration_ms, before=before, turn=turn, showing=shot.showing)
    is_clip = shot.asset.kind is AssetKind.VIDEO
    if is_clip or not brief.moves:  # a clip moves by itself
        picture = replace(picture, motion=None)
    if shot.is_closing:
        motion = closing_motion(before, duration_ms) if brief.moves and not is_clip else None
        picture = replace(picture, motion=motion, dim=CLOSING_DIM, blur=CLOSING_BLUR)
    return picture


def _source_start_ms(shot: _Shot, duration_ms: int, showings: int) -> int:
    """Give where in a clip a shot begins: its showings are spread over the clip."""
    spare_ms = shot.asset.duration_ms - duration_ms
    if shot.asset.kind is AssetKind.IMAGE or spare_ms <= 0:
        return 0
    handle_ms = min(HANDLE_MS, spare_ms // 2)
    room_ms = spare_ms - 2 * handle_ms
    showing = min(shot.showing + shot.is_closing, showings)
    return handle_ms + room_ms * showing // max(1, showings)


def _own_sound(shot: _Shot, *, has_music: bool) -> Sound:
    if not shot.asset.has_audio:
        return Sound()
    speaks = bool(shot.asset.facts.words)
    gain_db = CLIP_UNDER_MUSIC_DB if has_music and not speaks else 0.0
    return Sound(gain_db=Curve.constant(gain_db), is_muted=shot.is_closing)


def _joined(brief: Brief, before: Segment, segment: Segment) -> Segment:
    """Give the segment with the film's transition, as long as both shots allow."""
    if brief.transition is None:
        return segment
    shorter_ms = min(before.track_range.duration_ms, segment.track_range.duration_ms)
    if brief.transition_ms is not None:
        duration_ms = min(brief.transition_ms, shorter_ms // 2)
    else:
        usual = round(TRANSITION_USUAL_MS * brief.pace)
        usual = min(max(usual, TRANSITION_MS[0]), TRANSITION_MS[1])
        duration_ms = min(usual, shorter_ms // TRANSITION_SHARE)
        if duration_ms < TRANSITION_MS_LEAST:
            return segment
    if duration_ms <= 0:
        return segment
    return replace(segment, transition=Transition(brief.transition, duration_ms))


def _texts(brief: Brief, shots: Sequence[_Shot], main: Track, canvas: Canvas) -> Track:
    """Lay words over the shots, each alone with its shot: none while a transition runs."""
    found: list[Segment] = []
    accent = accent_of([s.asset for s in shots])
    for index, (shot, segment) in enumerate(zip(shots, main.segments, strict=True)):
        words = _words_for(brief, shots, index)
        if words is None:
            continue
        content, role = words
        span = _text_span(main.segments, index, role)
        if span.duration_ms < TEXT_MS_LEAST and role is TextRole.LOWER_THIRD:
            continue  # nobody could read it
        text = Text(
            content,
            role=role,
            style=brief.style,
            animation=TextAnimation.RISE if role is TextRole.TITLE else TextAnimation.FADE,
            position=None
            if shot.is_closing
            else position_for(role, shot.asset, segment.picture, canvas),
            accent=accent,
            language=brief.language,
        )
        found.append(Segment(id=f"text{len(found) + 1}", track_range=span, text=text))
    return Track(id="track3", kind=TrackKind.TEXT, segments=tuple(found))


def _words_for(brief: Brief, shots: Sequence[_Shot], index: int) -> tuple[str, TextRole] | None:
    """Give what is written over a shot and as what: title first, then captions, then the card."""
    shot = shots[index]
    if shot.is_closing:
        return (brief.closing, TextRole.END_CARD) if brief.closing else None
    if brief.title and index == 0:
        return brief.title, TextRole.TITLE
    line = index - (1 if brief.title else 0)
    if brief.lines:
        return (brief.lines[line], TextRole.LOWER_THIRD) if line < len(brief.lines) else None
    if brief.shows_names and not shot.showing and (name := caption_of(shot.asset.name)):
        return name, TextRole.LOWER_THIRD
    return None


def _text_span(segments: Sequence[Segment], index: int, role: TextRole) -> TimeRange:
    """Give the time in which a shot is seen alone, as long as such words need of it."""
    segment, following = segments[index], (*segments, None)[index + 1]
    margin_ms = TEXT_MARGIN_MS if segment.track_range.duration_ms > 2000 else 0
    start_ms = segment.track_range.start_ms + half_ms(segment) + (margin_ms if index else 0)
    if index == 0:
        start_ms += min(TITLE_START_MS, segment.track_range.duration_ms // 6)
    end_ms = segment.track_range.end_ms
    if following is not None:
        end_ms -= half_ms(following) + margin_ms
    if role is not TextRole.END_CARD:
        most = TITLE_MS_MAX if role is TextRole.TITLE else CAPTION_MS_MAX
        end_ms = min(end_ms, start_ms + most)
    return TimeRange.between(start_ms, max(end_ms, start_ms + 1))


def _music_track(
    brief: Brief, music: Sequence[Asset], shots: Sequence[_Shot], total_ms: int
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
