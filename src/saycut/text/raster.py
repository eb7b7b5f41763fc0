"""Glyphs become pixels: coverage of outlines, colours of emoji, with sub-pixel places."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Final

import numpy as np
import uharfbuzz as hb  # type: ignore[import-untyped]

from saycut.text.block import SetLine
from saycut.text.fonts import EM
from saycut.text.shape import Glyph
from saycut.text.sprite import Pixels

__all__ = ["rasterise"]

# Outlines of neighbouring pixels' width around the ink: antialiasing may reach into them.
_MARGIN_PX: Final = 1


def rasterise(line: SetLine) -> tuple[Pixels, Pixels | None, int, int]:
    """Draw a line's glyphs.

    Returns:
        The coverage of its letters, uint8[height, width]; its colour glyphs as premultiplied
        uint8[height, width, 4] RGBA, or None when it has none; and the canvas coordinates of
        the upper left corner, which may lie outside the canvas.
    """
    box = line.box
    left, top = floor(box.left) - _MARGIN_PX, floor(box.top) - _MARGIN_PX
    width, height = ceil(box.right) + _MARGIN_PX - left, ceil(box.bottom) + _MARGIN_PX - top
    # HarfBuzz counts rows upwards from the baseline and stores the lowest first.
    extents = hb.RasterExtents(left, line.baseline - top - height, width, height, 0)
    letters = [glyph for glyph in line.shaped.glyphs if not glyph.face.is_colour]
    coloured = [glyph for glyph in line.shaped.glyphs if glyph.face.is_colour]
    coverage = _pixels(_letters(letters, line, extents), 1)[:, :, 0]
    if not coloured:
        return coverage, None, left, top
    bgra = _pixels(_colours(coloured, line, extents), 4)
    return coverage, np.ascontiguousarray(bgra[:, :, [2, 1, 0, 3]]), left, top


def _letters(glyphs: Sequence[Glyph], line: SetLine, extents: hb.RasterExtents) -> hb.RasterImage:
    drawing = hb.RasterDraw()
    drawing.extents = extents
    for glyph in glyphs:
        drawing.transform = _transform(glyph, line)
        drawing.draw_glyph(glyph.face.font, glyph.index)
    return drawing.render()


def _colours(glyphs: Sequence[Glyph], line: SetLine, extents: hb.RasterExtents) -> hb.RasterImage:
    painting = hb.RasterPaint()
    painting.extents = extents
    for glyph in glyphs:
        painting.transform = _transform(glyph, line)
        painting.paint_glyph(glyph.face.font, glyph.index)
    return painting.render()


def _transform(glyph: Glyph, line: SetLine) -> tuple[float, float, float, float, float, float]:
    scale = line.size_px * glyph.scale / EM
    return scale, 0.0, 0.0, scale, line.x + glyph.x * line.size_px, glyph.y * line.size_px


def _pixels(image: hb.RasterImage, channels: int) -> Pixels:
    """Give the image's pixels, top row first, without the padding of its rows."""
    extents = image.extents
    rows = np.frombuffer(image.buffer, np.uint8).reshape(extents.height, extents.stride)
    packed = rows[::-1, : extents.width * channels]
    return packed.reshape(extents.height, extents.width, channels)
