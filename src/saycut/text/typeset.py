"""From a text and a canvas to sprites: the one place where all steps of typesetting meet."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Final

from saycut.text import colour
from saycut.text.breaking import Measured, measured
from saycut.text.content import paragraphs
from saycut.text.geometry import Box, anchor, measure_px, safe_area
from saycut.text.layout import fit
from saycut.text.paint import Inks, Painting, painted
from saycut.text.sprite import Typeset
from saycut.text.styles import DESIGNS, USES, Backing, Design, Look, Use
from saycut.timeline import Canvas, Position, Text, TextRole

__all__ = ["standing_rows", "typeset"]

# A mark that is there all the time must not compete with the picture.
_WATERMARK_OPACITY: Final = 0.72
# A box takes at most this share of the safe area for its air, on each side of the letters.
_PAD_MAX: Final = 0.1
# How much of the canvas's height a text of some lines takes.
_ROW: Final = 1 / 3
_MIRRORED: Final = {
    Position.CENTER_LEFT: Position.CENTER_RIGHT,
    Position.BOTTOM_LEFT: Position.BOTTOM_RIGHT,
}


def typeset(text: Text, canvas: Canvas, ground: float = 1.0) -> Typeset:
    """Set a text on a canvas: sprites at rest, their lines, and what could not be shown.

    `ground` is how light the picture behind can be (gamma-coded, 0..1): the lighter it is, the
    more it is darkened behind the letters, and no more than reading them takes.

    Letters stay inside the middle 80 % of the canvas; a text too large for it is set smaller.
    White space alone gives no sprites. The same input gives the same bytes.

    Raises:
        UnusableColour: `colour` or `accent` is not written as `#rrggbb`.
    """
    design, use = DESIGNS[text.style], USES[text.role]
    look = design.looks[text.role]
    inks = _inks(text, design, look)
    known = [measured(paragraph) for paragraph in paragraphs(text, design, use)]
    missing = tuple(dict.fromkeys(c for measures in known for c in measures.missing))
    least_px = use.least * canvas.height
    size_px = text.scale * max(use.size * look.scale * measure_px(canvas), least_px)
    position = text.position or _place(use, known)
    area = _room(safe_area(canvas, position), design, look, size_px, anchor(position)[0])
    block = fit(known, design, look, use, size_px, area, position)
    if block is None:
        return Typeset((), (0, 0, 0, 0), (), missing)
    return Typeset(
        tuple(painted(Painting(canvas, design, look, block, inks, anchor(position), ground))),
        _whole(block.ink),
        tuple(line.shaped.text for line in block.lines),
        missing,
    )


def standing_rows(text: Text, canvas: Canvas) -> tuple[float, float]:
    """Give the part of the canvas's height, from and to (0..1), in which a text usually stands."""
    position = text.position or USES[text.role].position
    row = anchor(position)[1]
    top = row * (1 - _ROW)
    if row == 1.0:
        # Lower lines of tall canvases reach above the lowest third.
        top = min(top, safe_area(canvas, position).bottom / canvas.height - _ROW / 2)
    return top, row * (1 - _ROW) + _ROW


def _place(use: Use, known: Sequence[Measured]) -> Position:
    """Give the place of the use; Arabic and Hebrew begin at the right where Latin does at left."""
    if known and known[0].leftward:
        return _MIRRORED.get(use.position, use.position)
    return use.position


def _inks(text: Text, design: Design, look: Look) -> Inks:
    accent = colour.parse(text.accent or design.accent)
    letters = colour.parse(text.colour or design.colour)
    if text.colour is None and look.backing is Backing.BUTTON:
        letters = colour.backing_for(accent)
    opacity = _WATERMARK_OPACITY if text.role is TextRole.WATERMARK else 1.0
    return Inks(letters, accent, opacity)


def _room(safe: Box, design: Design, look: Look, size_px: float, align: float) -> Box:
    """Leave room for a box around the letters, so that it is in the safe area as well."""
    if not look.has_box:
        return safe
    x = min(design.pad_em[0] * size_px, safe.width * _PAD_MAX)
    y = min(design.pad_em[1] * size_px, safe.height * _PAD_MAX)
    room = safe.grown(-x, -y)
    if not look.is_bar_edged:
        return room
    return replace(room, right=safe.right) if align == 1.0 else replace(room, left=safe.left)


def _whole(box: Box) -> tuple[int, int, int, int]:
    left, top = floor(box.left), floor(box.top)
    return left, top, ceil(box.right) - left, ceil(box.bottom) - top
