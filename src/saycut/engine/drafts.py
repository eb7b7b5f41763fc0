"""Drafts that come as files: read, joined with the media they name, rendered as they are.

A draft is as untrusted as an upload: its JSON, shape, rules and numbers are checked before a
file is opened for it. Files of media become the assets a1, a2, ... in their order, the same
content once, as a project numbers them; `ID=PATH` says which one a file is.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from saycut.engine.caching import NamedCache
from saycut.engine.errors import (
    AssetNotNamed,
    DraftUnreadable,
    FilesRefused,
    FilmNotWritten,
    MediaNotGiven,
    NoTemporaryFolder,
)
from saycut.engine.intake import Given, Refusal, Taken, numbered, take_each
from saycut.engine.plain import file_label, one_line, whole_json
from saycut.engine.shape import has_shape
from saycut.engine.workshop import Workshop
from saycut.render import (
    ExportReport,
    ExportSettings,
    Progress,
    ShapeMismatch,
    WorkerPool,
    export,
)
from saycut.store import ContentChanged
from saycut.timeline import Asset, Draft, Segment
from saycut.timeline.summary import summary
from saycut.timeline.validate import check
from saycut.timeline.wire import draft_from_wire

__all__ = ["DraftFile", "Supplied", "assigned", "read_draft", "render_draft", "supply"]

# The largest draft by the rules, of 20,000 segments with all their keys, takes half of it.
DRAFT_BYTES_MAX: Final = 50_000_000
# Ids that projects give. A draft need not use all of them.
_USUAL_ID: Final = re.compile(r"a[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A draft and the assets it needs: their ids, with the names it tells readers or ""."""

    path: Path
    draft: Draft
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Supplied:
    """A draft with a file for each asset it needs, by the ids it has for them.

    `stamps` tell what the files were like before they were inspected.
    """

    draft: Draft
    taken: Mapping[str, Taken]
    stamps: "Mapping[Path, _Stamp]"

    @property
    def assets(self) -> dict[str, Asset]:
        return {asset_id: file.asset for asset_id, file in self.taken.items()}

    @property
    def summary(self) -> str:
        """What lies on each track, in words."""
        return summary(self.draft, self.assets)

    def renumbered(self) -> tuple[Draft, tuple[Taken, ...]]:
        """Give draft and files with the ids a project has: a1, a2, ..., each content once."""
        files = {file.asset.digest: file for file in self.taken.values()}
        new = numbered(files.values(), held=())
        by_digest = {file.asset.digest: file.asset.id for file in new}
        ids = {old: by_digest[file.asset.digest] for old, file in self.taken.items()}
        return _with_assets(self.draft, ids), new


def read_draft(path: Path) -> DraftFile:
    """Read a draft as `docs/draft.md` describes it.

    Raises:
        DraftUnreadable: it cannot be read, or is no JSON.
        WireError: a value is not what belongs there.
        InvalidDraft: it breaks a rule.
    """
    raw = _json_of(path)
    draft = draft_from_wire(raw)
    check(draft)
    return DraftFile(path, draft, _labels(raw, draft))


def assigned(words: Sequence[Path], labels: Mapping[str, str]) -> list[tuple[str | None, Path]]:
    """Tell `ID=PATH` from plain paths; a file that is called like the whole word goes first.

    Raises:
        AssetNotNamed: there is no asset of that id, or it was given before.
    """
    given: list[tuple[str | None, Path]] = []
    for word in words:
        asset_id, equals, rest = str(word).partition("=")
        if not equals or word.exists():
            given.append((None, word))
            continue
        if not rest or not (asset_id in labels or _USUAL_ID.fullmatch(asset_id)):
            raise AssetNotNamed(word, list(labels), "there is no such file")
        if any(asset_id == earlier for earlier, _ in given):
            raise AssetNotNamed(word, list(labels), "that asset has a file already")
        given.append((asset_id, Path(rest)))
    return given


def supply(
    file: DraftFile, words: Sequence[Path], *, worker_count: int, max_pixels: int | None
) -> Supplied:
    """Inspect the files that were given for a draft, and join them with it.

    Raises:
        AssetNotNamed, MediaNotGiven: they are not those that it needs.
        FilesRefused: some files cannot be used.
        InvalidDraft: it uses them as they cannot be used.
    """
    given = assigned(words, file.labels)
    _check_given(file, _by_id(given), len(given))
    stamps = {path: _stamp(path) for _, path in given}
    looked = take_each(
        [Given(path, file_label(path)) for _, path in given],
        worker_count=worker_count,
        max_pixels=max_pixels,
    )
    if refused := [result for result in looked if isinstance(result, Refusal)]:
        raise FilesRefused(refused)
    files = [result for result in looked if isinstance(result, Taken)]
    taken = _by_id(_once([(i, f) for (i, _), f in zip(given, files, strict=True)]))
    _check_given(file, taken, len(given))
    taken = {i: replace(f, asset=replace(f.asset, id=i)) for i, f in taken.items()}
    check(file.draft, {i: f.asset for i, f in taken.items()})
    return Supplied(file.draft, taken, stamps)


def render_draft(
    supplied: Supplied,
    destination: Path,
    workshop: Workshop,
    *,
    size: tuple[int, int] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ExportReport:
    """Render a draft from the files themselves, without a project; else as `Engine.export`.

    Raises:
        ContentChanged: a file changed meanwhile.
        ShapeMismatch, NothingToRender: nothing was begun.
        NoTemporaryFolder, CacheUnusable, FilmNotWritten: a disk is full or cannot be written.
        ChunkFailed, ExportFailed, MediaError: see `render.export`.
    """
    canvas = supplied.draft.canvas
    if size and not has_shape(canvas, size):
        raise ShapeMismatch(size, canvas.ratio)
    cache = _WatchingCache(workshop.cache_folder, workshop.cache_bytes, supplied.stamps)
    try:
        pool = WorkerPool(workshop.worker_count)
    except OSError as error:
        raise NoTemporaryFolder(error.strerror or str(error)) from error
    try:
        return export(
            supplied.draft,
            supplied.assets,
            {asset_id: file.path for asset_id, file in supplied.taken.items()},
            destination,
            cache=cache,
            pool=pool,
            settings=ExportSettings(size_px=size),
            progress=progress,
        )
    except OSError as error:
        raise FilmNotWritten(destination, error.strerror or str(error)) from error
    finally:
        pool.close()


_Stamp = tuple[int, int, int] | None


def _stamp(path: Path) -> _Stamp:
    """Give what changes when the content of a file does; None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class _WatchingCache(NamedCache):
    """Takes no chunk that was made while a file was no longer what was inspected.

    Chunks are named by the digests of their files: one made of other content would come back
    in later films.
    """

    def __init__(self, folder: Path, bytes_max: int, stamps: Mapping[Path, _Stamp]) -> None:
        super().__init__(folder, bytes_max)
        self._stamps = stamps

    def put(self, name: str, data: bytes) -> None:
        for path, stamp in self._stamps.items():
            if _stamp(path) != stamp:
                raise ContentChanged(path)
        super().put(name, data)


def _json_of(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            data = file.read(DRAFT_BYTES_MAX + 1)
    except OSError as error:
        raise DraftUnreadable(path, error.strerror or str(error)) from error
    if len(data) > DRAFT_BYTES_MAX:
        raise DraftUnreadable(path, f"it has more than {DRAFT_BYTES_MAX} bytes")
    try:
        raw = json.loads(data.decode("utf-8-sig"), parse_int=_int)
    except (ValueError, RecursionError) as error:
        raise DraftUnreadable(path, f"it is no JSON ({error})") from error
    try:
        return whole_json(raw)
    except ValueError as error:
        raise DraftUnreadable(path, str(error)) from error


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"a number has {len(text)} digits") from error


def _labels(raw: Mapping[str, Any], draft: Draft) -> dict[str, str]:
    found: dict[str, str] = {}
    for track, track_wire in zip(draft.tracks, raw["t"], strict=True):
        for segment, wire in zip(track.segments, track_wire["sg"], strict=True):
            if segment.asset_id is not None and not found.get(segment.asset_id):
                told = "" if segment.name else _told_name(wire)
                found[segment.asset_id] = "" if told == segment.asset_id else told
    # a2 before a10.
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))


def _told_name(segment_wire: Mapping[str, Any]) -> str:
    told = segment_wire.get("m")
    name = told.get("name") if isinstance(told, Mapping) else None
    return one_line(name) if isinstance(name, str) else ""


def _by_id(given: Sequence[tuple[str | None, Any]]) -> dict[str, Any]:
    """Give each file its id; those that were given none take a1, a2, ..., as far as free."""
    named = {asset_id for asset_id, _ in given if asset_id is not None}
    free = (f"a{number}" for number in count(1) if f"a{number}" not in named)
    return {next(free) if asset_id is None else asset_id: file for asset_id, file in given}


def _once(given: Sequence[tuple[str | None, Taken]]) -> list[tuple[str | None, Taken]]:
    """Leave out files without an id whose content came before without one."""
    kept: dict[object, tuple[str | None, Taken]] = {}
    for asset_id, file in given:
        key = (file.asset.digest,) if asset_id is None else asset_id
        kept.setdefault(key, (asset_id, file))
    return list(kept.values())


def _check_given(file: DraftFile, by_id: Mapping[str, Any], given_count: int) -> None:
    if missing := [asset_id for asset_id in file.labels if asset_id not in by_id]:
        raise MediaNotGiven(file.labels, missing, given_count)


def _with_assets(draft: Draft, ids: Mapping[str, str]) -> Draft:
    def renamed(segment: Segment) -> Segment:
        known = segment.asset_id
        return segment if known is None else replace(segment, asset_id=ids[known])

    tracks = (replace(t, segments=tuple(map(renamed, t.segments))) for t in draft.tracks)
    return replace(draft, tracks=tuple(tracks))
