"""How large a text is set and where its lines end: as designed if it fits, smaller if not."""

from collections.abc import Sequence
from typing import Final

from saycut.text.block import Block, stacked
from saycut.text.breaking import Care, Measured, balanced
from saycut.text.geometry import Box, anchor
from saycut.text.styles import Design, Look, Use
from saycut.timeline import Position

__all__ = ["fit"]

# Sizes are tried in steps of this ratio until the text fits.
_STEP: Final = 0.95
# Below this share of its size a text may take more lines than its use asks for, and words that
# are longer than a line are split: small letters on many lines still read better than tiny ones.
_LEAST_WHOLE: Final = 0.6
# Nothing can be read below; a text that long for its canvas is not shown.
_LEAST_PX: Final = 1.0


def fit(
    known: Sequence[Measured],
    design: Design,
    look: Look,
    use: Use,
    size_px: float,
    area: Box,
    position: Position,
) -> Block | None:
    """Set paragraphs as large as `size_px` and the area allow; None when nothing is visible."""
    if not any(measures.reach[-1] for measures in known):
        return None
    align, _ = anchor(position)
    sizes = {
        Care.PHRASES: (size_px, use.least_phrased * size_px),
        Care.WORDS: (size_px, _LEAST_WHOLE * size_px),
        Care.LETTERS: (_LEAST_WHOLE * size_px, _LEAST_PX),
    }
    for care, (size, least_px) in sizes.items():
        while size >= least_px:
            broken = _broken(known, design, use, area, size, care)
            if broken is not None:
                block = stacked(broken, design, look.rule, size, align)
                if block is None:
                    return None
                # A pixel of play, as places are rounded to whole pixels.
                if block.bounds.width < area.width - 1 and block.bounds.height < area.height - 1:
                    return _placed(block, area, position)
            size *= _STEP
    return None


def _broken(
    known: Sequence[Measured], design: Design, use: Use, area: Box, size_px: float, care: Care
) -> list[tuple[Measured, tuple[str, ...]]] | None:
    """Break all paragraphs for a size; None when they surely do not fit in it."""
    broken = []
    height_px = 0.0
    for measures in known:
        own_px = size_px * measures.paragraph.size
        lines = balanced(measures, area.width / own_px, care)
        if lines is None:
            return None
        broken.append((measures, lines))
        height_px += len(lines) * design.leading_em * own_px
    # The last line needs no leading: shaping is saved for what may fit.
    if height_px - 2 * design.leading_em * size_px > area.height:
        return None
    counts = [len(lines) for _, lines in broken]
    most = sum(counts) if use.support is None else max(counts)
    # Lines that the author broke are kept, however many they are.
    allowed = max(use.lines_max, len(known) if use.support is None else 0)
    return broken if most <= allowed or care is Care.LETTERS else None


def _placed(block: Block, area: Box, position: Position) -> Block:
    x, y = anchor(position)
    left = area.left + x * (area.width - block.bounds.width)
    top = area.top + y * (area.height - block.bounds.height)
    return block.moved(_whole(left - block.bounds.left, x), _whole(top - block.bounds.top, y))


def _whole(value: float, share: float) -> int:
    """Round towards the middle of the area, so that nothing leaves it by a rounding."""
    if share == 0.5:
        return round(value)
    return -int(-value // 1) if share == 0.0 else int(value // 1)
