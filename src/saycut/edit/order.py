"""The order of the film: what comes in, and what comes before what."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from saycut.edit.errors import NotUsable
from saycut.edit.follow import follow
from saycut.edit.framing import picture_for
from saycut.edit.lanes import main_of
from saycut.edit.seams import house_transition
from saycut.timeline import (
    Asset,
    AssetKind,
    Canvas,
    Draft,
    Picture,
    Segment,
    TimeRange,
    Track,
)

__all__ = ["append", "card_of", "insert", "move", "segment_of", "swap"]


def segment_of(
    asset: Asset, canvas: Canvas, *, segment_id: str, duration_ms: int, source_start_ms: int = 0
) -> Segment:
    """Give a segment that shows an asset, covering the canvas and centred on its subject.

    It begins at 0; `insert` gives it its place.

    Raises:
        NotUsable: the asset has no picture.
    """
    if asset.kind is AssetKind.AUDIO:
        raise NotUsable(asset, "show", "a picture, or add it as music")
    return Segment(
        id=segment_id,
        asset_id=asset.id,
        track_range=TimeRange(0, duration_ms),
        source_start_ms=source_start_ms,
        picture=picture_for(asset, canvas),
    )


def card_of(colour: str, *, segment_id: str, duration_ms: int) -> Segment:
    """Give a segment of one colour (`#rrggbb`), a ground for texts; `insert` gives it its place."""
    span = TimeRange(0, duration_ms)
    return Segment(id=segment_id, track_range=span, picture=Picture(colour=colour))


def append(draft: Draft, segments: Sequence[Segment], assets: Mapping[str, Asset]) -> Draft:
    """Put segments at the end of the film; see `insert`.

    |  A  |  B  |   ->   |  A  |  B  | new |
    """
    return insert(draft, segments, len(main_of(draft).segments), assets)


def insert(
    draft: Draft, segments: Sequence[Segment], index: int, assets: Mapping[str, Asset]
) -> Draft:
    """Put segments in a row before the segment at `index` of the main track.

        |  A  |  B  |  C  |   ->   |  A  | new |  B  |  C  |
              ^ index 1

    What follows moves on and keeps what lies over it. When every seam of the film has a
    transition, the new ones take the commonest of them.
    """
    main = main_of(draft)
    house = house_transition(main)
    earlier, later = main.segments[:index], main.segments[index:]
    at_ms = earlier[-1].track_range.end_ms if earlier else 0
    placed: list[Segment] = []
    for segment in segments:
        span = TimeRange(at_ms, segment.track_range.duration_ms)
        placed.append(replace(segment, track_range=span))
        at_ms = span.end_ms
    by_ms = sum(s.track_range.duration_ms for s in segments)
    moved = [replace(s, track_range=s.track_range.shifted(by_ms)) for s in later]
    new_seams = {s.id for s in (*placed, *moved[:1])}
    joined = tuple(
        replace(s, transition=s.transition or house) if s.id in new_seams else s
        for s in (*earlier, *placed, *moved)
    )
    return follow(draft, draft.with_track(replace(main, segments=joined)), assets)


def move(draft: Draft, segment_id: str, to_index: int, assets: Mapping[str, Asset]) -> Draft:
    """Put a segment of the main track at another place in the order.

        |  A  |  B  |  C  |   ->   |  B  |  C  |  A  |
                                               ^ to_index 2

    The texts over it move along; transitions stay with their seams.

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    main = draft.track_of(segment_id)
    others = [s for s in main.segments if s.id != segment_id]
    others.insert(to_index, draft.segment(segment_id))
    return follow(draft, draft.with_track(_in_order(main, others)), assets)


def swap(draft: Draft, one_id: str, other_id: str, assets: Mapping[str, Asset]) -> Draft:
    """Let two segments of the main track change places.

        |  A  |  B  |  C  |   ->   |  C  |  B  |  A  |

    The texts over them move along; transitions stay with their seams.

    Raises:
        UnknownSegment: the draft has no segment of one of the ids.
    """
    main = draft.track_of(one_id)
    exchanged = {one_id: draft.segment(other_id), other_id: draft.segment(one_id)}
    order = [exchanged.get(s.id, s) for s in main.segments]
    return follow(draft, draft.with_track(_in_order(main, order)), assets)


def _in_order(track: Track, order: Sequence[Segment]) -> Track:
    """Lay segments in a new order into the places of the track: its gaps and seams stay."""
    placed: list[Segment] = []
    at_ms = old_end_ms = 0
    for place, segment in zip(track.segments, order, strict=True):
        at_ms += place.track_range.start_ms - old_end_ms
        span = TimeRange(at_ms, segment.track_range.duration_ms)
        placed.append(replace(segment, track_range=span, transition=place.transition))
        at_ms, old_end_ms = span.end_ms, place.track_range.end_ms
    return replace(track, segments=tuple(placed))
