"""What lies behind letters so that they can be read over any photograph, as opacity maps.

All maps are float32[height, width] in 0..1 over a pixel rectangle inside the canvas.
"""

from math import ceil, erf, floor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.text.layout import Box
from saycut.text.sprite import Pixels
from saycut.text.styles import Shadow
from saycut.timeline import Canvas

__all__ = ["Opacity", "band", "box", "grown", "soft", "to_levels"]

Opacity = NDArray[np.float32]
Placed = tuple[Opacity, int, int]

# Opacities under this share of the peak are cut off: below half a level of 255.
_FAINT: Final = 0.003


def soft(around: Box, reach_px: float, canvas: Canvas) -> Placed:
    """Give a rectangle blurred until no edge shows; `around` itself stays nearly full."""
    sigma = reach_px / 2
    inner = around.grown(1.4 * sigma, 1.2 * sigma)
    left, right = _clipped(inner.left - 3 * sigma, inner.right + 3 * sigma, canvas.width)
    top, bottom = _clipped(inner.top - 3 * sigma, inner.bottom + 3 * sigma, canvas.height)
    across = _blurred_span(left, right, inner.left, inner.right, sigma)
    down = _blurred_span(top, bottom, inner.top, inner.bottom, sigma)
    return np.outer(down, across), left, top


def band(around: Box, reach_px: float, canvas: Canvas, row: float) -> Placed:
    """Give a gradient over the whole width; `row` 0 hangs it from the top, 1 from the bottom."""
    first = -np.inf if row == 0.0 else around.top - reach_px / 2
    last = np.inf if row == 1.0 else around.bottom + reach_px / 2
    top, bottom = _clipped(first - 1.5 * reach_px, last + 1.5 * reach_px, canvas.height)
    down = _blurred_span(top, bottom, first, last, reach_px / 2)
    return np.repeat(down[:, None], canvas.width, axis=1), 0, top


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
    return np.floor(opacity * 255 + pattern).clip(0, 255).astype(np.uint8)


def _bayer(order: int) -> NDArray[np.float32]:
    if order == 0:
        return np.zeros((1, 1), np.float32)
    finer = 4 * _bayer(order - 1)
    return np.block([[finer, finer + 2], [finer + 3, finer + 1]])


_BAYER: Final = ((_bayer(3) + 0.5) / 64).astype(np.float32)


def _clipped(start: float, end: float, size: int) -> tuple[int, int]:
    return max(0, floor(max(start, 0.0))), min(size, ceil(min(end, float(size))))


def _blurred_span(start: int, end: int, first: float, last: float, sigma: float) -> Opacity:
    """Give the middle of each pixel in [start, end) of a blurred step up and down again."""
    scale = 1 / (sigma * 2**0.5)
    return np.array(
        [
            (erf((at + 0.5 - first) * scale) - erf((at + 0.5 - last) * scale)) / 2
            for at in range(start, end)
        ],
        np.float32,
    )
