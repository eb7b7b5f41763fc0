"""Cutting: one segment in two, its ends off, all of it out, or a stretch of the film out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from saycut.edit.errors import NotInSource, OutsideFilm, OutsideSegment
from saycut.edit.follow import (
    FOREVER_MS,
    Moved,
    film_end_ms,
    follow,
    is_music,
    retimed,
    settled,
    with_music_to_the_end,
)
from saycut.edit.lanes import free_ids, on_free_lane, replaced_in_lane
from saycut.edit.parts import cut, is_still, longest_ms, with_curves_shifted, with_range
from saycut.edit.seams import with_seams_kept
from saycut.timeline import Asset, Draft, Segment, TimeRange, Track, TrackKind

__all__ = ["remove", "ripple_delete", "split", "trim", "use_part"]


def split(draft: Draft, segment_id: str, at_ms: int, *, tail_id: str) -> Draft:
    """Cut a segment in two at a moment of the timeline.

        |     A     |  B  |   ->   |  A  | A'  |  B  |
              ^ at_ms

    Nothing moves: the two parts together fill the place of the one.

    Raises:
        UnknownSegment: the draft has no segment of that id.
        OutsideSegment: one of the parts would be empty.
    """
    whole = draft.segment(segment_id)
    if not whole.track_range.start_ms < at_ms < whole.track_range.end_ms:
        raise OutsideSegment(whole, at_ms)
    parts = cut(whole, at_ms, tail_id=tail_id)
    return with_seams_kept(draft.with_segment_replaced(segment_id, *parts))


def trim(
    draft: Draft, segment_id: str, *, head_ms: int, tail_ms: int, assets: Mapping[str, Asset]
) -> Draft:
    """Take time off the ends of a segment; a negative amount gives back what the media has.

        |    A    |     B     |    C    |         |    A    |  B  |    C    |
                    ^head   ^tail            ->

    On the main track the film closes up and what lies over it follows. On other tracks
    nothing else moves: what remains plays when it played before.

    Raises:
        UnknownSegment: the draft has no segment of that id.
        OutsideSegment: nothing would remain.
        NotInSource: the media does not go that far.
        OutsideFilm: it would begin before the film.
    """
    whole = draft.segment(segment_id)
    span = whole.track_range
    duration_ms = span.duration_ms - head_ms - tail_ms
    if duration_ms <= 0:
        raise OutsideSegment(whole, span.start_ms + head_ms)
    rest = _shortened(whole, head_ms, duration_ms, assets)
    track = draft.track_of(segment_id)
    if track != draft.main_track:
        if rest.track_range.start_ms < 0:
            raise OutsideFilm("begin", rest.track_range.start_ms, draft.duration_ms)
        return with_seams_kept(replaced_in_lane(draft, rest))
    kept = replace(rest, track_range=TimeRange(span.start_ms, duration_ms))
    after = draft.with_track(_closed_up(track, kept, duration_ms - span.duration_ms))
    return follow(draft, after, assets)


def use_part(
    draft: Draft, segment_id: str, source: TimeRange, assets: Mapping[str, Asset]
) -> Draft:
    """Play another part of the media: `source`, in media time.

        media  |   [==A==]        |   ->   media  |        [=A=]    |

    On the main track the film closes up. On other tracks the segment begins when it began
    before, and music goes on to the end of the film.

    Raises:
        UnknownSegment: the draft has no segment of that id.
        OutsideSegment: nothing would remain.
        NotInSource: the media does not go that far.
    """
    whole = draft.segment(segment_id)
    span, played = whole.track_range, whole.source_range
    head_ms = round((source.start_ms - played.start_ms) / whole.speed)
    tail_ms = span.duration_ms - head_ms - round(source.duration_ms / whole.speed)
    if draft.track_of(segment_id) == draft.main_track:
        return trim(draft, segment_id, head_ms=head_ms, tail_ms=tail_ms, assets=assets)
    if source.duration_ms <= 0:
        raise OutsideSegment(whole, span.end_ms)
    rest = _shortened(whole, head_ms, span.duration_ms - head_ms - tail_ms, assets)
    placed = replace(rest, track_range=TimeRange(span.start_ms, rest.track_range.duration_ms))
    after = with_seams_kept(replaced_in_lane(draft, placed))
    return with_music_to_the_end(draft, after, assets)


def remove(draft: Draft, segment_id: str, assets: Mapping[str, Asset]) -> Draft:
    """Take a segment out.

        video  |  A  |  B  |  C  |         video  |  A  |  C  |
        words    |ta| |tb|          ->     words    |ta|

    On the main track the film closes up and texts over the segment go with it. On other
    tracks its place stays empty.

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    track = draft.track_of(segment_id)
    gone = draft.segment(segment_id)
    if track != draft.main_track:
        return with_seams_kept(draft.with_segment_replaced(segment_id))
    after = draft.with_track(_closed_up(track, gone, -gone.track_range.duration_ms))
    return follow(draft, after.with_segment_replaced(segment_id), assets)


def ripple_delete(draft: Draft, span: TimeRange, assets: Mapping[str, Asset]) -> Draft:
    """Take a stretch of the film out of all tracks and close up.

        video  |   A   |   B   |         video  |  A |  B  |
        words    |  t  |            ->   words    |t|
        music  |---------------|         music  |----------|
                    ^--^ span

    Texts across a border become shorter; sound is cut as the pictures are. Music plays on
    without a jump and ends with the film.

    Raises:
        OutsideFilm: nothing of the film lies in the span.
    """
    end_ms = film_end_ms(draft)
    span = TimeRange.between(max(0, span.start_ms), min(span.end_ms, end_ms))
    if span.duration_ms <= 0:
        raise OutsideFilm("cut something out", span.start_ms, end_ms)
    tail_ids = free_ids(draft, "s")
    after = draft
    crowded: list[tuple[TrackKind, Segment]] = []
    for track in draft.tracks:
        left: list[Segment] = []
        for segment in track.segments:
            is_spared = is_music(segment, track) or segment.track_range.end_ms <= span.start_ms
            left += (segment,) if is_spared else _left_of(segment, span, tail_ids)
        # Music that stays where it is may lie where other sound of its lane moves to.
        kept, rest = settled(sorted(left, key=lambda s: s.track_range.start_ms))
        after = after.with_track(replace(track, segments=kept))
        crowded += [(track.kind, segment) for segment in rest]
    for kind, segment in crowded:
        after = on_free_lane(after, kind, segment)
    return with_seams_kept(with_music_to_the_end(draft, after, assets))


def _shortened(
    whole: Segment, head_ms: int, duration_ms: int, assets: Mapping[str, Asset]
) -> Segment:
    """Give the segment without its head and of that length, where it plays now."""
    asset = assets.get(whole.asset_id or "")
    source_start_ms = whole.source_start_ms
    if not is_still(whole, asset):
        source_start_ms += round(head_ms * whole.speed)
    start_ms = whole.track_range.start_ms + head_ms
    moved = replace(whole, source_start_ms=source_start_ms)
    longest = longest_ms(replace(moved, track_range=TimeRange(start_ms, 1)), asset)
    if asset and longest is not None and (source_start_ms < 0 or duration_ms > longest):
        wanted = TimeRange(source_start_ms, round(duration_ms * whole.speed))
        raise NotInSource(whole, asset, wanted, min(max(longest, 0), asset.duration_ms))
    return with_range(with_curves_shifted(moved, -head_ms), TimeRange(start_ms, duration_ms))


def _closed_up(track: Track, kept: Segment, by_ms: int) -> Track:
    """Give the track with this segment changed and all later ones moved by so much."""
    index = track.index(kept.id)
    later = (
        replace(s, track_range=s.track_range.shifted(by_ms)) for s in track.segments[index + 1 :]
    )
    return replace(track, segments=(*track.segments[:index], kept, *later))


def _left_of(segment: Segment, gone: TimeRange, tail_ids: Iterator[str]) -> tuple[Segment, ...]:
    """Give what remains of a segment when a stretch of time is taken out, already closed up."""
    span = segment.track_range
    if segment.text is not None:
        left = retimed(span, _around(gone))
        return (with_range(segment, left),) if left else ()
    parts: list[Segment] = []
    if span.start_ms < gone.start_ms:
        head, segment = cut(segment, gone.start_ms, tail_id=next(tail_ids))
        parts.append(head)
    if segment.track_range.start_ms < gone.end_ms < span.end_ms:
        _, segment = cut(segment, gone.end_ms, tail_id=segment.id)
    if gone.end_ms < span.end_ms:
        shifted = segment.track_range.shifted(-gone.duration_ms)
        parts.append(replace(segment, track_range=shifted))
    return tuple(parts)


def _around(gone: TimeRange) -> tuple[Moved, Moved]:
    before, after = TimeRange(0, gone.start_ms), TimeRange(gone.end_ms, FOREVER_MS)
    return Moved(before, before), Moved(after, TimeRange(gone.start_ms, FOREVER_MS))
