"""The output picture: its size, rate and background, and rectangles on it."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

__all__ = ["FULL", "Canvas", "Rect"]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What frames are drawn on. Sizes in pixels, both even; background `#rrggbb`."""

    width: int = 1920
    height: int = 1080
    frame_rate: Fraction = Fraction(30)
    background: str = "#000000"

    @property
    def aspect(self) -> Fraction:
        return Fraction(self.width, self.height)

    @property
    def ratio(self) -> str:
        """The aspect in lowest terms, as `16:9`."""
        divisor = gcd(self.width, self.height)
        return f"{self.width // divisor}:{self.height // divisor}"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in shares of its reference: `x`, `y` its upper left corner, 0..1."""

    x: float
    y: float
    width: float
    height: float

    def towards(self, other: "Rect", share: float) -> "Rect":
        """Give the rectangle `share` of the way from this one (0) to `other` (1), or beyond.

        Sizes are interpolated geometrically: a zoom then looks equally fast all the way.
        """
        width = self.width * (other.width / self.width) ** share
        height = self.height * (other.height / self.height) ** share
        # The centre moves in step with the size, so that an edge shared by both stays put.
        way = share
        if abs(other.width - self.width) > 1e-9:
            way = (width - self.width) / (other.width - self.width)
        x = self.x + self.width / 2
        y = self.y + self.height / 2
        x += (other.x + other.width / 2 - x) * way
        y += (other.y + other.height / 2 - y) * way
        return Rect(x - width / 2, y - height / 2, width, height)

    def inside(self) -> "Rect":
        """Give the nearest rectangle that does not reach over the edges of the reference."""
        width, height = min(1.0, self.width), min(1.0, self.height)
        x, y = min(max(0.0, self.x), 1 - width), min(max(0.0, self.y), 1 - height)
        return Rect(x, y, width, height)


FULL = Rect(0.0, 0.0, 1.0, 1.0)
