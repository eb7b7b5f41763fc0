"""Lines find their size and place: fitted to the safe area, aligned by their ink.

Coordinates are pixels of the canvas, y downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from saycut.text.breaking import Care, Measured, balanced, measured
from saycut.text.shape import Ink, ShapedLine, Typeface, shape
from saycut.text.styles import Design, Look, Rule, RulePlace, Use
from saycut.timeline import Canvas, Position

__all__ = ["Block", "Box", "Paragraph", "SetLine", "anchor", "fit", "measure_px", "safe_area"]

# Text stays this share of the canvas away from each edge.
_MARGIN: Final = 0.1
# Sizes are tried in steps of this ratio until the text fits.
_STEP: Final = 0.95
# Below this share of its size a text may take more lines than its use asks for, and words that
# are longer than a line are split: small letters on many lines still read better than tiny ones.
_LEAST_WHOLE: Final = 0.6
# Nothing can be read below; a text that long for its canvas is not shown.
_LEAST_PX: Final = 1.0
# Air between the ink of two lines where letters reach further than the leading foresees.
_AIR_EM: Final = 0.1
# Between the baselines of lead and support, on top of the support's own leading; lead's ems.
_SUPPORT_GAP_EM: Final = 0.16


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; edges need not be whole."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, x: float, y: float) -> "Box":
        return Box(self.left - x, self.top - y, self.right + x, self.bottom + y)

    def moved(self, x: float, y: float) -> "Box":
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one line of the content becomes; `size` is relative to the leading one."""

    text: str
    typeface: Typeface
    size: float


@dataclass(frozen=True, slots=True)
class SetLine:
    """A shaped line at its size; the pen starts at `x` on the whole-pixel `baseline`."""

    shaped: ShapedLine
    ink: Ink
    size_px: float
    x: float
    baseline: int

    @property
    def box(self) -> Box:
        """Where its ink reaches."""
        return Box(
            self.x + self.ink.left * self.size_px,
            self.baseline - self.ink.top * self.size_px,
            self.x + self.ink.right * self.size_px,
            self.baseline - self.ink.bottom * self.size_px,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """All lines and the rule at their places. `bounds` holds them and the heights they keep."""

    lines: tuple[SetLine, ...]
    rule: Box | None
    bounds: Box
    size_px: float

    @property
    def ink(self) -> Box:
        """Where the letters of all lines reach."""
        return _union([line.box for line in self.lines])

    def moved(self, x: int, y: int) -> "Block":
        return Block(
            tuple(replace(line, x=line.x + x, baseline=line.baseline + y) for line in self.lines),
            self.rule.moved(x, y) if self.rule else None,
            self.bounds.moved(x, y),
            self.size_px,
        )


def measure_px(canvas: Canvas) -> float:
    """Give the length that sizes are shares of.

    It is the shorter side; on tall canvases up to a fourth more, as they are seen on phones,
    held nearer and smaller than a wide picture of the same width.
    """
    shorter = min(canvas.width, canvas.height)
    return min(1.25 * shorter, max(shorter, 0.7 * canvas.height))


def safe_area(canvas: Canvas) -> Box:
    """Give the part of the canvas that text keeps to, 10 % away from each edge."""
    x, y = canvas.width * _MARGIN, canvas.height * _MARGIN
    return Box(x, y, canvas.width - x, canvas.height - y)


def anchor(position: Position) -> tuple[float, float]:
    """Give where a position lies, as shares of the room: (0, 0) is top left."""
    row, _, column = position.value.partition("-")
    x = {"left": 0.0, "right": 1.0}.get(column, 0.5)
    return x, {"top": 0.0, "bottom": 1.0}.get(row, 0.5)


def fit(
    paragraphs: Sequence[Paragraph],
    design: Design,
    look: Look,
    use: Use,
    size_px: float,
    area: Box,
    position: Position,
    language: str | None,
) -> Block | None:
    """Set paragraphs as large as `size_px` and the area allow; None when nothing is visible."""
    known = [measured(p.text, p.typeface, language) for p in paragraphs]
    sizes = {
        Care.PHRASES: (size_px, use.least_phrased * size_px),
        Care.WORDS: (size_px, _LEAST_WHOLE * size_px),
        Care.LETTERS: (_LEAST_WHOLE * size_px, _LEAST_PX),
    }
    for care, (size, least_px) in sizes.items():
        while size >= least_px:
            broken = _broken(paragraphs, known, area.width / size, use, care)
            if broken is not None:
                lines = _stacked(paragraphs, known, broken, design, look, size, position, language)
                if not lines:
                    return None
                block = _ruled(lines, design, look.rule, size, position)
                # A pixel of play: places are rounded to whole pixels below.
                if block.bounds.width < area.width - 1 and block.bounds.height < area.height - 1:
                    return _placed(block, area, position)
            size *= _STEP
    return None


def _broken(
    paragraphs: Sequence[Paragraph],
    known: Sequence[Measured],
    width_em: float,
    use: Use,
    care: Care,
) -> list[tuple[str, ...]] | None:
    """Break all paragraphs for a width in the lead's ems; None when they take too many lines."""
    broken = []
    for paragraph, measures in zip(paragraphs, known, strict=True):
        lines = balanced(measures, width_em / paragraph.size, care)
        if lines is None:
            return None
        broken.append(lines)
    counts = [len(lines) for lines in broken]
    most = sum(counts) if use.support is None else max(counts)
    # Lines that the author broke are kept, however many they are.
    allowed = max(use.lines_max, len(paragraphs) if use.support is None else 0)
    return None if most > allowed and care is not Care.LETTERS else broken


def _stacked(
    paragraphs: Sequence[Paragraph],
    known: Sequence[Measured],
    broken: Sequence[tuple[str, ...]],
    design: Design,
    look: Look,
    size: float,
    position: Position,
    language: str | None,
) -> list[SetLine]:
    """Stack lines from a first baseline at 0, aligned around x = 0."""
    align, _ = anchor(position)
    lines: list[SetLine] = []
    for paragraph, measures, texts in zip(paragraphs, known, broken, strict=True):
        own_px = size * paragraph.size
        for text in texts:
            shaped = shape(text, paragraph.typeface, language, leftward=measures.leftward)
            if (ink := shaped.ink) is None:
                continue
            x = -own_px * (ink.left + align * (ink.right - ink.left))
            line = SetLine(shaped, ink, own_px, x, 0)
            if lines:
                below = _next_baseline(lines[-1], line, design)
                is_first_support = own_px < lines[-1].size_px
                gap = round(_gap_px(look.rule, size)) if is_first_support else 0
                line = replace(line, baseline=below + gap)
            lines.append(line)
    return lines


def _ruled(
    lines: Sequence[SetLine], design: Design, rule: Rule | None, size: float, position: Position
) -> Block:
    bounds = _bounds(lines, design)
    if rule is None:
        return Block(tuple(lines), None, bounds, size)
    drawn = _rule_box(rule, lines, bounds, design, size, anchor(position)[0])
    return Block(tuple(lines), drawn, bounds.joined(drawn), size)


def _next_baseline(above: SetLine, line: SetLine, design: Design) -> int:
    """Give the baseline under another: the design's leading, more where ink would touch."""
    leading = design.leading_em * line.size_px
    ink = (_AIR_EM + line.ink.top) * line.size_px - above.ink.bottom * above.size_px
    return above.baseline + round(max(leading, ink))


def _gap_px(rule: Rule | None, size: float) -> float:
    if rule is None or rule.place is not RulePlace.BETWEEN:
        return _SUPPORT_GAP_EM * size
    return (2 * rule.gap_em + rule.thickness_em - _SUPPORT_GAP_EM) * size


def _depth_px(line: SetLine, design: Design) -> float:
    return max(design.descent_em, -line.ink.bottom) * line.size_px


def _bounds(lines: Sequence[SetLine], design: Design) -> Box:
    inked = _union([line.box for line in lines])
    first, last = lines[0], lines[-1]
    return replace(
        inked,
        top=min(inked.top, first.baseline - design.cap_em * first.size_px),
        bottom=max(inked.bottom, last.baseline + design.descent_em * last.size_px),
    )


def _rule_box(
    rule: Rule, lines: Sequence[SetLine], bounds: Box, design: Design, size: float, align: float
) -> Box:
    """Give the place of the rule; at least two pixels thick, on whole pixels."""
    thickness = max(2, round(rule.thickness_em * size))
    gap, length = rule.gap_em * size, rule.length_em * size
    if rule.place is RulePlace.BESIDE:
        left = round(bounds.left - gap - thickness)
        return Box(left, round(bounds.top), left + thickness, round(bounds.bottom))
    left = round(bounds.left + align * (bounds.width - length))
    if rule.place is RulePlace.ABOVE:
        top = round(bounds.top - gap - thickness)
        return Box(left, top, left + round(length), top + thickness)
    leads = [line for line in lines if line.size_px == lines[0].size_px]
    supports = lines[len(leads) :]
    if not supports:
        top = round(leads[-1].baseline + _depth_px(leads[-1], design) + gap * 0.6)
        return Box(left, top, left + round(length), top + thickness)
    above = leads[-1].baseline + _depth_px(leads[-1], design)
    below = supports[0].baseline - supports[0].ink.top * supports[0].size_px
    top = round((above + below - thickness) / 2)
    return Box(left, top, left + round(length), top + thickness)


def _placed(block: Block, area: Box, position: Position) -> Block:
    x, y = anchor(position)
    left = area.left + x * (area.width - block.bounds.width)
    top = area.top + y * (area.height - block.bounds.height)
    # Rounded towards the middle, so that a rounded place is not outside the area.
    return block.moved(_whole(left - block.bounds.left, x), _whole(top - block.bounds.top, y))


def _whole(value: float, share: float) -> int:
    if share == 0.5:
        return round(value)
    return -int(-value // 1) if share == 0.0 else int(value // 1)


def _union(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.joined(box)
    return whole
