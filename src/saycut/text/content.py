"""What a text says, line by line: cleaned, put into capitals, each with its letters."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from saycut.text.shape import Typeface
from saycut.text.styles import Design, Use
from saycut.timeline import Text

__all__ = ["Paragraph", "implied_language", "paragraphs"]

# Stress marks that Greek leaves out in capitals; the mark of a diaeresis stays.
_TONOS: Final = "\u0301"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the content, before it is broken; `size` is relative to the leading one."""

    text: str
    typeface: Typeface
    size: float
    language: str | None


def paragraphs(text: Text, design: Design, use: Use) -> tuple[Paragraph, ...]:
    """Give the lines of a text that are not empty; the first one leads, if its use has a lead."""
    language = implied_language(text)
    contents = filter(None, (_visible(line) for line in text.content.splitlines()))
    found: list[Paragraph] = []
    for content in contents:
        supports = found and use.support is not None
        typeface = design.support if supports else design.lead
        size = use.support if supports and use.support else 1.0
        shown = _capitals(content, language) if typeface.is_capitals else content
        found.append(Paragraph(shown, typeface, size, language))
    return tuple(found)


def implied_language(text: Text) -> str | None:
    """Give the text's language, or the one that its letters give away.

    Chinese characters look different in Japan and Korea, so kana or hangul beside them tell
    which forms are meant.
    """
    if text.language:
        return text.language
    for character in text.content:
        name = unicodedata.name(character, "")
        if name.startswith(("HIRAGANA", "KATAKANA")):
            return "ja"
        if name.startswith("HANGUL"):
            return "ko"
    return None


def _visible(line: str) -> str:
    """Compose marks with their letters; leave out control characters and halves of pairs.

    Faces have more composed letters than marks to put on letters.
    """
    spaced = unicodedata.normalize("NFC", line.replace("\t", " "))
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def _capitals(text: str, language: str | None) -> str:
    """Write in capitals as Turkish and Greek do: i keeps its dot, stress marks go."""
    if (language or "").split("-")[0] in {"tr", "az"}:
        text = text.replace("i", "İ")
    kept = []
    is_greek = False
    for character in unicodedata.normalize("NFD", text.upper()):
        if not unicodedata.combining(character):
            is_greek = "GREEK" in unicodedata.name(character, "")
        if not (is_greek and character == _TONOS):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
