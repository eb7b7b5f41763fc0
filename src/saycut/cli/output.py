"""Where a film goes: checked before any work begins, so that minutes are not lost at the end."""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from saycut.cli.errors import OutputRefused

__all__ = ["check_film_path", "check_json_path", "free_path", "write_text"]

_FILM_SUFFIXES: Final = (".mp4",)
# Most file systems end a name at 255 bytes; four bytes a letter leave room for the rest.
_STEM_LETTERS_MAX: Final = 50


def check_film_path(path: Path, inputs: Iterable[Path]) -> Path:
    """Give the path of a film to be made.

    Raises:
        OutputRefused: another format, no such folder, not writable, or one of the inputs.
    """
    if path.suffix.lower() not in _FILM_SUFFIXES:
        raise OutputRefused(path, f"films are made as {' or '.join(_FILM_SUFFIXES)}; end it so")
    _check_place(path)
    if path.exists() and any(given.exists() and path.samefile(given) for given in inputs):
        raise OutputRefused(path, "it is one of the files to make the film from; name another")
    return path


def check_json_path(path: Path) -> Path:
    """Raises OutputRefused: no such folder, or not writable."""
    _check_place(path)
    return path


def free_path(name: str) -> Path:
    """Give a path for a film of that name in the working folder that no file has yet.

    A name nobody typed must not overwrite anything: `golden-hour.mp4`, then `golden-hour-2.mp4`.
    """
    stem = _stem(name)
    numbered = (f"{stem}-{number}" if number > 1 else stem for number in range(1, 10_000))
    paths = (Path(f"{candidate}.mp4") for candidate in numbered)
    return next(path for path in paths if not path.exists())


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _check_place(path: Path) -> None:
    folder = path.absolute().parent
    if path.is_dir():
        raise OutputRefused(path, "it is a folder; name a file in it")
    if not folder.is_dir():
        raise OutputRefused(path, f"there is no folder {folder}; make it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputRefused(path, f"the folder {folder} cannot be written; choose another")


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    joined = re.sub(r"[^\w]+", "-", plain)[:_STEM_LETTERS_MAX].strip("-_")
    return joined or "film"
