"""From a text and a canvas to sprites: the one place where all steps of typesetting meet."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Final

import numpy as np

from saycut.text import backing, colour
from saycut.text.colour import Colour
from saycut.text.layout import (
    Block,
    Box,
    Paragraph,
    SetLine,
    anchor,
    fit,
    measure_px,
    safe_area,
)
from saycut.text.raster import rasterise
from saycut.text.shape import shape
from saycut.text.sprite import Part, Pixels, Sprite, Typeset
from saycut.text.styles import DESIGNS, USES, Backing, Design, Look, Use
from saycut.timeline import Canvas, Text, TextRole

__all__ = ["typeset"]

# A little more than WCAG asks for: video encoding costs some of it.
_CONTRAST: Final = 5.0
# What the letters' own shadow is sure to add where it matters, close to the letters.
_SHADOW_HELPS: Final = 0.1
# The way on which a scrim fades out, in ems of the leading line.
_SCRIM_REACH_EM: Final = 1.5
_PLATE_OPACITY: Final = 0.66
# A mark that is there all the time must not compete with the picture.
_WATERMARK_OPACITY: Final = 0.72


def typeset(text: Text, canvas: Canvas) -> Typeset:
    """Set a text on a canvas: sprites at rest, their lines, and what could not be shown.

    Letters stay inside the middle 80 % of the canvas; a text too large for it is set smaller.
    White space alone gives no sprites. The same input gives the same bytes.

    Raises:
        UnusableColour: `colour` or `accent` is not written as `#rrggbb`.
    """
    design, use = DESIGNS[text.style], USES[text.role]
    look = design.looks[text.role]
    ink, accent = _colours(text, design, look)
    paragraphs = _paragraphs(text, design, use)
    missing = _missing(paragraphs, text)
    size_px = use.size * look.scale * text.scale * measure_px(canvas)
    position = text.position or use.position
    area = _room(safe_area(canvas), design, look, size_px)
    language = _language(text)
    block = fit(paragraphs, design, look, use, size_px, area, position, language)
    if block is None:
        return Typeset((), (0, 0, 0, 0), (), missing)
    setting = _Setting(text, canvas, design, look, block, ink, accent)
    box = block.ink
    left, top = floor(box.left), floor(box.top)
    return Typeset(
        tuple(_sprites(setting)),
        (left, top, ceil(box.right) - left, ceil(box.bottom) - top),
        tuple(line.shaped.text for line in block.lines),
        missing,
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    """What painting needs to know."""

    text: Text
    canvas: Canvas
    design: Design
    look: Look
    block: Block
    ink: Colour
    accent: Colour

    @property
    def at(self) -> tuple[float, float]:
        return anchor(self.text.position or USES[self.text.role].position)


def _colours(text: Text, design: Design, look: Look) -> tuple[Colour, Colour]:
    accent = colour.parse(text.accent or design.accent)
    if text.colour is None and look.backing is Backing.BUTTON:
        return colour.backing_for(accent), accent
    return colour.parse(text.colour or design.colour), accent


def _paragraphs(text: Text, design: Design, use: Use) -> tuple[Paragraph, ...]:
    """Give what is on each line of the content, the first one leading."""
    contents = [_visible(line) for line in text.content.splitlines()]
    paragraphs: list[Paragraph] = []
    for content in filter(None, contents):
        leads = use.support is None or not paragraphs
        typeface = design.lead if leads else design.support
        paragraphs.append(
            Paragraph(
                _capitals(content, text.language) if typeface.is_capitals else content,
                typeface,
                1.0 if leads else use.support or 1.0,
            )
        )
    return tuple(paragraphs)


def _visible(line: str) -> str:
    """Leave out control characters and lone surrogates; make runs of white space one space."""
    kept = "".join(" " if c == "\t" else c for c in line if c == "\t" or not _is_control(c))
    return " ".join(kept.split(" ")).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}


def _capitals(text: str, language: str | None) -> str:
    """Write in capitals, as Turkish and Greek do: i keeps its dot, stress marks go."""
    if (language or "").split("-")[0] in {"tr", "az"}:
        text = text.replace("i", "İ")
    decomposed = unicodedata.normalize("NFD", text.upper())
    kept = []
    is_greek = False
    for character in decomposed:
        if not unicodedata.combining(character):
            is_greek = "GREEK" in unicodedata.name(character, "")
        if not (is_greek and character == "\u0301"):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _language(text: Text) -> str | None:
    """Give the text's language, or the one that its letters give away."""
    if text.language:
        return text.language
    for character in text.content:
        name = unicodedata.name(character, "")
        if name.startswith(("HIRAGANA", "KATAKANA")):
            return "ja"
        if name.startswith("HANGUL"):
            return "ko"
    return None


def _missing(paragraphs: tuple[Paragraph, ...], text: Text) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for paragraph in paragraphs:
        shaped = shape(paragraph.text, paragraph.typeface, text.language, leftward=False)
        found |= dict.fromkeys(shaped.missing)
    return tuple(found)


def _room(safe: Box, design: Design, look: Look, size_px: float) -> Box:
    """Leave room for a box around the letters, so that it is in the safe area as well."""
    if look.backing not in (Backing.PLATE, Backing.BUTTON):
        return safe
    # A box may take at most a tenth of the width and of the height for its air.
    x = min(design.pad_em[0] * size_px, safe.width * 0.1)
    y = min(design.pad_em[1] * size_px, safe.height * 0.1)
    room = safe.grown(-x, -y)
    return replace(room, left=safe.left) if look.is_bar_edged else room


def _sprites(setting: _Setting) -> Iterator[Sprite]:
    yield from _behind(setting)
    if (rule := setting.block.rule) is not None:
        if setting.look.is_bar_edged:
            plate = _plate(setting)
            rule = replace(rule, top=plate.top, bottom=plate.bottom)
        yield _filled(rule, 0.0, setting.accent, 1.0, setting.canvas, Part.RULE)
    for line in setting.block.lines:
        yield _line_sprite(line, setting)


def _behind(setting: _Setting) -> Iterator[Sprite]:
    canvas, block, design = setting.canvas, setting.block, setting.design
    needed = colour.needed_opacity(setting.ink, _CONTRAST)
    shade = colour.backing_for(setting.ink)
    kind = setting.look.backing
    if kind in (Backing.PLATE, Backing.BUTTON):
        edges = _plate(setting)
        corner = design.corner_em * block.size_px
        if kind is Backing.BUTTON:
            corner = edges.height / 2 if corner > 0.1 * block.size_px else corner
            yield _filled(edges, corner, setting.accent, 1.0, canvas, Part.PLATE)
        else:
            opacity = max(needed, _PLATE_OPACITY)
            yield _filled(edges, corner, shade, opacity, canvas, Part.PLATE)
    elif kind in (Backing.SOFT, Backing.BAND):
        opacity = 1 - (1 - needed) / (1 - _SHADOW_HELPS)
        shaded = backing.scrim if kind is Backing.SOFT else backing.band
        reach = _SCRIM_REACH_EM * block.lines[0].size_px
        area = shaded(block.bounds, reach, canvas, setting.at)
        yield _tinted(area[0] * np.float32(opacity), area[1], area[2], shade, Part.SCRIM)


def _plate(setting: _Setting) -> Box:
    """Give the edges of the box around the letters, on whole pixels."""
    x, y = (em * setting.block.size_px for em in setting.design.pad_em)
    bounds = setting.block.bounds
    outer = bounds.grown(x, y)
    left = bounds.left if setting.look.is_bar_edged else outer.left
    return Box(round(left), round(outer.top), round(outer.right), round(outer.bottom))


def _filled(
    edges: Box, corner: float, tint: Colour, opacity: float, canvas: Canvas, part: Part
) -> Sprite:
    filled, x, y = backing.box(edges, corner, canvas)
    return _tinted(filled * np.float32(opacity), x, y, tint, part)


def _tinted(opacity: backing.Opacity, x: int, y: int, tint: Colour, part: Part) -> Sprite:
    levels = backing.to_levels(opacity)
    rgba = np.empty((*levels.shape, 4), np.uint8)
    for channel, value in enumerate(tint):
        rgba[..., channel] = (levels.astype(np.uint16) * value + 127) // 255
    rgba[..., 3] = levels
    return Sprite(rgba, x, y, part)


def _line_sprite(line: SetLine, setting: _Setting) -> Sprite:
    """Draw a line's letters over their shadow; on a box they need none."""
    coverage, colours, x, y = rasterise(line)
    ink = np.zeros((*coverage.shape, 4), np.float32)
    ink[:] = coverage[..., None] * np.array([*(c / 255 for c in setting.ink), 1.0], np.float32)
    if colours is not None:
        ink = colours + ink * (1 - colours[..., 3:].astype(np.float32) / 255)
    if setting.look.backing not in (Backing.PLATE, Backing.BUTTON):
        ink, border = _shadowed(ink, line, setting)
        x, y = x - border, y - border
    if setting.text.role is TextRole.WATERMARK:
        ink *= np.float32(_WATERMARK_OPACITY)
    return _cropped(np.rint(ink).clip(0, 255).astype(np.uint8), x, y, setting.canvas)


def _shadowed(
    ink: backing.Opacity, line: SetLine, setting: _Setting
) -> tuple[backing.Opacity, int]:
    solid = np.rint(ink[..., 3]).clip(0, 255).astype(np.uint8)
    opacity, border = backing.grown(solid, setting.design.shadow, line.size_px)
    shade = np.array([*colour.backing_for(setting.ink), 255], np.float32)
    under = opacity[..., None] * shade
    inner = under[border:-border, border:-border]
    inner *= 1 - ink[..., 3:] / 255
    inner += ink
    return under, border


def _cropped(rgba: Pixels, x: int, y: int, canvas: Canvas) -> Sprite:
    """Cut off what lies outside the canvas."""
    left, top = max(0, -x), max(0, -y)
    inside = rgba[top : canvas.height - y, left : canvas.width - x]
    return Sprite(np.ascontiguousarray(inside), x + left, y + top, Part.LINE)
