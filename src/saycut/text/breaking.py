"""Where a paragraph may and should be broken: UAX 14 chances, few lines, even lines."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate, pairwise

from uniseg.graphemecluster import grapheme_cluster_boundaries  # type: ignore[import-untyped]
from uniseg.linebreak import line_break_boundaries  # type: ignore[import-untyped]

from saycut.text.bidi import is_leftward
from saycut.text.content import Paragraph
from saycut.text.shape import shape

__all__ = ["Care", "Measured", "balanced", "measured"]


class Care(IntEnum):
    """Where lines may end, from the most to the least careful."""

    PHRASES = 0  # after a space or a mark: Chinese and Japanese words stay whole
    WORDS = 1  # wherever UAX 14 allows it
    LETTERS = 2  # inside words as well, when a word is longer than a line


@dataclass(frozen=True, slots=True)
class Measured:
    """A paragraph with the advance of what stands before each of its characters, in ems.

    `chances` are the places where a line may end, `graphemes` those where it may when a word
    is longer than a line; both end with the length of the text. `missing` has no glyphs.
    """

    paragraph: Paragraph
    leftward: bool
    reach: tuple[float, ...]
    chances: tuple[int, ...]
    graphemes: tuple[int, ...]
    missing: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.paragraph.text

    def width(self, start: int, end: int) -> float:
        """Give the advance of a stretch without the white space at its end."""
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return self.reach[end] - self.reach[start]


def measured(paragraph: Paragraph) -> Measured:
    """Shape a paragraph once to learn how wide any part of it is, to within a kern or two."""
    text = paragraph.text
    leftward = is_leftward(text)
    shaped = shape(text, paragraph.typeface, paragraph.language, leftward=leftward)
    advances = [0.0] * len(text)
    for glyph in shaped.glyphs:
        advances[glyph.cluster] += glyph.advance
    return Measured(
        paragraph,
        leftward,
        tuple(accumulate(advances, initial=0.0)),
        tuple(line_break_boundaries(text)),
        tuple(at for at in grapheme_cluster_boundaries(text) if at > 0),
        shaped.missing,
    )


def balanced(paragraph: Measured, limit_em: float, care: Care) -> tuple[str, ...] | None:
    """Break into as few lines as `limit_em` allows, then make them as even as they get.

    None says that a stretch between two places that `care` allows is wider than that.
    """
    chances = _chances(paragraph, limit_em, care)
    lines = _greedy(paragraph, chances, limit_em)
    if lines is None:
        return None
    # The narrowest limit that gives the same number of lines gives the most even ones.
    narrow, wide = limit_em / 2, limit_em
    for _ in range(8 if len(lines) > 1 else 0):
        middle = (narrow + wide) / 2
        tried = _greedy(paragraph, chances, middle)
        if tried is not None and len(tried) == len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return tuple(paragraph.text[start:end].strip() for start, end in lines)


def _chances(paragraph: Measured, limit_em: float, care: Care) -> tuple[int, ...]:
    if care is Care.PHRASES:
        text = paragraph.text
        return tuple(at for at in paragraph.chances if at == len(text) or _ends(text[at - 1]))
    if care is Care.WORDS:
        return paragraph.chances
    places = set(paragraph.chances)
    for start, end in pairwise((0, *paragraph.chances)):
        if paragraph.width(start, end) > limit_em:
            places.update(at for at in paragraph.graphemes if start < at < end)
    return tuple(sorted(places))


def _ends(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("P")


def _greedy(
    paragraph: Measured, chances: Sequence[int], limit_em: float
) -> list[tuple[int, int]] | None:
    lines: list[tuple[int, int]] = []
    start = end = 0
    for chance in chances:
        if paragraph.width(start, chance) > limit_em:
            if end > start:
                lines.append((start, end))
                start = end
            if paragraph.width(start, chance) > limit_em:
                return None
        end = chance
    lines.append((start, end))
    return lines
