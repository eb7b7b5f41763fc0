"""Words from outside as text that can be stored, listed and shown in one line; JSON likewise."""

import math
import os
import re
import unicodedata
from pathlib import Path
from typing import Any, Final

__all__ = ["file_label", "one_line", "whole_json", "whole_text"]

# What Python makes of bytes that are not UTF-8; no file and no database takes it back.
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# A draft has six levels. Unknown keys may bring more, which every later writer has to walk.
_DEPTH_MAX: Final = 50


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


def whole_json(raw: Any) -> Any:
    """Give JSON that every database and file takes: its texts whole, its numbers finite.

    Raises:
        ValueError: it is nested too deeply, or has a number that is none.
    """
    if (depth := _depth(raw)) > _DEPTH_MAX:
        raise ValueError(f"it is nested {depth} deep, {_DEPTH_MAX} are the most")
    return _whole(raw)


def _depth(raw: Any) -> int:
    depth, level = 0, [raw]
    while level:
        depth += 1
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return depth - 1


def _whole(raw: Any) -> Any:
    if isinstance(raw, str):
        return whole_text(raw).replace("\0", "\ufffd")
    if isinstance(raw, dict):
        return {_whole(key): _whole(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_whole(value) for value in raw]
    if isinstance(raw, float) and not math.isfinite(raw):
        raise ValueError(f"{raw} is not a finite number")
    return raw
