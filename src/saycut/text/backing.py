"""What lies behind letters so that they can be read over any photograph, as opacity maps.

All maps are float32[height, width] in 0..1 over a pixel rectangle inside the canvas.
"""

from dataclasses import replace
from math import ceil, erf, floor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.text.geometry import Box
from saycut.text.sprite import Pixels
from saycut.text.styles import Shadow
from saycut.timeline import Canvas

__all__ = ["Opacity", "band", "box", "grown", "scrim", "to_levels"]

Opacity = NDArray[np.float32]
Placed = tuple[Opacity, int, int]

# A blurred edge has reached 97 % of its height this many sigmas inside.
_FULL: Final = 1.9
# This many sigmas outside, less than one level of 255 is left of a scrim.
_FAINT: Final = 2.5


def scrim(around: Box, reach_px: float, canvas: Canvas, at: tuple[float, float]) -> Placed:
    """Give a rectangle so blurred that no edge shows; `around` itself stays nearly full.

    `at` is the text's place (see `geometry.anchor`): towards an edge of the canvas that the text
    stands at, the scrim does not end, as a shape of its own would catch the eye there.
    """
    sigma = reach_px / 2
    inner = around.grown(_FULL * sigma, _FULL * sigma)
    across, left = _span(inner.left, inner.right, canvas.width, sigma, at[0])
    down, top = _span(inner.top, inner.bottom, canvas.height, sigma, at[1])
    return np.outer(down, across), left, top


def band(around: Box, reach_px: float, canvas: Canvas, at: tuple[float, float]) -> Placed:
    """Give a scrim over the whole width."""
    wide = replace(around, left=-np.inf, right=np.inf)
    return scrim(wide, reach_px, canvas, at)


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
    """Give the shadow of letters and by how many pixels its map is larger on each side."""
    spread, sigma = shadow.spread_em * size_px, max(0.6, shadow.sigma_em * size_px)
    border = ceil(spread + 3 * sigma + shadow.drop_em * size_px)
    padded = cv2.copyMakeBorder(ink, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    diameter = 2 * round(spread) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    spread_out = cv2.dilate(padded, disc)
    blurred = cv2.GaussianBlur(spread_out.astype(np.float32), (0, 0), sigma)
    dropped = np.roll(blurred, round(shadow.drop_em * size_px), axis=0)
    return dropped * np.float32(shadow.opacity / 255), border


def to_levels(opacity: Opacity) -> Pixels:
    """Round to 0..255 with an ordered dither: wide gradients would show their steps in video."""
    height, width = opacity.shape
    pattern = np.tile(_BAYER, (height // 8 + 1, width // 8 + 1))[:height, :width]
    levels: Pixels = np.floor(opacity * 255 + pattern).clip(0, 255).astype(np.uint8)
    return levels


def _bayer(order: int) -> NDArray[np.float32]:
    if order == 0:
        return np.zeros((1, 1), np.float32)
    finer = 4 * _bayer(order - 1)
    return np.block([[finer, finer + 2], [finer + 3, finer + 1]])


_BAYER: Final = ((_bayer(3) + 0.5) / 64).astype(np.float32)


def _clipped(start: float, end: float, size: int) -> tuple[int, int]:
    return max(0, floor(max(start, 0.0))), min(size, ceil(min(end, float(size))))


def _span(first: float, last: float, size: int, sigma: float, at: float) -> tuple[Opacity, int]:
    """Give a blurred step up and down again, at the middle of each pixel, and where it starts."""
    first = -np.inf if at == 0.0 else first
    last = np.inf if at == 1.0 else last
    start, end = _clipped(first - _FAINT * sigma, last + _FAINT * sigma, size)
    scale = 1 / (sigma * 2**0.5)
    opacities = [
        (erf((pixel + 0.5 - first) * scale) - erf((pixel + 0.5 - last) * scale)) / 2
        for pixel in range(start, end)
    ]
    return np.array(opacities, np.float32), start
