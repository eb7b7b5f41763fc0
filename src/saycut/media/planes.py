"""Pictures as the renderer takes them: planar YUV 4:2:0, BT.709, limited range."""

from dataclasses import dataclass
from math import ceil
from typing import Any, Final, cast

import cv2
import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray

from saycut.media.matrix import FROM_BGR, TO_BGR
from saycut.media.orientation import UPRIGHT, swaps_sides, turned_upright

__all__ = [
    "ByteArray",
    "Planes",
    "as_bytes",
    "bgr_of_planes",
    "even_size",
    "fitted_size",
    "plane_array",
    "planes_of_bgr",
    "resized",
]

ByteArray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A picture of even width and height in BT.709 with limited range.

    `y` is uint8[height, width], `u` and `v` are uint8[height / 2, width / 2], all C-contiguous.
    `alpha` is uint8[height, width], 0 (clear) to 255, None where the picture is opaque. Colour
    is not premultiplied; under clear pixels lies the colour of their opaque neighbours, so that
    scaling draws no fringe. A chroma sample is centred between its four luma samples; the half
    luma pixel to the left at which video may store it is not tracked.
    """

    y: ByteArray
    u: ByteArray
    v: ByteArray
    alpha: ByteArray | None = None

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])


def fitted_size(width: int, height: int, fit_px: tuple[int, int] | None) -> tuple[int, int]:
    """Give the even size at which a picture still covers a box of `fit_px` (width, height).

    It is never larger than the picture, but for the edge that a picture one pixel wide needs.
    """
    share = 1.0
    if fit_px is not None:
        share = min(1.0, max(fit_px[0] / width, fit_px[1] / height))
    if share == 1.0:
        return even_size(width, height)
    # Up, so that rounding never leaves an edge of the box uncovered.
    return 2 * ceil(width * share / 2 - 1e-9), 2 * ceil(height * share / 2 - 1e-9)


def even_size(width: int, height: int) -> tuple[int, int]:
    """Give the size with an odd last column and row left out."""
    return max(2, width - width % 2), max(2, height - height % 2)


def resized(plane: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Give the picture at another size: averaged when smaller, interpolated when larger.

    A difference of one odd row or column is cut off instead, which keeps every pixel sharp.
    """
    old_height, old_width = plane.shape[:2]
    if 0 <= old_width - width <= 1 and 0 <= old_height - height <= 1:
        return np.ascontiguousarray(plane[:height, :width])
    is_smaller = width <= old_width and height <= old_height
    method = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
    return cv2.resize(plane, (width, height), interpolation=method)


def plane_array(plane: VideoPlane, dtype: type[np.uint8 | np.uint16]) -> NDArray[Any]:
    """Give a view of a frame's plane as an array of its height and width."""
    samples = np.frombuffer(cast("memoryview[int]", plane), dtype)
    return samples.reshape(-1, plane.line_size // samples.itemsize)[: plane.height, : plane.width]


def planes_of_bgr(
    bgr: ByteArray,
    alpha: ByteArray | None,
    *,
    fit_px: tuple[int, int] | None = None,
    orientation: int = UPRIGHT,
) -> Planes:
    """Convert uint8[h, w, 3] in the order blue, green, red, full range, as it is stored.

    Exact to one code value. `fit_px` is a box around the upright picture, see `fitted_size`.
    """
    if alpha is not None:
        bgr = _spread_under(bgr, alpha)
    height, width = bgr.shape[:2]
    if swaps_sides(orientation):
        fit_px = fit_px and (fit_px[1], fit_px[0])
    size = fitted_size(width, height, fit_px)
    bgr = turned_upright(resized(bgr, *size), orientation)
    half = cv2.resize(bgr, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    u, v = cv2.split(cv2.transform(half, FROM_BGR[1:]))
    y = cv2.transform(bgr, FROM_BGR[:1])
    if alpha is not None:
        alpha = as_bytes(turned_upright(resized(alpha, *size), orientation))
    return Planes(as_bytes(y), as_bytes(u), as_bytes(v), alpha)


def bgr_of_planes(planes: Planes) -> ByteArray:
    """Give the colours as uint8[h, w, 3], blue, green, red, full range, as if it were opaque."""
    size = planes.width, planes.height
    u, v = (cv2.resize(c, size, interpolation=cv2.INTER_LINEAR) for c in (planes.u, planes.v))
    return as_bytes(cv2.transform(cv2.merge([planes.y, u, v]), TO_BGR))


# Far enough for any filter of a scaler to find colour under the edge of what is opaque.
_SPREAD_PX: Final = 16


def _spread_under(bgr: ByteArray, alpha: ByteArray) -> ByteArray:
    """Give the picture with colour from around it where it is clear."""
    clear = alpha == 0
    if not clear.any():
        return bgr
    height, width = alpha.shape
    small = (max(1, width // _SPREAD_PX), max(1, height // _SPREAD_PX))
    weight = alpha.astype(np.float32)
    weighted = cv2.resize(bgr * weight[..., None], small, interpolation=cv2.INTER_AREA)
    total = cv2.resize(weight, small, interpolation=cv2.INTER_AREA)
    # Blurred over each other, so that cells without anything opaque take their neighbours'.
    weighted, total = cv2.blur(weighted, (3, 3)), cv2.blur(total, (3, 3))
    colour = weighted / np.maximum(total, 1e-3)[..., None]
    behind = cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(clear[..., None], behind.round().astype(np.uint8), bgr)


def as_bytes(plane: NDArray[Any]) -> ByteArray:
    """Give the values as C-contiguous uint8, copied only when they are not that already."""
    return np.ascontiguousarray(plane, dtype=np.uint8)
