"""Where a paragraph may and should be broken: UAX 14 chances, few lines, even lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from uniseg.graphemecluster import grapheme_cluster_boundaries  # type: ignore[import-untyped]
from uniseg.linebreak import line_break_boundaries  # type: ignore[import-untyped]

from saycut.text.shape import Typeface, shape

__all__ = ["Measured", "balanced", "measured"]


@dataclass(frozen=True, slots=True)
class Measured:
    """A paragraph with the advance of what stands before each of its characters, in ems.

    `chances` are the places where a line may end, `graphemes` those where it may when a word
    is longer than a line; both end with the length of the text.
    """

    text: str
    reach: tuple[float, ...]
    chances: tuple[int, ...]
    graphemes: tuple[int, ...]

    def width(self, start: int, end: int) -> float:
        """Give the advance of a stretch without the white space at its end."""
        visible = start + len(self.text[start:end].rstrip())
        return self.reach[visible] - self.reach[start]


def measured(text: str, typeface: Typeface, language: str | None) -> Measured:
    """Shape a paragraph once to learn how wide any part of it is, to within a kern or two."""
    advances = [0.0] * len(text)
    for glyph in shape(text, typeface, language).glyphs:
        advances[glyph.cluster] += glyph.advance
    reach = [0.0]
    for advance in advances:
        reach.append(reach[-1] + advance)
    return Measured(
        text,
        tuple(reach),
        tuple(line_break_boundaries(text)),
        tuple(at for at in grapheme_cluster_boundaries(text) if at > 0),
    )


def balanced(paragraph: Measured, limit_em: float, *, may_split: bool) -> tuple[str, ...] | None:
    """Break into as few lines as `limit_em` allows, then make them as even as they get.

    Words longer than a line are split only when `may_split`; None says that one is.
    """
    chances = _chances(paragraph, limit_em) if may_split else paragraph.chances
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


def _chances(paragraph: Measured, limit_em: float) -> tuple[int, ...]:
    """Add places inside words that no line can hold."""
    places = set(paragraph.chances)
    for start, end in pairwise((0, *paragraph.chances)):
        if paragraph.width(start, end) > limit_em:
            places.update(at for at in paragraph.graphemes if start < at < end)
    return tuple(sorted(places))


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
