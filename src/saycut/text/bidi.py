"""Text that runs both ways: embedding levels and the order in which runs are seen (UAX 9)."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, TypeVar

from bidi import get_base_level, get_display  # type: ignore[import-untyped]

__all__ = ["is_leftward", "levels", "visual_order"]

_Run = TypeVar("_Run")

# Without one of these a text runs left to right and needs no algorithm.
_LEFTWARD: Final = {"R", "AL", "AN", "RLE", "RLO", "RLI", "FSI"}
_LEVELS: Final = re.compile(r"\n    levels: \[\n(.*?)\n    \],\n", re.DOTALL)


def is_leftward(paragraph: str) -> bool:
    """Tell whether a paragraph as a whole runs from right to left: its first letter does."""
    return bool(get_base_level(paragraph))


def levels(line: str, *, leftward: bool) -> tuple[int, ...]:
    """Give the embedding level of each character of a line; odd ones run leftward.

    `leftward` is that of its paragraph: a line of Arabic may well begin with a Latin word.
    """
    if not leftward and not any(unicodedata.bidirectional(c) in _LEFTWARD for c in line):
        return (0,) * len(line)
    # The library hands out levels only in its report for debugging, one for each UTF-8 byte.
    # A line break inside the text is escaped there, so the heading is found only once.
    report = _LEVELS.search(get_display(line, base_dir="R" if leftward else "L", debug=True))
    assert report is not None
    of_bytes = [int(level) for level in re.findall(r"\d+", report[1])]
    found = []
    at = 0
    for character in line:
        found.append(of_bytes[at])
        at += len(character.encode())
    return tuple(found)


def visual_order(runs: Sequence[tuple[int, _Run]]) -> list[_Run]:
    """Order runs, given with their levels as they are read, from left to right (rule L2)."""
    ordered = list(runs)
    highest = max((level for level, _ in runs), default=0)
    for level in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = end + 1
    return [run for _, run in ordered]
