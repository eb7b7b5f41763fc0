"""Finding room on tracks: which lane takes a segment without touching what lies there."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from saycut.timeline import Draft, Segment, Track, TrackKind

__all__ = ["free_ids", "main_of", "on_free_lane", "replaced_in_lane"]


def main_of(draft: Draft) -> Track:
    """Give the main track, or an empty one that the draft does not hold yet."""
    return draft.main_track or Track(id=draft.free_id("track"), kind=TrackKind.VIDEO)


def on_free_lane(draft: Draft, kind: TrackKind, segment: Segment) -> Draft:
    """Place a segment on the first track of its kind with room for it, else on a new one.

    words  | A |     | B |          words  | A |     | B |
               ^ C .. ^        ->   words2     |   C   |
    """
    for track in draft.tracks_of(kind):
        if track != draft.main_track and _has_room(track, segment):
            return draft.with_track(track.with_segments((*track.segments, segment)))
    new = Track(id=draft.free_id("track"), kind=kind, segments=(segment,))
    return draft.with_track(new)


def replaced_in_lane(draft: Draft, segment: Segment) -> Draft:
    """Put a changed segment back in its lane, or on a free one when it no longer fits there."""
    track = draft.track_of(segment.id)
    others = tuple(s for s in track.segments if s.id != segment.id)
    lane = replace(track, segments=others)
    if _has_room(lane, segment):
        return draft.with_track(lane.with_segments((*others, segment)))
    return on_free_lane(draft.with_track(lane), track.kind, segment)


def free_ids(draft: Draft, prefix: str) -> Iterator[str]:
    """Give ids that nothing in the draft bears, one after the other without end."""
    first = int(draft.free_id(prefix).removeprefix(prefix))
    return (f"{prefix}{number}" for number in count(first))


def _has_room(track: Track, segment: Segment) -> bool:
    return not any(s.track_range.overlaps(segment.track_range) for s in track.segments)
