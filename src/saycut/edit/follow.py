"""What lies over the film follows it: after the main track changed, all other tracks move along.

The change is read off the two main tracks as spans of the old film and where they went. A
text belongs to the picture under it: it starts where its first remaining moment went and
lasts as long as what remains of it lasts now. Sound but for music keeps its length. Music
plays on and ends with the film.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from saycut.edit.lanes import on_free_lane
from saycut.edit.parts import is_still, longest_ms, with_range
from saycut.edit.seams import with_seams_kept
from saycut.timeline import (
    Asset,
    Draft,
    Segment,
    SoundRole,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
)

__all__ = [
    "Moved",
    "film_end_ms",
    "follow",
    "is_music",
    "retimed",
    "settled",
    "with_music_to_the_end",
]

# What is cut to less than this would only flash.
GLIMPSE_MS: Final = 300
# Later than any draft ends: the span after the last segment has no end of its own.
FOREVER_MS: Final = 10**12


@dataclass(frozen=True, slots=True)
class Moved:
    """A span of the old film and where it plays now; the lengths may differ."""

    old: TimeRange
    new: TimeRange

    def image(self, at_ms: int) -> int:
        """Give the new place of an old moment inside the span or at its end."""
        passed_ms = at_ms - self.old.start_ms
        return self.new.start_ms + round(passed_ms * self.new.duration_ms / self.old.duration_ms)


def follow(before: Draft, after: Draft, assets: Mapping[str, Asset]) -> Draft:
    """Move all tracks along with the main one; `after` has a new main track, the rest of `before`.

    video  | A | B |  C  |  D  |         video  | A |  C  |  D  |
    words      |tb| |tc|           ->    words      |tc|
    music  |-------------------|         music  |---------------|
    """
    main, new_main = before.main_track, after.main_track
    if main is None or new_main is None:
        return with_seams_kept(with_music_to_the_end(before, after, assets))
    moved = tuple(_moved(main, new_main, assets))
    ends = main.end_ms, new_main.end_ms
    draft = after
    crowded: list[tuple[TrackKind, Segment]] = []
    for track in before.tracks:
        if track.id != main.id:
            kept, rest = settled(_followed(track, moved, ends, assets))
            draft = draft.with_track(replace(track, segments=kept))
            crowded += [(track.kind, s) for s in rest]
    for kind, segment in crowded:
        draft = on_free_lane(draft, kind, segment)
    return with_seams_kept(with_music_to_the_end(before, draft, assets))


def retimed(span: TimeRange, moved: Iterable[Moved]) -> TimeRange | None:
    """Give where a span of the old film plays now, None when too little of it remains."""
    left = [(m, _common(span, m.old)) for m in moved if span.overlaps(m.old)]
    if not left:
        return None
    left_ms = sum(part.duration_ms for _, part in left)
    duration_ms = sum(m.image(p.end_ms) - m.image(p.start_ms) for m, p in left)
    is_glimpse = left_ms < span.duration_ms and duration_ms < GLIMPSE_MS
    if duration_ms <= 0 or is_glimpse:
        return None
    first, part = left[0]
    return TimeRange(first.image(part.start_ms), duration_ms)


def film_end_ms(draft: Draft) -> int:
    """Give where the film ends: the end of everything but the music that accompanies it."""
    return max(
        (s.track_range.end_ms for t in draft.tracks for s in t.segments if not is_music(s, t)),
        default=0,
    )


def is_music(segment: Segment, track: Track) -> bool:
    """Tell whether it is music that accompanies the film, not the sound of a clip."""
    return track.kind is TrackKind.AUDIO and segment.sound.role is SoundRole.MUSIC


def with_music_to_the_end(before: Draft, after: Draft, assets: Mapping[str, Asset]) -> Draft:
    """Let the music end with the film, its fade out kept; it never outlasts its own media.

        video  |  A  |  B  |          video  |  A  |  B  |  C  |
        music  |----------\\|    ->   music  |----------------\\|

    Music that ended before the film did stays as it is. With no picture left, it all stays.
    """
    old_ms, new_ms = film_end_ms(before), film_end_ms(after)
    if new_ms == 0:
        return after
    for track in after.tracks_of(TrackKind.AUDIO):
        limits = [s.track_range.start_ms for s in track.segments[1:]] + [FOREVER_MS]
        segments = (
            _ended(s, old_ms, min(new_ms, limit), assets) if is_music(s, track) else s
            for s, limit in zip(track.segments, limits, strict=False)
        )
        after = after.with_track(replace(track, segments=tuple(s for s in segments if s)))
    return after


def _moved(main: Track, new_main: Track, assets: Mapping[str, Asset]) -> Iterator[Moved]:
    """Tell where each span of the old main track went, gaps with the segment before them."""
    new = {s.id: s for s in new_main.segments}
    if main.segments and (lead_ms := main.segments[0].track_range.start_ms):
        yield Moved(TimeRange(0, lead_ms), TimeRange(0, lead_ms))
    reached_ms = 0
    for segment, following in pairwise((*main.segments, None)):
        assert segment is not None
        if (now := new.get(segment.id)) is not None:
            yield from _content(segment, now, assets.get(segment.asset_id or ""))
            reached_ms = now.track_range.end_ms
        gap_ms = following.track_range.start_ms if following else FOREVER_MS
        gap = TimeRange.between(segment.track_range.end_ms, gap_ms)
        if gap.duration_ms:
            yield Moved(gap, TimeRange(reached_ms, gap.duration_ms))


def _content(was: Segment, now: Segment, asset: Asset | None) -> Iterator[Moved]:
    """Tell where what a segment showed is shown now: stills stretch, media is cut."""
    if is_still(was, asset):
        yield Moved(was.track_range, now.track_range)
        return
    common = _common(was.source_range, now.source_range)
    if common.duration_ms > 0:
        yield Moved(_played(was, common), _played(now, common))


def _played(segment: Segment, source: TimeRange) -> TimeRange:
    """Give when a part of the media plays, in timeline time."""
    start_ms, end_ms = (
        segment.track_range.start_ms + round((t - segment.source_start_ms) / segment.speed)
        for t in (source.start_ms, source.end_ms)
    )
    return TimeRange(start_ms, max(1, end_ms - start_ms))


def _followed(
    track: Track, moved: tuple[Moved, ...], ends: tuple[int, int], assets: Mapping[str, Asset]
) -> list[Segment]:
    """Give the segments of a track where they belong now; they may overlap."""
    placed = []
    for segment in track.segments:
        if is_music(segment, track):
            placed.append(segment)
            continue
        span = _place(segment, moved, ends)
        stretches = is_still(segment, assets.get(segment.asset_id or ""))
        if span and not stretches:
            span = TimeRange(span.start_ms, segment.track_range.duration_ms)
        if span and track.kind is not TrackKind.AUDIO and segment.track_range.end_ms <= ends[0]:
            span = TimeRange.between(span.start_ms, min(span.end_ms, ends[1]))
        if span and span.duration_ms > 0:
            placed.append(with_range(segment, span))
    return sorted(placed, key=lambda s: s.track_range.start_ms)


def _place(segment: Segment, moved: tuple[Moved, ...], ends: tuple[int, int]) -> TimeRange | None:
    span = segment.track_range
    if span.start_ms == 0 and span.end_ms == ends[0]:
        return TimeRange(0, ends[1])  # over the whole film, as a watermark
    now = retimed(span, moved)
    if span.start_ms == 0 and segment.text and segment.text.role is TextRole.TITLE:
        # A title opens the film, whatever is shown under it.
        return TimeRange(0, now.duration_ms if now else span.duration_ms)
    return now


def settled(segments: list[Segment]) -> tuple[tuple[Segment, ...], list[Segment]]:
    """Part segments that overlap: the earlier text ends, else the later one needs another lane."""
    kept: list[Segment] = []
    crowded: list[Segment] = []
    for segment in segments:
        if not kept or not kept[-1].track_range.overlaps(segment.track_range):
            kept.append(segment)
            continue
        shorter = TimeRange.between(kept[-1].track_range.start_ms, segment.track_range.start_ms)
        if kept[-1].text is None or shorter.duration_ms < GLIMPSE_MS:
            crowded.append(segment)
        else:
            kept[-1] = with_range(kept[-1], shorter)
            kept.append(segment)
    return tuple(kept), crowded


def _ended(
    segment: Segment, old_ms: int, new_ms: int, assets: Mapping[str, Asset]
) -> Segment | None:
    """Give a piece of music as it plays in a film of that length."""
    span = segment.track_range
    if span.start_ms >= new_ms:
        return None
    end_ms = min(span.end_ms, new_ms)
    if span.end_ms >= old_ms:
        longest = longest_ms(segment, assets.get(segment.asset_id or ""))
        end_ms = new_ms if longest is None else min(new_ms, span.start_ms + longest)
    return with_range(segment, TimeRange.between(span.start_ms, end_ms))


def _common(one: TimeRange, other: TimeRange) -> TimeRange:
    return TimeRange.between(max(one.start_ms, other.start_ms), min(one.end_ms, other.end_ms))
