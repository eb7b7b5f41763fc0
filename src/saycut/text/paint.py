"""A block of set lines becomes sprites: scrim or box, rule, letters over their shadow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from saycut.text import backing, colour
from saycut.text.block import Block, SetLine
from saycut.text.colour import Colour
from saycut.text.geometry import Box
from saycut.text.raster import rasterise
from saycut.text.sprite import Part, Pixels, Sprite
from saycut.text.styles import Backing, Design, Look
from saycut.timeline import Canvas

__all__ = ["Inks", "Painting", "painted"]

# A little more than WCAG asks for: video encoding costs some of it.
_CONTRAST: Final = 5.0
# The letters' own shadow: never without, for letters on a calm ground look pasted; and never so
# dark that it reads as a smear.
_SHADOW: Final = (0.3, 0.65)
# The share of its opacity that the shadow is sure to have close to the letters.
_SHADOW_HOLDS: Final = 0.58
# The way on which a scrim fades out, in shares of the canvas: as long as there is room for.
_SCRIM_REACH: Final = 0.38
# A weaker scrim than this is not seen.
_SCRIM_LEAST: Final = 0.015
# Frames have 8 bits: over a dark picture a level of opacity is a small part of one of theirs, so
# a dither of one level would not hide their steps.
_SCRIM_DITHER: Final = 4.0
# A plate is a part of the design, so it is seen over a dark ground as well.
_PLATE_LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of letters and rule, and how opaque the letters are."""

    letters: Colour
    accent: Colour
    opacity: float


@dataclass(frozen=True, slots=True)
class Painting:
    """All that decides the pixels.

    `at` is the text's place, see `geometry.anchor`; `ground` how light the picture can be.
    """

    canvas: Canvas
    design: Design
    look: Look
    block: Block
    inks: Inks
    at: tuple[float, float]
    ground: float

    @property
    def needed(self) -> float:
        """How opaque all that lies behind the letters must be, taken together."""
        return colour.needed_opacity(self.inks.letters, self.ground, _CONTRAST)

    @property
    def shadow(self) -> float:
        """How opaque the letters' own shadow is: as much of the work as it can do unseen."""
        least, most = _SHADOW
        return min(most, max(least, self.needed / _SHADOW_HOLDS))


def painted(painting: Painting) -> Iterator[Sprite]:
    """Give the sprites in drawing order."""
    yield from _behind(painting)
    for line in painting.block.lines:
        yield _line(line, painting)
    # After the lines, whose shadows would dull it.
    if painting.block.rule is not None:
        edges = _rule_edges(painting, painting.block.rule)
        yield _filled(edges, 0.0, painting.inks.accent, 1.0, painting.canvas, Part.RULE)


def _behind(painting: Painting) -> Iterator[Sprite]:
    """Give what makes the letters readable besides their shadow: nothing, a scrim or a box."""
    canvas, look, size_px = painting.canvas, painting.look, painting.block.size_px
    shade = colour.backing_for(painting.inks.letters)
    corner = painting.design.corner_em * size_px
    if look.backing is Backing.BUTTON:
        edges = _box_edges(painting)
        corner = edges.height / 2 if painting.design.has_round_buttons else corner
        yield _filled(edges, corner, painting.inks.accent, 1.0, canvas, Part.PLATE)
    elif look.backing is Backing.PLATE:
        opacity = max(painting.needed, _PLATE_LEAST)
        yield _filled(_box_edges(painting), corner, shade, opacity, canvas, Part.PLATE)
    elif look.backing is Backing.SCRIM:
        opacity = 1 - (1 - painting.needed) / (1 - _SHADOW_HOLDS * painting.shadow)
        if opacity > _SCRIM_LEAST:
            reach = _SCRIM_REACH * canvas.height
            opacities, x, y = backing.scrim(painting.block.bounds, reach, canvas, painting.at)
            levels = backing.to_levels(opacities * np.float32(opacity), _SCRIM_DITHER)
            yield _tinted(levels, x, y, shade, Part.SCRIM)


def _box_edges(painting: Painting) -> Box:
    """Give the edges of the box around the letters, on whole pixels."""
    x, y = (em * painting.block.size_px for em in painting.design.pad_em)
    bounds = painting.block.bounds
    outer = bounds.grown(x, y)
    if painting.look.is_bar_edged and painting.at[0] == 1.0:
        outer = replace(outer, right=bounds.right)
    elif painting.look.is_bar_edged:
        outer = replace(outer, left=bounds.left)
    return Box(round(outer.left), round(outer.top), round(outer.right), round(outer.bottom))


def _rule_edges(painting: Painting, rule: Box) -> Box:
    if not painting.look.is_bar_edged:
        return rule
    edges = _box_edges(painting)
    return replace(rule, top=edges.top, bottom=edges.bottom)


def _filled(
    edges: Box, corner: float, tint: Colour, opacity: float, canvas: Canvas, part: Part
) -> Sprite:
    filled, x, y = backing.box(edges, corner, canvas)
    return _tinted(backing.to_levels(filled * np.float32(opacity)), x, y, tint, part)


def _tinted(levels: Pixels, x: int, y: int, tint: Colour, part: Part) -> Sprite:
    rgba = np.empty((*levels.shape, 4), np.uint8)
    for channel, value in enumerate(tint):
        rgba[..., channel] = (levels.astype(np.uint16) * value + 127) // 255
    rgba[..., 3] = levels
    return Sprite(rgba, x, y, part)


def _line(line: SetLine, painting: Painting) -> Sprite:
    """Draw a line's letters over their shadow; on a box they need none."""
    coverage, colours, x, y = rasterise(line)
    ink = np.zeros((*coverage.shape, 4), np.float32)
    ink[:] = coverage[..., None] * np.array(
        [*(c / 255 for c in painting.inks.letters), 1.0], np.float32
    )
    if colours is not None:
        ink = colours + ink * (1 - colours[..., 3:].astype(np.float32) / 255)
    if not painting.look.has_box:
        ink, border = _shadowed(ink, line, painting)
        x, y = x - border, y - border
    ink *= np.float32(painting.inks.opacity)
    return _cropped(backing.dithered(ink), x, y, painting.canvas)


def _shadowed(
    ink: backing.Opacity, line: SetLine, painting: Painting
) -> tuple[backing.Opacity, int]:
    solid = np.rint(ink[..., 3]).clip(0, 255).astype(np.uint8)
    opacity, border = backing.grown(solid, painting.design.shadow, line.size_px)
    shade = np.array([*colour.backing_for(painting.inks.letters), 255], np.float32)
    under = (opacity * np.float32(painting.shadow))[..., None] * shade
    inner = under[border:-border, border:-border]
    inner *= 1 - ink[..., 3:] / 255
    inner += ink
    return under, border


def _cropped(rgba: Pixels, x: int, y: int, canvas: Canvas) -> Sprite:
    """Cut off what lies outside the canvas."""
    left, top = max(0, -x), max(0, -y)
    inside = rgba[top : canvas.height - y, left : canvas.width - x]
    return Sprite(np.ascontiguousarray(inside), x + left, y + top, Part.LINE)
