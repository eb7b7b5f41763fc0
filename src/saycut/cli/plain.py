"""Text that is safe to show on a terminal."""

import unicodedata

from saycut.engine.plain import whole_text

__all__ = ["counted", "printable"]


def printable(text: str) -> str:
    """Drop control characters: names of files and words of replies must not steer a terminal."""
    shown = whole_text(text)
    return "".join(c for c in shown if c in "\n\t" or unicodedata.category(c) != "Cc")


def counted(count: int, noun: str) -> str:
    """Write `1 request`, `2 requests`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
