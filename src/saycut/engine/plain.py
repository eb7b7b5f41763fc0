"""Words from outside as text that can be stored, listed and shown in one line."""

import os
import re
import unicodedata
from pathlib import Path
from typing import Final

__all__ = ["file_label", "one_line", "whole_text"]

# What Python makes of bytes that are not UTF-8; no file and no database takes it back.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def whole_text(text: str) -> str:
    """Give the text with U+FFFD for each byte that was not UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Give a name as one line: breaks and tabs become spaces, other controls go."""
    spaced = re.sub(r"[\t\n\v\f\r\x85\u2028\u2029]", " ", whole_text(text))
    return "".join(c for c in spaced if unicodedata.category(c) != "Cc").strip()


def file_label(path: Path) -> str:
    """Give the name of a file as people read it."""
    return one_line(os.fsencode(path.name).decode("utf-8", errors="replace"))
