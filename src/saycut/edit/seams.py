"""Seams of a track: how one segment gives way to the next."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Final

from saycut.edit.errors import NothingToEdit
from saycut.timeline import Draft, Segment, Track, TrackKind, Transition, TransitionKind

__all__ = [
    "house_transition",
    "longest_transition_ms",
    "set_transition",
    "set_transitions",
    "with_seams_kept",
]

# Of the shorter shot: so much of it at least stays on screen alone.
SHARE_MAX: Final = 2
# What a transition takes when no length is asked for: calm, and at most a quarter of a shot.
DEFAULT_MS: Final = 800
DEFAULT_SHARE: Final = 4


def set_transition(
    draft: Draft, segment_id: str, kind: TransitionKind | None, duration_ms: int | None = None
) -> Draft:
    """Set how a segment takes over from the one before it; None cuts hard.

        |    A    |    B    |   ->   |    A   ><   B    |

    Nothing moves. A length that is too long becomes half of the shorter of the two; none
    takes 0.8 s, at most a quarter of it.

    Raises:
        UnknownSegment: the draft has no segment of that id.
        NothingToEdit: no segment ends where this one begins.
    """
    segment = draft.segment(segment_id)
    track = draft.track_of(segment_id)
    before = track.before(segment) if track.kind is TrackKind.VIDEO else None
    if before is None:
        raise NothingToEdit(
            f"set a transition into segment {segment_id!r}",
            "no picture ends where it begins",
            "choose a segment that follows another one directly",
        )
    transition = None if kind is None else _transition(before, segment, kind, duration_ms)
    return draft.with_segment_replaced(segment_id, replace(segment, transition=transition))


def set_transitions(
    draft: Draft, kind: TransitionKind | None, duration_ms: int | None = None
) -> Draft:
    """Set all seams of the main track alike; None cuts hard everywhere.

        |   A   |   B   |   C   |   ->   |   A  ><  B  ><  C   |

    Raises:
        NothingToEdit: the film has no two segments in direct succession.
    """
    pairs = _adjacent(draft.main_track)
    if not pairs:
        raise NothingToEdit(
            "set transitions", "no two shots of the film touch", "add more photos or clips"
        )
    for _, segment in pairs:
        draft = set_transition(draft, segment.id, kind, duration_ms)
    return draft


def with_seams_kept(draft: Draft) -> Draft:
    """Remove transitions that lost their neighbour, shorten those that became too long.

    |  A  ><  B  ><   C   |   ->   |  A  ><   C   |       (B was taken away)
    """
    for track in draft.tracks_of(TrackKind.VIDEO):
        segments = tuple(_kept(track, s) for s in track.segments)
        draft = draft.with_track(replace(track, segments=segments))
    return draft


def house_transition(track: Track) -> Transition | None:
    """Give the transition of a film that has one at every seam, the commonest of them."""
    found = [segment.transition for _, segment in _adjacent(track)]
    if not found or None in found:
        return None
    return Counter(found).most_common(1)[0][0]


def longest_transition_ms(before: Segment, segment: Segment) -> int:
    """Give half of the shorter of two neighbours: each is seen alone for a while."""
    return min(before.track_range.duration_ms, segment.track_range.duration_ms) // SHARE_MAX


def _transition(
    before: Segment, segment: Segment, kind: TransitionKind, duration_ms: int | None
) -> Transition | None:
    longest_ms = longest_transition_ms(before, segment)
    if duration_ms is None:
        duration_ms = min(DEFAULT_MS, longest_ms * SHARE_MAX // DEFAULT_SHARE)
    duration_ms = min(duration_ms, longest_ms)
    return Transition(kind, duration_ms) if duration_ms > 0 else None


def _kept(track: Track, segment: Segment) -> Segment:
    transition = segment.transition
    if transition is None:
        return segment
    before = track.before(segment)
    longest_ms = longest_transition_ms(before, segment) if before else 0
    if longest_ms <= 0:
        return replace(segment, transition=None)
    duration_ms = min(transition.duration_ms, longest_ms)
    return replace(segment, transition=replace(transition, duration_ms=duration_ms))


def _adjacent(track: Track | None) -> list[tuple[Segment, Segment]]:
    pairs = pairwise(track.segments if track else ())
    return [(a, b) for a, b in pairs if a.track_range.end_ms == b.track_range.start_ms]
