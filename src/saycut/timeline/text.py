"""Words on the picture: what they say, what they are for and which design they take."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Position", "Text", "TextAnimation", "TextRole", "TextStyle"]


class TextRole(StrEnum):
    """What a text is for; size, place and time on screen follow from it unless set."""

    TITLE = "title"
    CAPTION = "caption"
    LOWER_THIRD = "lower_third"
    CTA = "cta"
    WATERMARK = "watermark"
    END_CARD = "end_card"
    SECTION = "section"
    OVERLAY = "overlay"


class TextStyle(StrEnum):
    """A design: type family, weight, scrim or shadow, accent."""

    CLEAN = "clean"  # geometric sans, soft shadow
    BOLD = "bold"  # heavy condensed capitals, accent bar
    ELEGANT = "elegant"  # high-contrast serif, gradient scrim, thin rule


class TextAnimation(StrEnum):
    """How a text enters and leaves."""

    NONE = "none"
    FADE = "fade"
    RISE = "rise"
    SLIDE = "slide"


class Position(StrEnum):
    TOP_LEFT = "top-left"
    TOP_CENTER = "top-center"
    TOP_RIGHT = "top-right"
    CENTER_LEFT = "center-left"
    CENTER = "center"
    CENTER_RIGHT = "center-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_CENTER = "bottom-center"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Text:
    """A designed text. `content` may hold line breaks: the first line leads, others support it.

    `position` None takes the role's own place; `scale` multiplies the role's size; `colour`
    and `accent` (`#rrggbb`) None take the style's. `language` (BCP 47) chooses between
    regional glyph forms, None lets the script decide.
    """

    content: str
    role: TextRole = TextRole.CAPTION
    style: TextStyle = TextStyle.CLEAN
    animation: TextAnimation = TextAnimation.FADE
    position: Position | None = None
    scale: float = 1.0
    colour: str | None = None
    accent: str | None = None
    language: str | None = None
