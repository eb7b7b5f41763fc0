"""The three designs and the eight uses of text, as data.

A design says how letters look and what keeps them readable over any photograph; a use says
how large the letters are and where they stand. Lengths are in ems of the leading line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from saycut.text.fonts import (
    CONDENSED_BLACK,
    CONDENSED_BOLD,
    SANS_BOLD,
    SANS_MEDIUM,
    SERIF_ITALIC,
    SERIF_SEMIBOLD,
)
from saycut.text.shape import Typeface
from saycut.timeline import Position, TextRole, TextStyle

__all__ = ["DESIGNS", "USES", "Backing", "Design", "Look", "Rule", "RulePlace", "Shadow", "Use"]


class Backing(StrEnum):
    """What lies between the letters and the picture."""

    NONE = "none"  # the shadow of the letters alone
    SCRIM = "scrim"  # where the shadow is not enough, a gradient from edge to edge of the canvas
    PLATE = "plate"  # a translucent box
    BUTTON = "button"  # an opaque box in the accent colour


class RulePlace(StrEnum):
    BETWEEN = "between"  # between leading and supporting lines, or under a lead alone
    BESIDE = "beside"  # along all lines, at the left, or right of lines aligned to the right


@dataclass(frozen=True, slots=True)
class Rule:
    """A line in the accent colour; `length_em` means nothing for one beside the text."""

    place: RulePlace
    thickness_em: float
    gap_em: float
    length_em: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a design puts around the letters in one use.

    `scale` evens out that the letters of some faces look smaller at the same size.
    """

    backing: Backing
    rule: Rule | None = None
    scale: float = 1.0

    @property
    def has_box(self) -> bool:
        return self.backing in (Backing.PLATE, Backing.BUTTON)

    @property
    def is_bar_edged(self) -> bool:
        """Whether the rule is the outer edge of a box."""
        is_beside = self.rule is not None and self.rule.place is RulePlace.BESIDE
        return is_beside and self.backing is Backing.PLATE


@dataclass(frozen=True, slots=True)
class Shadow:
    """The letters' own shadow: grown by `spread_em`, blurred with this sigma, moved down."""

    spread_em: float
    sigma_em: float
    drop_em: float


@dataclass(frozen=True, slots=True)
class Design:
    """A style. `cap_em` and `descent_em` are what places a line: not what its letters reach,
    so that a change of words does not move a text up or down. `pad_em` is the air inside a box.
    """

    lead: Typeface
    support: Typeface
    leading_em: float
    cap_em: float
    descent_em: float
    colour: str
    accent: str
    shadow: Shadow
    pad_em: tuple[float, float]
    corner_em: float
    has_round_buttons: bool
    looks: Mapping[TextRole, Look]


@dataclass(frozen=True, slots=True)
class Use:
    """A role's size as a share of the measure (see `geometry.measure_px`), and its place.

    `least` is the least size as a share of the height: what is read, not looked at, needs it.

    `support` is the size of the lines after the first, relative to it; None sets all alike.
    `least_phrased` is how far letters are made smaller, as a share of their size, before lines
    may end elsewhere than at a space or a mark, as they do in Chinese and Japanese.
    """

    size: float
    support: float | None
    lines_max: int
    position: Position
    least_phrased: float = 0.6
    least: float = 0.0


USES: Final[Mapping[TextRole, Use]] = {
    TextRole.TITLE: Use(0.105, 0.46, 3, Position.CENTER),
    TextRole.END_CARD: Use(0.095, 0.48, 3, Position.CENTER),
    TextRole.SECTION: Use(0.085, 0.5, 3, Position.CENTER_LEFT),
    TextRole.OVERLAY: Use(0.065, 0.7, 4, Position.CENTER),
    TextRole.LOWER_THIRD: Use(0.058, 0.79, 2, Position.BOTTOM_LEFT, least=0.045),
    TextRole.CTA: Use(0.06, 0.76, 2, Position.BOTTOM_CENTER),
    TextRole.CAPTION: Use(0.048, None, 3, Position.BOTTOM_CENTER, least_phrased=0.9, least=0.045),
    TextRole.WATERMARK: Use(0.026, None, 1, Position.TOP_RIGHT),
}

_SHORT_RULE: Final = Rule(RulePlace.BESIDE, 0.075, 0.42)
_CLEAN: Final = Design(
    lead=Typeface(SANS_BOLD, tracking_em=-0.022),
    support=Typeface(SANS_MEDIUM, tracking_em=0.012),
    leading_em=1.14,
    cap_em=0.72,
    descent_em=0.2,
    colour="#ffffff",
    accent="#ffc94d",
    shadow=Shadow(spread_em=0.115, sigma_em=0.125, drop_em=0.02),
    pad_em=(0.62, 0.44),
    corner_em=0.42,
    has_round_buttons=True,
    looks={
        TextRole.TITLE: Look(Backing.SCRIM),
        TextRole.END_CARD: Look(Backing.SCRIM),
        TextRole.SECTION: Look(Backing.SCRIM, _SHORT_RULE),
        TextRole.OVERLAY: Look(Backing.SCRIM),
        TextRole.LOWER_THIRD: Look(Backing.SCRIM, Rule(RulePlace.BESIDE, 0.085, 0.4)),
        TextRole.CTA: Look(Backing.BUTTON),
        TextRole.CAPTION: Look(Backing.PLATE),
        TextRole.WATERMARK: Look(Backing.NONE),
    },
)

_BAR_UNDER: Final = Rule(RulePlace.BETWEEN, 0.085, 0.2, length_em=0.8)
_BAR_BESIDE: Final = Rule(RulePlace.BESIDE, 0.16, 0.42)
_BOLD: Final = Design(
    lead=Typeface(CONDENSED_BLACK, 0.004, ("case",), is_capitals=True, fallback_scale=0.78),
    support=Typeface(CONDENSED_BOLD, 0.05, ("case",), is_capitals=True, fallback_scale=0.78),
    leading_em=0.94,
    cap_em=0.7,
    descent_em=0.0,
    colour="#ffffff",
    accent="#ff4b2b",
    shadow=Shadow(spread_em=0.09, sigma_em=0.14, drop_em=0.02),
    pad_em=(0.5, 0.4),
    corner_em=0.0,
    has_round_buttons=False,
    looks={
        TextRole.TITLE: Look(Backing.SCRIM, _BAR_UNDER, scale=1.45),
        TextRole.END_CARD: Look(Backing.SCRIM, _BAR_UNDER, scale=1.45),
        TextRole.SECTION: Look(Backing.SCRIM, _BAR_BESIDE, scale=1.45),
        TextRole.OVERLAY: Look(Backing.SCRIM, scale=1.35),
        TextRole.LOWER_THIRD: Look(Backing.PLATE, _BAR_BESIDE, scale=1.2),
        TextRole.CTA: Look(Backing.BUTTON, scale=1.2),
        TextRole.CAPTION: Look(Backing.PLATE, _BAR_BESIDE, scale=1.2),
        TextRole.WATERMARK: Look(Backing.NONE, scale=1.2),
    },
)

_HAIRLINE: Final = Rule(RulePlace.BETWEEN, 0.026, 0.34, length_em=1.3)
_ELEGANT: Final = Design(
    lead=Typeface(SERIF_SEMIBOLD, tracking_em=0.005, features=("lnum",)),
    support=Typeface(SERIF_ITALIC, tracking_em=0.015, features=("lnum",)),
    leading_em=1.16,
    cap_em=0.71,
    descent_em=0.2,
    colour="#fffaf0",
    accent="#e3bf7d",
    shadow=Shadow(spread_em=0.115, sigma_em=0.125, drop_em=0.015),
    pad_em=(0.8, 0.5),
    corner_em=0.06,
    has_round_buttons=False,
    looks={
        TextRole.TITLE: Look(Backing.SCRIM, _HAIRLINE, scale=1.05),
        TextRole.END_CARD: Look(Backing.SCRIM, _HAIRLINE, scale=1.05),
        TextRole.SECTION: Look(Backing.SCRIM, _HAIRLINE, scale=1.05),
        TextRole.OVERLAY: Look(Backing.SCRIM),
        TextRole.LOWER_THIRD: Look(Backing.SCRIM, Rule(RulePlace.BETWEEN, 0.035, 0.3, 1.4)),
        TextRole.CTA: Look(Backing.BUTTON),
        TextRole.CAPTION: Look(Backing.SCRIM),
        TextRole.WATERMARK: Look(Backing.NONE),
    },
)

DESIGNS: Final[Mapping[TextStyle, Design]] = {
    TextStyle.CLEAN: _CLEAN,
    TextStyle.BOLD: _BOLD,
    TextStyle.ELEGANT: _ELEGANT,
}
