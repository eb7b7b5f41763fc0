"""Taking files in: each is inspected and listened to; good and refused ones are told apart."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

from saycut.audio import hear
from saycut.errors import SaycutError
from saycut.media import MissingFile, inspect
from saycut.timeline import Asset, AssetKind, Facts

__all__ = ["Given", "Intake", "Refusal", "Taken", "numbered", "take_each", "take_in"]


@dataclass(frozen=True, slots=True)
class Given:
    """A file to be looked at; `name` is the user's label for it.

    One that `is_incoming` was written where the blobs want it (`Blobs.incoming`) and has no
    other use: keeping it moves it.
    """

    path: Path
    name: str
    is_incoming: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A good file and what is known of it; `is_incoming` as in `Given`."""

    path: Path
    asset: Asset
    is_incoming: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that cannot be used, and why."""

    path: Path
    name: str
    error: SaycutError


@dataclass(frozen=True, slots=True)
class Intake:
    """The files that were given, in their order; the same content counts once."""

    taken: tuple[Taken, ...] = ()
    refused: tuple[Refusal, ...] = ()


def take_each(
    files: Sequence[Given], *, worker_count: int, max_pixels: int | None
) -> list[Taken | Refusal]:
    """Inspect files and tell of each; nothing is kept yet, and a bad one does not stop the others.

    The inspections run in children of this process, `worker_count` at a time.
    """
    with ThreadPoolExecutor(max_workers=worker_count) as pool:
        return list(pool.map(partial(_inspected, max_pixels=max_pixels), files))


def take_in(files: Sequence[Given], *, worker_count: int, max_pixels: int | None) -> Intake:
    """Inspect files as `take_each` does; the good and the refused ones are told apart."""
    results = take_each(files, worker_count=worker_count, max_pixels=max_pixels)
    taken: dict[str, Taken] = {}
    for result in results:
        if isinstance(result, Taken):
            taken.setdefault(result.asset.digest, result)
    return Intake(tuple(taken.values()), tuple(r for r in results if isinstance(r, Refusal)))


def numbered(
    taken: Iterable[Taken], held: Sequence[Asset], asset_count: int = 0
) -> tuple[Taken, ...]:
    """Give the files that `held` lacks, with the next free ids of the project: a1, a2, ...

    `asset_count` is how many assets the project ever had.
    """
    digests = {asset.digest for asset in held}
    new = [t for t in taken if t.asset.digest not in digests]
    return tuple(
        replace(t, asset=replace(t.asset, id=f"a{number}"))
        for number, t in enumerate(new, start=asset_count + 1)
    )


def _inspected(given: Given, *, max_pixels: int | None) -> Taken | Refusal:
    path, name = given.path, given.name
    try:
        # A pipe or a device has no end that could be found.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise MissingFile(name, "it is not a regular file")
        asset = inspect(path, name, max_pixels=max_pixels)
        if asset.kind is AssetKind.AUDIO or asset.has_audio:
            asset = replace(asset, facts=_joined(asset.facts, hear(path)))
    except SaycutError as error:
        return Refusal(path, name, error)
    return Taken(path, asset, given.is_incoming)


def _joined(seen: Facts, heard: Facts) -> Facts:
    """Give what was seen with all that hearing added."""
    nothing = Facts()
    added = {
        field.name: value
        for field in fields(Facts)
        if (value := getattr(heard, field.name)) != getattr(nothing, field.name)
    }
    return replace(seen, **added)
