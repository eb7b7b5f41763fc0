"""The draft: an immutable document of tracks and the segments placed on them.

Nothing here knows JSON, SQL, HTTP or files. Times on the timeline are whole milliseconds;
frame numbers are made once, in the render plan.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any

from saycut.timeline.canvas import Canvas
from saycut.timeline.errors import UnknownSegment, UnknownTrack
from saycut.timeline.picture import Picture, Transition
from saycut.timeline.sound import Sound
from saycut.timeline.text import Text
from saycut.timeline.time import TimeRange, end_of

__all__ = ["Draft", "Segment", "Track", "TrackKind"]


class TrackKind(Enum):
    VIDEO = "video"  # pictures and clips, with the clips' own sound
    AUDIO = "audio"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of media, a plain colour or a text, placed on a track.

    `track_range` is in timeline time: when it plays. `source_start_ms` is in media time:
    where in the asset it begins. The length used of the asset follows from `speed`, so it
    is never stored. `transition` leads in from the neighbour that ends where this begins.
    `text` is set on text tracks alone; `asset_id` is None there and for plain colours.
    """

    id: str
    track_range: TimeRange
    asset_id: str | None = None
    source_start_ms: int = 0
    speed: Fraction = Fraction(1)
    name: str = ""
    picture: Picture = Picture()
    sound: Sound = Sound()
    text: Text | None = None
    transition: Transition | None = None
    # Wire keys of newer versions, kept for the way back.
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source_range(self) -> TimeRange:
        """The part of the asset that plays, in media time, rounded to whole milliseconds."""
        return TimeRange(self.source_start_ms, round(self.track_range.duration_ms * self.speed))

    def source_ms(self, at_ms: int) -> int:
        """Give the media time that plays at `at_ms` of the timeline."""
        return self.source_start_ms + round((at_ms - self.track_range.start_ms) * self.speed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A lane of segments in order of time, never overlapping.

    Later video tracks are drawn over earlier ones, text over all pictures.
    """

    id: str
    kind: TrackKind
    segments: tuple[Segment, ...] = ()
    name: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end_ms(self) -> int:
        return end_of(s.track_range for s in self.segments)

    def index(self, segment_id: str) -> int:
        """Give the place of a segment in this track, -1 when it is not here."""
        return next((i for i, s in enumerate(self.segments) if s.id == segment_id), -1)

    def before(self, segment: Segment) -> Segment | None:
        """Give the neighbour that ends exactly where `segment` begins, if any."""
        start_ms = segment.track_range.start_ms
        index = bisect_left(self.segments, start_ms, key=lambda s: s.track_range.start_ms)
        before = self.segments[index - 1] if index else None
        return before if before and before.track_range.end_ms == start_ms else None

    def with_segments(self, segments: tuple[Segment, ...]) -> "Track":
        """Give the track with these segments, sorted by time."""
        ordered = tuple(sorted(segments, key=lambda s: s.track_range.start_ms))
        return replace(self, segments=ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A film as a value. Every edit gives a new one.

    `loudness_lufs` is the target of the whole mix; None takes the default of -14.
    """

    canvas: Canvas = Canvas()
    tracks: tuple[Track, ...] = ()
    loudness_lufs: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def duration_ms(self) -> int:
        return max((t.end_ms for t in self.tracks), default=0)

    @property
    def main_track(self) -> Track | None:
        """The lowest video track: the film itself; the others lie over it."""
        return next((t for t in self.tracks if t.kind is TrackKind.VIDEO), None)

    def tracks_of(self, kind: TrackKind) -> tuple[Track, ...]:
        return tuple(t for t in self.tracks if t.kind is kind)

    def segments(self, kind: TrackKind | None = None) -> Iterator[Segment]:
        """Iterate over the segments of all tracks, or of those of one kind, track by track."""
        for track in self.tracks:
            if kind is None or track.kind is kind:
                yield from track.segments

    def segment(self, segment_id: str) -> Segment:
        """Raises UnknownSegment: the draft has none of that id."""
        track = self.track_of(segment_id)
        return track.segments[track.index(segment_id)]

    def track_of(self, segment_id: str) -> Track:
        """Raises UnknownSegment: the draft has none of that id."""
        for track in self.tracks:
            if track.index(segment_id) >= 0:
                return track
        raise UnknownSegment(segment_id, [s.id for s in self.segments()])

    def track(self, track_id: str) -> Track:
        """Raises UnknownTrack: the draft has none of that id."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise UnknownTrack(track_id, [t.id for t in self.tracks])

    def with_canvas(self, canvas: Canvas) -> "Draft":
        return replace(self, canvas=canvas)

    def with_track(self, track: Track) -> "Draft":
        """Give the draft with the track of that id replaced, or added on top when it is new."""
        if all(t.id != track.id for t in self.tracks):
            return replace(self, tracks=(*self.tracks, track))
        return replace(self, tracks=tuple(track if t.id == track.id else t for t in self.tracks))

    def with_segment_replaced(self, segment_id: str, *parts: Segment) -> "Draft":
        """Give the draft with `parts` where the segment was; none removes it and leaves a gap."""
        track = self.track_of(segment_id)
        kept = tuple(s for s in track.segments if s.id != segment_id)
        return self.with_track(track.with_segments((*kept, *parts)))

    def free_id(self, prefix: str) -> str:
        """Give an id no track or segment bears: `prefix` and the next number after the highest."""
        taken = [t.id for t in self.tracks] + [s.id for s in self.segments()]
        numbers = [
            int(t[len(prefix) :])
            for t in taken
            if t.startswith(prefix) and t[len(prefix) :].isdecimal()
        ]
        return f"{prefix}{max(numbers, default=0) + 1}"
