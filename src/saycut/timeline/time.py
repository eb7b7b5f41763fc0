"""Spans of time in whole milliseconds, half-open: `end_ms` is the first moment after."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["TimeRange", "clock", "end_of"]


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """A span `[start_ms, end_ms)` on one clock; the owner says which clock."""

    start_ms: int
    duration_ms: int

    @classmethod
    def between(cls, start_ms: int, end_ms: int) -> "TimeRange":
        return cls(start_ms, end_ms - start_ms)

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms

    def contains(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms

    def overlaps(self, other: "TimeRange") -> bool:
        return self.start_ms < other.end_ms and other.start_ms < self.end_ms

    def cut_at(self, at_ms: int) -> tuple["TimeRange", "TimeRange"]:
        """Give the parts before and from `at_ms`, which lies inside."""
        return TimeRange.between(self.start_ms, at_ms), TimeRange.between(at_ms, self.end_ms)

    def shifted(self, by_ms: int) -> "TimeRange":
        return TimeRange(self.start_ms + by_ms, self.duration_ms)


def end_of(ranges: Iterable[TimeRange]) -> int:
    """Give the first moment after all of them, 0 when there are none."""
    return max((r.end_ms for r in ranges), default=0)


def clock(at_ms: int) -> str:
    """Write a moment as people read it: `0:07.5`, `1:02:03`; tenths only when there are any."""
    minutes, tenths = divmod(round(at_ms / 100), 600)
    text = f"{tenths / 10:04.1f}".removesuffix(".0")
    if minutes < 60:
        return f"{minutes}:{text}"
    return f"{minutes // 60}:{minutes % 60:02}:{text}"
