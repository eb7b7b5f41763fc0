"""What to call a file that came from the network. A label for people, never a path."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

__all__ = ["content_type", "label"]

LABEL_CHARS_MAX: Final = 120
_SUFFIX_CHARS_MAX: Final = 12

_EXTENDED: Final = re.compile(
    r";\s*filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]*)", re.IGNORECASE
)
_PLAIN: Final = re.compile(r';\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))', re.IGNORECASE)
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")

# Joiners carry meaning in Persian and in emoji; every other invisible letter can deceive.
_JOINERS: Final = "\u200c\u200d"


def label(disposition: str, target: str, host: str) -> str:
    """Give a name for a file: what its server calls it, else the end of its path, else the host.

    Args:
        disposition: the `Content-Disposition` header (RFC 6266), or nothing.
        target: path and query of the address, percent-encoded.
    """
    path = target.partition("?")[0]
    for name in (_disposed(disposition), unquote(path, errors="replace"), host):
        if cleaned := _cleaned(name):
            return cleaned
    return "file"


def content_type(header: str) -> str:
    """Give the type that a header claims, without parameters; what it is, only sniffing tells."""
    claimed = header.partition(";")[0].strip().lower()
    return claimed if _TYPE.fullmatch(claimed) else "application/octet-stream"


def _disposed(disposition: str) -> str:
    if match := _EXTENDED.search(disposition):
        return unquote_to_bytes(match[2]).decode(match[1], errors="replace")
    if match := _PLAIN.search(disposition):
        return re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2]
    return ""


def _cleaned(name: str) -> str:
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    kept = "".join(
        char
        for char in unicodedata.normalize("NFC", last)
        if char in _JOINERS or char.isspace() or not unicodedata.category(char).startswith("C")
    )
    cleaned = " ".join(kept.split())
    return "" if not cleaned.strip(".") else _cut(cleaned)


def _cut(name: str) -> str:
    if len(name) <= LABEL_CHARS_MAX:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > _SUFFIX_CHARS_MAX:
        return name[:LABEL_CHARS_MAX]
    return stem[: LABEL_CHARS_MAX - len(suffix) - 1] + dot + suffix
