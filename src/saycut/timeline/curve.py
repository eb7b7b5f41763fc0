"""Values that change over time: keyframes joined by easings.

Moments of a curve count from the start of the segment that owns it, in timeline time.
They may lie outside the segment, so cutting a segment in two never changes the shape.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

__all__ = ["Curve", "Easing", "Keyframe", "ease"]


class Easing(StrEnum):
    """How a value leaves one keyframe and arrives at the next."""

    LINEAR = "linear"
    EASE_IN = "ease-in"
    EASE_OUT = "ease-out"
    EASE_IN_OUT = "ease-in-out"
    HOLD = "hold"


# In and out are cubic; the in-out curve is smoothstep, which starts and stops slow moves without
# a visible rush between.
_EASINGS: Final[dict[Easing, Callable[[float], float]]] = {
    Easing.LINEAR: lambda x: x,
    Easing.EASE_IN: lambda x: x**3,
    Easing.EASE_OUT: lambda x: 1 - (1 - x) ** 3,
    Easing.EASE_IN_OUT: lambda x: x * x * (3 - 2 * x),
    Easing.HOLD: lambda x: 0.0 if x < 1 else 1.0,
}


def ease(easing: Easing, progress: float) -> float:
    """Give how much of the way is done, 0..1, when `progress` (0..1) of the time has passed."""
    return _EASINGS[easing](min(1.0, max(0.0, progress)))


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A value at a moment; `easing` leads from here to the next keyframe."""

    at_ms: int
    value: float
    easing: Easing = Easing.LINEAR


@dataclass(frozen=True, slots=True)
class Curve:
    """A value over time. Before the first and after the last keyframe it stays as they are."""

    keyframes: tuple[Keyframe, ...]

    @classmethod
    def constant(cls, value: float) -> "Curve":
        return cls((Keyframe(0, value),))

    @property
    def is_constant(self) -> bool:
        return all(k.value == self.keyframes[0].value for k in self.keyframes)

    def at(self, at_ms: float) -> float:
        """Give the value `at_ms` after the segment's start."""
        before = self.keyframes[0]
        for after in self.keyframes:
            if at_ms < after.at_ms:
                if after is before:
                    return before.value
                passed = (at_ms - before.at_ms) / (after.at_ms - before.at_ms)
                return before.value + (after.value - before.value) * ease(before.easing, passed)
            before = after
        return before.value

    def shifted(self, by_ms: int) -> "Curve":
        """Give the same shape later by `by_ms` (earlier when negative)."""
        if self.is_constant:
            return self
        return Curve(tuple(replace(k, at_ms=k.at_ms + by_ms) for k in self.keyframes))
