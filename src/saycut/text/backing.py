"""What lies behind letters so that they can be read over any photograph, as opacity maps.

All maps are float32[height, width] in 0..1 over a pixel rectangle inside the canvas.
"""

from math import ceil, floor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.text.geometry import Box
from saycut.text.sprite import Pixels
from saycut.text.styles import Shadow
from saycut.timeline import Canvas

__all__ = ["Opacity", "box", "dithered", "grown", "scrim", "to_levels"]

Opacity = NDArray[np.float32]
Placed = tuple[Opacity, int, int]

# How opaque the dark core of a shadow is, as a share of the whole.
_CORE: Final = np.float32(0.6)


def scrim(around: Box, reach_px: float, canvas: Canvas, at: tuple[float, float]) -> Placed:
    """Give a gradient that fades out within `reach_px` of `around`, which it covers wholly.

    `at` is the text's place (see `geometry.anchor`): the gradient comes out of the edge that the
    text stands at, else it is a band. It runs from edge to edge of the canvas, as light does
    that falls off: any shape of its own would catch the eye.
    """
    if at[1] == 0.5 and at[0] != 0.5:
        across, left = _falloff(around.left, around.right, canvas.width, reach_px, at[0])
        return np.tile(across, (canvas.height, 1)), left, 0
    down, top = _falloff(around.top, around.bottom, canvas.height, reach_px, at[1])
    return np.tile(down[:, None], (1, canvas.width)), 0, top


def box(edges: Box, corner_px: float, canvas: Canvas) -> Placed:
    """Give a filled rectangle with rounded corners and smooth edges."""
    left, right = _clipped(edges.left, edges.right, canvas.width)
    top, bottom = _clipped(edges.top, edges.bottom, canvas.height)
    corner = min(corner_px, edges.width / 2, edges.height / 2)
    x = np.arange(left, right, dtype=np.float32) + 0.5 - (edges.left + edges.right) / 2
    y = np.arange(top, bottom, dtype=np.float32) + 0.5 - (edges.top + edges.bottom) / 2
    beyond_x = np.abs(x)[None, :] - (edges.width / 2 - corner)
    beyond_y = np.abs(y)[:, None] - (edges.height / 2 - corner)
    outside = np.hypot(np.maximum(beyond_x, 0), np.maximum(beyond_y, 0))
    distance = outside + np.minimum(np.maximum(beyond_x, beyond_y), 0) - corner
    return np.clip(0.5 - distance, 0, 1).astype(np.float32), left, top


def grown(ink: Pixels, shadow: Shadow, size_px: float) -> tuple[Opacity, int]:
    """Give the shadow of letters and by how many pixels its map is larger on each side.

    It has a core close to the letters, half as wide as the rest: dark where contrast is decided,
    faint where a shadow would be seen as a smear.
    """
    reach_em = shadow.spread_em + 3 * shadow.sigma_em + shadow.drop_em
    border = ceil(reach_em * size_px) + 2
    padded = np.pad(ink, border)
    soft = _blurred(padded, shadow.spread_em * size_px, shadow.sigma_em * size_px)
    core = _blurred(padded, shadow.spread_em * size_px / 2, shadow.sigma_em * size_px / 2)
    joined = 1 - (1 - _CORE * core) * (1 - soft)
    return np.roll(joined, round(shadow.drop_em * size_px), axis=0), border


def to_levels(opacity: Opacity, amplitude: float = 1.0) -> Pixels:
    """Round to 0..255 with a dither `amplitude` levels wide: gradients would show their steps."""
    return dithered(opacity * np.float32(255), amplitude)


def dithered(levels: Opacity, amplitude: float = 1.0) -> Pixels:
    """Round float32[height, width] or [height, width, channels], all channels alike."""
    noise = (_noise(levels.shape[0], levels.shape[1]) - 0.5) * amplitude + 0.5
    fitting = noise if levels.ndim == 2 else noise[..., None]
    rounded: Pixels = np.floor(levels + fitting).clip(0, 255).astype(np.uint8)
    return rounded


def _blurred(ink: Pixels, spread_px: float, sigma_px: float) -> Opacity:
    """Give letters grown on all sides, then blurred, as 0..1."""
    diameter = 2 * round(spread_px) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    spread_out = cv2.dilate(ink, disc).astype(np.float32)
    return cv2.GaussianBlur(spread_out, (0, 0), max(0.6, sigma_px)) / np.float32(255)


def _noise(height: int, width: int) -> Opacity:
    """Give values of 0..1 whose neighbours differ much: noise too fine to be seen as a pattern.

    Interleaved gradient noise (Jimenez, "Next Generation Post Processing", SIGGRAPH 2014).
    """
    ramp = 0.06711056 * np.arange(width) + 0.00583715 * np.arange(height)[:, None]
    return (52.9829189 * (ramp % 1) % 1).astype(np.float32)


def _clipped(start: float, end: float, size: int) -> tuple[int, int]:
    return max(0, floor(max(start, 0.0))), min(size, ceil(min(end, float(size))))


def _falloff(first: float, last: float, size: int, reach: float, at: float) -> tuple[Opacity, int]:
    """Give the opacity of each pixel along an axis, and where it starts.

    It is full from `first` to `last`, and to the edge that `at` names; a cosine leads to nothing
    within `reach`.
    """
    first = -np.inf if at == 0.0 else first
    last = np.inf if at == 1.0 else last
    start, end = _clipped(first - reach, last + reach, size)
    middles = np.arange(start, end) + 0.5
    away = np.maximum(np.maximum(first - middles, middles - last), 0) / reach
    return (0.5 + 0.5 * np.cos(np.pi * np.minimum(away, 1))).astype(np.float32), start
