"""Broken lines are stacked into a block: baselines, alignment by ink, the accent rule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from saycut.text.breaking import Measured
from saycut.text.geometry import Box, union
from saycut.text.shape import Ink, ShapedLine, shape
from saycut.text.styles import Design, Rule, RulePlace

__all__ = ["Block", "SetLine", "stacked"]

# Air between the ink of two lines where letters reach further than the leading foresees.
_AIR_EM: Final = 0.1
# Between lead and support, on top of the support's own leading; in ems of the lead.
_SUPPORT_GAP_EM: Final = 0.16
# A rule under a lead without support stands nearer to it than one between two lines.
_RULE_ALONE: Final = 0.6


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
    """All lines and the rule in their places.

    `bounds` holds them, and the height of capitals and the depth of small letters even where
    the words have none, so that a change of words does not move a text up or down.
    """

    lines: tuple[SetLine, ...]
    rule: Box | None
    bounds: Box
    size_px: float

    @property
    def ink(self) -> Box:
        """Where the letters of all lines reach."""
        return union(line.box for line in self.lines)

    def moved(self, x: int, y: int) -> "Block":
        return Block(
            tuple(replace(line, x=line.x + x, baseline=line.baseline + y) for line in self.lines),
            self.rule.moved(x, y) if self.rule else None,
            self.bounds.moved(x, y),
            self.size_px,
        )


def stacked(
    paragraphs: Sequence[tuple[Measured, Sequence[str]]],
    design: Design,
    rule: Rule | None,
    size_px: float,
    align: float,
) -> Block | None:
    """Stack paragraphs, given with their lines, from a first baseline at 0.

    Lines are aligned around x = 0 by their ink, not by the space that letters bring along:
    `align` 0 puts their left edges there, 1 their right ones. None when nothing is visible.
    """
    lines: list[SetLine] = []
    for measures, texts in paragraphs:
        own = measures.paragraph
        for text in texts:
            shaped = shape(text, own.typeface, own.language, leftward=measures.leftward)
            if (ink := shaped.ink) is None:
                continue
            line_px = size_px * own.size
            x = -line_px * (ink.left + align * (ink.right - ink.left))
            line = SetLine(shaped, ink, line_px, x, 0)
            if lines:
                line = replace(line, baseline=_baseline(lines[-1], line, design, rule))
            lines.append(line)
    if not lines:
        return None
    bounds = _bounds(lines, design)
    if rule is None:
        return Block(tuple(lines), None, bounds, size_px)
    drawn = _rule_box(rule, lines, bounds, design, size_px, align)
    return Block(tuple(lines), drawn, bounds.joined(drawn), size_px)


def _baseline(above: SetLine, line: SetLine, design: Design, rule: Rule | None) -> int:
    """Give the baseline under another: the design's leading, more where ink would touch."""
    leading = design.leading_em * line.size_px
    ink = (_AIR_EM + line.ink.top) * line.size_px - above.ink.bottom * above.size_px
    below = above.baseline + round(max(leading, ink))
    if line.size_px == above.size_px:
        return below
    gap_em = _SUPPORT_GAP_EM
    if rule is not None and rule.place is RulePlace.BETWEEN:
        gap_em = 2 * rule.gap_em + rule.thickness_em - _SUPPORT_GAP_EM
    return below + round(gap_em * above.size_px)


def _bounds(lines: Sequence[SetLine], design: Design) -> Box:
    inked = union(line.box for line in lines)
    first, last = lines[0], lines[-1]
    return replace(
        inked,
        top=min(inked.top, first.baseline - design.cap_em * first.size_px),
        bottom=max(inked.bottom, last.baseline + design.descent_em * last.size_px),
    )


def _rule_box(
    rule: Rule,
    lines: Sequence[SetLine],
    bounds: Box,
    design: Design,
    size_px: float,
    align: float,
) -> Box:
    """Give the place of the rule, at least two pixels thick and on whole pixels."""
    thickness = max(2, round(rule.thickness_em * size_px))
    gap, length = rule.gap_em * size_px, round(rule.length_em * size_px)
    if rule.place is RulePlace.BESIDE:
        is_right = align == 1.0
        left = round(bounds.right + gap if is_right else bounds.left - gap - thickness)
        return Box(left, round(bounds.top), left + thickness, round(bounds.bottom))
    left = round(bounds.left + align * (bounds.width - length))
    top = round(_middle(lines, design, gap, thickness))
    return Box(left, top, left + length, top + thickness)


def _middle(lines: Sequence[SetLine], design: Design, gap: float, thickness: int) -> float:
    """Give the top of a rule half way between lead and support, or under a lead alone."""
    leads = [line for line in lines if line.size_px == lines[0].size_px]
    last = leads[-1]
    depth = last.baseline + max(design.descent_em, -last.ink.bottom) * last.size_px
    if len(leads) == len(lines):
        return depth + gap * _RULE_ALONE
    return (depth + lines[len(leads)].box.top - thickness) / 2
