"""Lays planes over planes. All work in place on uint8 and round once per step."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.media import Planes
from saycut.media.matrix import FROM_PREMULTIPLIED
from saycut.render.colour import BLACK_YUV
from saycut.render.warp import Plane

__all__ = ["SpritePlanes", "box_of", "darken", "fill", "lay", "mix", "sprite_planes"]


def box_of(planes: Planes, x0: int, y0: int, x1: int, y1: int) -> Planes:
    """Give a window on the planes; the edges are even luma pixels. Nothing is copied."""
    chroma = (slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2))
    return Planes(planes.y[y0:y1, x0:x1], planes.u[chroma], planes.v[chroma])


def fill(planes: Planes, yuv: tuple[int, int, int]) -> None:
    for plane, value in zip(colour_planes(planes), yuv, strict=True):
        plane[...] = value


def mix(under: Planes, over: Planes, share: float) -> None:
    """Change `under` to a mix with `share` (0..1) of `over`."""
    for below, above in zip(colour_planes(under), colour_planes(over), strict=True):
        cv2.addWeighted(below, 1 - share, above, share, 0, dst=below)


def lay(under: Planes, over: Planes, mask: Plane) -> None:
    """Lay `over` on `under` where `mask` (uint8, luma size, 255 is opaque) says."""
    chroma_mask = _halved(mask)
    for below, above in zip(colour_planes(under), colour_planes(over), strict=True):
        share = mask if below is under.y else chroma_mask
        kept = cv2.multiply(below, 255 - share, scale=1 / 255)
        added = cv2.multiply(above, share, scale=1 / 255)
        cv2.add(kept, added, dst=below)


def darken(planes: Planes, amount: float) -> None:
    """Move all towards black by `amount` (0..1)."""
    for plane, black in zip(colour_planes(planes), BLACK_YUV, strict=True):
        cv2.LUT(plane, _towards(black, amount), dst=plane)


@dataclass(frozen=True, slots=True)
class SpritePlanes:
    """A picture with transparency, ready to be laid on the canvas.

    The planes are premultiplied; `alpha` belongs to `y`, `chroma_alpha` to `u` and `v`.
    `x_px`, `y_px` (even) is the upper left corner at rest.
    """

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane
    chroma_alpha: Plane
    x_px: int
    y_px: int


def sprite_planes(rgba: NDArray[np.uint8], x_px: float, y_px: float) -> SpritePlanes:
    """Convert premultiplied uint8[h, w, 4] at a place on the canvas, padded to even edges.

    The padding leaves a margin in which the sprite can move by parts of a pixel.
    """
    x0, y0 = 2 * int(x_px // 2) - 2, 2 * int(y_px // 2) - 2
    left, top = round(x_px) - x0, round(y_px) - y0
    height, width = rgba.shape[:2]
    right = 2 + (left + width) % 2
    bottom = 2 + (top + height) % 2
    padded = np.pad(rgba, ((top, bottom), (left, right), (0, 0)))
    half = _halved(padded)
    u, v = cv2.split(cv2.transform(half, FROM_PREMULTIPLIED[1:]))
    y = cv2.transform(padded, FROM_PREMULTIPLIED[:1])
    alpha, chroma_alpha = padded[..., 3].copy(), half[..., 3].copy()
    return SpritePlanes(_bytes(y), _bytes(u), _bytes(v), alpha, chroma_alpha, x0, y0)


def colour_planes(planes: Planes) -> tuple[Plane, Plane, Plane]:
    return planes.y, planes.u, planes.v


def _bytes(plane: NDArray[Any]) -> Plane:
    return np.asarray(plane, np.uint8)


def _halved(plane: NDArray[Any]) -> NDArray[Any]:
    """Halve both sizes: each sample is the mean of four."""
    size = (plane.shape[1] // 2, plane.shape[0] // 2)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def _towards(black: int, amount: float) -> Plane:
    values = np.arange(256, dtype=np.float64)
    return np.rint(black + (values - black) * (1 - amount)).astype(np.uint8)
