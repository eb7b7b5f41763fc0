"""Rectangles and places on the canvas, in pixels, y downwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final

from saycut.timeline import Canvas, Position

__all__ = ["Box", "anchor", "measure_px", "safe_area", "union"]

# Text stays this share of the canvas away from each edge.
_MARGIN: Final = 0.1
# Tall films are watched in apps that put names and buttons over the lowest fifth.
_TALL_BOTTOM: Final = 0.77


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; edges need not be whole."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, x: float, y: float) -> "Box":
        return Box(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)


def union(boxes: Iterable[Box]) -> Box:
    """Give the smallest box that holds them all; there is at least one."""
    return reduce(Box.joined, boxes)


def measure_px(canvas: Canvas) -> float:
    """Give the length that sizes of letters are shares of.

    It is the shorter side; on tall canvases up to a fourth more, as they are seen on phones,
    where the same share of the width looks smaller than on a wide screen.
    """
    shorter = min(canvas.width, canvas.height)
    return min(1.25 * shorter, max(shorter, 0.7 * canvas.height))


def safe_area(canvas: Canvas, position: Position) -> Box:
    """Give the part of the canvas that text at a position keeps to.

    It ends 10 % away from each edge, for the bottom of tall canvases more.
    """
    x, y = canvas.width * _MARGIN, canvas.height * _MARGIN
    is_lifted = canvas.height > canvas.width and anchor(position)[1] == 1.0
    bottom = canvas.height * _TALL_BOTTOM if is_lifted else canvas.height - y
    return Box(x, y, canvas.width - x, bottom)


def anchor(position: Position) -> tuple[float, float]:
    """Give where a position lies, as shares of the room: (0, 0) is top left."""
    row, _, column = position.value.partition("-")
    x = {"left": 0.0, "right": 1.0}.get(column, 0.5)
    return x, {"top": 0.0, "bottom": 1.0}.get(row, 0.5)
