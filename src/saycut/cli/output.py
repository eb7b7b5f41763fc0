"""Where a film goes: checked before any work begins, so that minutes are not lost at the end."""

import errno
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
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
        OutputRefused: another format, a place that cannot be written, or one of the inputs.
    """
    if path.suffix.lower() not in _FILM_SUFFIXES:
        raise OutputRefused(path, f"films are made as {' or '.join(_FILM_SUFFIXES)}; end it so")
    _check_place(path)
    if any(_is_same(path, given) for given in inputs):
        raise OutputRefused(path, "it is one of the files to make the film from; name another")
    return path


def check_json_path(
    path: Path,
    inputs: Iterable[Path],
    film: Path | None = None,
    *,
    suffixes: Sequence[str] = (".json",),
) -> Path:
    """Give the path of a text to be written beside or instead of a film.

    Raises:
        OutputRefused: another format, a place that cannot be written, one of the inputs, or
            the film itself.
    """
    if path.suffix.lower() not in suffixes:
        raise OutputRefused(path, f"it is written as {' or '.join(suffixes)}; end it so")
    _check_place(path)
    if any(_is_same(path, given) for given in inputs):
        raise OutputRefused(path, "it is one of the files that are read; name another")
    if film and _is_same(path, film):
        raise OutputRefused(path, "the film goes there; name another")
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
    """Write a file whole or not at all.

    Raises:
        OutputRefused: the disk is full, or took the file no more.
    """
    unfinished = _unfinished(path)
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputRefused(path, f"{reason}; make room there or name another place") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _check_place(path: Path) -> None:
    folder = path.absolute().parent
    try:
        if path.is_dir():
            raise OutputRefused(path, "it is a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise OutputRefused(path, "it is not a regular file; name another")
        if not folder.is_dir():
            raise OutputRefused(path, f"there is no folder {folder}; make it first")
        _try_to_begin(path)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise OutputRefused(path, "its name is too long; choose a shorter one") from error
        reason = error.strerror or str(error)
        raise OutputRefused(
            path, f"the folder {folder} cannot be written ({reason}); choose another"
        ) from error


def _try_to_begin(path: Path) -> None:
    """Make the file that comes before the finished one, and remove it.

    Permissions alone do not tell: some folders take no files from anybody, some no long names.
    """
    unfinished = _unfinished(path)
    is_new = not unfinished.exists()
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666))
    if is_new:
        unfinished.unlink()


def _unfinished(path: Path) -> Path:
    # As the export names it; a longer name would pass here and fail there.
    return path.with_name(f".{path.name}.part")


def _is_same(path: Path, other: Path) -> bool:
    if path.exists() and other.exists():
        return path.samefile(other)
    return path.resolve() == other.resolve()


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    joined = re.sub(r"[^\w]+", "-", plain)[:_STEM_LETTERS_MAX].strip("-_")
    return joined or "film"
