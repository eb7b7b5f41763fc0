"""Moves a picture onto the canvas: an axis-aligned affine map of each plane, with soft edges.

Coordinates are those of pixel edges: the first luma sample has its centre at 0.5, and a
chroma sample of 4:2:0 the middle of its four luma samples, as in `media.Planes`.
"""

from dataclasses import dataclass
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.timeline import Rect

__all__ = ["Placement", "Plane", "place", "warp_plane"]

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture falls on the canvas.

    Canvas pixel `x` shows source pixel `x * step_x + origin_x` (luma, edge coordinates), the
    same for y. `left..bottom` are the exact edges of what is visible, in canvas pixels; the
    box of whole, even pixels around them is `x0..y1`.
    """

    step_x: float
    origin_x: float
    step_y: float
    origin_y: float
    left: float
    top: float
    right: float
    bottom: float
    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def has_soft_edges(self) -> bool:
        return (self.left, self.top, self.right, self.bottom) != (
            self.x0,
            self.y0,
            self.x1,
            self.y1,
        )

    def coverage(self) -> Plane:
        """Give uint8[y1-y0, x1-x0]: how much of each pixel the picture covers, 0..255."""
        rows = _covered(self.top, self.bottom, self.y0, self.y1)
        columns = _covered(self.left, self.right, self.x0, self.x1)
        return np.rint(255 * np.outer(rows, columns)).astype(np.uint8)


def place(
    view: Rect, target: Rect, source_px: tuple[int, int], canvas_px: tuple[int, int]
) -> Placement | None:
    """Place the `view` (shares) of a source into `target` (canvas pixels); None if out of sight."""
    step_x = view.width * source_px[0] / target.width
    step_y = view.height * source_px[1] / target.height
    origin_x = view.x * source_px[0] - target.x * step_x
    origin_y = view.y * source_px[1] - target.y * step_y
    left, right = _visible(-origin_x / step_x, source_px[0] / step_x, target.x, target.width)
    top, bottom = _visible(-origin_y / step_y, source_px[1] / step_y, target.y, target.height)
    left, right = _snapped(max(0.0, left)), _snapped(min(float(canvas_px[0]), right))
    top, bottom = _snapped(max(0.0, top)), _snapped(min(float(canvas_px[1]), bottom))
    if left >= right or top >= bottom:
        return None
    box = (2 * floor(left / 2), 2 * floor(top / 2), 2 * ceil(right / 2), 2 * ceil(bottom / 2))
    return Placement(step_x, origin_x, step_y, origin_y, left, top, right, bottom, *box)


def warp_plane(source: Plane, placed: Placement, into: Plane, *, is_chroma: bool) -> None:
    """Draw the box of `placed` from one plane of the source into `into`, of the box's size.

    Linear interpolation, to 1/32 of a pixel; past its edges the source continues.
    """
    step_x, step_y = placed.step_x, placed.step_y
    start_x = placed.x0 * step_x + placed.origin_x
    start_y = placed.y0 * step_y + placed.origin_y
    if is_chroma:
        shift_x = (step_x + start_x - 1.0) / 2
        shift_y = (step_y + start_y - 1.0) / 2
    else:
        shift_x = 0.5 * step_x + start_x - 0.5
        shift_y = 0.5 * step_y + start_y - 0.5
    matrix = np.array([[step_x, 0.0, shift_x], [0.0, step_y, shift_y]])
    cv2.warpAffine(
        source,
        matrix,
        (into.shape[1], into.shape[0]),
        dst=into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _visible(
    start: float, length: float, target: float, target_length: float
) -> tuple[float, float]:
    return max(start, target), min(start + length, target + target_length)


def _snapped(edge: float) -> float:
    """Give the edge, or the whole pixel it misses by rounding alone."""
    nearest = round(edge)
    return float(nearest) if abs(edge - nearest) < 1e-3 else edge


def _covered(start: float, end: float, first: int, last: int) -> NDArray[np.float64]:
    pixels = np.arange(first, last)
    covered: NDArray[np.float64] = np.clip(
        np.minimum(pixels + 1, end) - np.maximum(pixels, start), 0, 1
    )
    return covered
