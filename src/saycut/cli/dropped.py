"""Files that were dropped into a line, as terminals write them: quoted, escaped, or as file://."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

__all__ = ["Line", "line_of"]

_VIDEO: Final = frozenset({".mp4", ".mov", ".avi", ".webm", ".mkv", ".m4v"})
_PICTURE: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic"})
_SOUND: Final = frozenset({".mp3", ".wav", ".m4a", ".aac", ".flac", ".ogg", ".opus"})
_MEDIA: Final = _VIDEO | _PICTURE | _SOUND
# 'in quotes', "in quotes", or with\ escapes.
_WORD: Final = re.compile(
    r"'(?P<single>[^'\n]*)'|\"(?P<double>[^\"\n]*)\"|(?P<bare>(?:\\.|[^\s\\])+)"
)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line holds: words, files and addresses of files; words name the files by label."""

    text: str
    files: tuple[Path | str, ...] = ()


def line_of(text: str, known: Collection[str] = ()) -> Line:
    """Find the files in a line. `known` are names that mean files which are there already."""
    whole = text.strip()
    if (path := _path(whole, is_bare=False)) is not None:
        return Line("", (path,))
    files: list[Path | str] = []
    words: list[str] = []
    end = 0
    for match in _WORD.finditer(whole):
        found = _file(match, known)
        if found is None:
            continue
        files.append(found)
        words += [whole[end : match.start()], _label(found)]
        end = match.end()
    words.append(whole[end:])
    if not files:
        return Line(whole)
    rest = "".join(words[::2]).strip(" ,;")
    return Line("".join(words).strip() if rest else "", tuple(files))


def _file(match: re.Match[str], known: Collection[str]) -> Path | str | None:
    is_bare = match["bare"] is not None
    said = re.sub(r"\\(.)", r"\1", match["bare"]) if is_bare else match["single"] or match["double"]
    if not said:
        return None
    if said.startswith(("http://", "https://")):
        return said if is_bare and Path(urlsplit(said).path).suffix.lower() in _MEDIA else None
    # Words in quotes are usually words to be shown; only a path is a file there.
    if said in known or not (is_bare or "/" in said):
        return None
    return _path(said, is_bare=is_bare)


def _path(said: str, *, is_bare: bool) -> Path | None:
    if said.startswith("file://"):
        return Path(unquote(urlsplit(said).path))
    # A word that happens to be the name of a file is one only if it looks like media.
    if is_bare and "/" not in said and Path(said).suffix.lower() not in _MEDIA:
        return None
    if not is_bare and "/" not in said:
        return None
    path = Path(said).expanduser()
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None


def _label(file: Path | str) -> str:
    return Path(unquote(urlsplit(file).path)).name if isinstance(file, str) else file.name
