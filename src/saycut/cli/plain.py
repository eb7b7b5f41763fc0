"""Text that is safe to show on a terminal."""

import unicodedata

__all__ = ["printable"]


def printable(text: str) -> str:
    """Drop control characters: names of files and words of replies must not steer a terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
