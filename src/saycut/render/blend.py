"""Lays planes over planes. All work in place on uint8 and round once per step."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.media import Planes
from saycut.render.colour import BLACK_YUV, from_rgb
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
    padded = np.pad(rgba, ((top, bottom), (left, right), (0, 0))).astype(np.float32)
    alpha = padded[..., 3]
    # The offsets of limited range and chroma belong to the colour, so they fade with it.
    y, u, v = from_rgb(padded[..., :3] / 255)
    share = alpha / 255
    y, u, v = (y - 16) + 16 * share, (u - 128) + 128 * share, (v - 128) + 128 * share
    return SpritePlanes(
        _code(y), _code(_sited(u)), _code(_sited(v)), _code(alpha), _code(_sited(alpha)), x0, y0
    )


def colour_planes(planes: Planes) -> tuple[Plane, Plane, Plane]:
    return planes.y, planes.u, planes.v


def _code(values: NDArray[np.float32]) -> Plane:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _sited(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halve both sizes; samples sit on even columns, between two rows (H.264 "left")."""
    rows = (values[0::2] + values[1::2]) / 2
    before = np.pad(rows, ((0, 0), (1, 0)), mode="edge")[:, :-1]
    return (before[:, 0::2] + 2 * rows[:, 0::2] + rows[:, 1::2]) / 4


def _halved(mask: Plane) -> Plane:
    """Halve a mask's size by the mean of four."""
    size = (mask.shape[1] // 2, mask.shape[0] // 2)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)


def _towards(black: int, amount: float) -> Plane:
    values = np.arange(256)
    return np.rint(black + (values - black) * (1 - amount)).clip(0, 255).astype(np.uint8)
