"""The engine: turns and exports over one data folder of this machine."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import choice
from typing import Final

from saycut.agent import Turn, take_turn
from saycut.bootstrap.caching import NamedCache
from saycut.bootstrap.errors import (
    BadName,
    EmptyRequest,
    FilesRefused,
    FilmNotWritten,
    MediaLost,
    NotDone,
    NoTemporaryFolder,
)
from saycut.bootstrap.intake import Intake, Refusal, Taken, numbered, take_in
from saycut.bootstrap.plain import one_line, whole_text
from saycut.bootstrap.shape import has_shape
from saycut.bootstrap.shelf import Shelf, Snapshot, snapshot_of
from saycut.errors import SaycutError
from saycut.render import (
    ExportReport,
    ExportSettings,
    Progress,
    ShapeMismatch,
    WorkerPool,
    export,
)
from saycut.settings import Settings
from saycut.store import AmbiguousProject, NameTaken, UnknownProject
from saycut.timeline import Canvas, Draft, TextRole

__all__ = ["Done", "Engine"]

# Read aloud and typed by people: no letters that look or sound alike.
_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH: Final = 6
_NAME_WORDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn led to; `refused` are the files that it went on without."""

    turn: Turn
    snapshot: Snapshot
    is_changed: bool
    refused: tuple[Refusal, ...]


class Engine(Shelf):
    """All that can be done with the projects of this machine, by one process at a time."""

    def __init__(self, settings: Settings) -> None:
        """Raises as `Shelf`, and NoTemporaryFolder."""
        super().__init__(settings)
        try:
            self._pool = WorkerPool(settings.worker_count)
        except BaseException as error:
            super().close()
            if isinstance(error, OSError):
                raise NoTemporaryFolder(error.strerror or str(error)) from error
            raise

    def close(self) -> None:
        """End the workers and give the data folder up."""
        try:
            self._pool.close()
        finally:
            super().close()

    def make(
        self,
        request: str,
        files: Sequence[Path],
        *,
        name: str | None = None,
        size: tuple[int, int] | None = None,
        skip_bad: bool = False,
    ) -> Done:
        """Make a project from files and a request; `size` is its canvas in pixels.

        Raises:
            BadName, NameTaken: `name` was given, and is none or another project's.
            ShapeMismatch: the request asks for another shape than `size` has.
            FilesRefused: some files cannot be used, and `skip_bad` is False or none is left.
            EmptyRequest, NotDone: nothing came of the request. In all cases nothing was made.
        """
        request = _words(request)
        if name is not None:
            name = self._free(name)
        intake = self._take_in(files, skip_bad=skip_bad)
        taken = numbered(intake.taken, held=())
        first = Draft(canvas=Canvas(*size) if size else Canvas())
        turn = take_turn(request, first, [t.asset for t in taken])
        if not turn.changed:
            raise NotDone(turn)
        _check_shape(turn.draft.canvas, size)
        with self._kept(taken), self._folder.projects.transaction() as tx:
            project_id = _new_id()
            tx.create(project_id, name or _name(turn.draft, request), first)
            tx.add_assets(project_id, [t.asset for t in taken])
            tx.write(project_id, base=1, draft=turn.draft, request=request, reply=turn.reply)
            after = snapshot_of(tx, project_id)
        return Done(turn, after, is_changed=True, refused=intake.refused)

    def turn(
        self,
        reference: str,
        request: str,
        files: Sequence[Path] = (),
        *,
        size: tuple[int, int] | None = None,
        skip_bad: bool = False,
    ) -> Done:
        """Change a project as a request says, with more files if there are any.

        `size` in pixels is what the film will be exported at; None is any.

        Raises:
            UnknownProject, AmbiguousProject, StaleBase, NothingToUndo, NothingToRedo
            ShapeMismatch: the film would have another shape than `size`.
            FilesRefused: some files cannot be used, and `skip_bad` is False or none is left.
            EmptyRequest, NotDone: nothing came of the request. In all cases nothing changed.
        """
        request = _words(request)
        before = self.show(reference)
        project, held = before.project, tuple(before.assets.values())
        intake = self._take_in(files, skip_bad=skip_bad)
        taken = numbered(intake.taken, held)
        turn = take_turn(request, before.draft, [*held, *(t.asset for t in taken)])
        if not turn.changed and not turn.actions:
            raise NotDone(turn)
        _check_shape(turn.draft.canvas, size)
        # Files that the project has come again when a copy was damaged.
        with self._kept(intake.taken), self._folder.projects.transaction() as tx:
            tx.add_assets(project.id, [t.asset for t in taken])
            if turn.changed:
                tx.write(
                    project.id,
                    base=project.current,
                    draft=turn.draft,
                    request=request,
                    reply=turn.reply,
                )
            elif "undo" in turn.actions:
                tx.undo(project.id)
            elif "redo" in turn.actions:
                tx.redo(project.id)
            after = snapshot_of(tx, project.id)
        is_changed = after.project.current != project.current
        return Done(turn, after, is_changed, refused=intake.refused)

    def export(
        self,
        snapshot: Snapshot,
        destination: Path,
        *,
        size: tuple[int, int] | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> ExportReport:
        """Render a film to a file, which appears whole and verified or not at all.

        An export that was stopped goes on from the chunks it had finished. `size` in pixels
        has the shape of the canvas; None takes the canvas.

        Raises:
            ShapeMismatch, NothingToRender: nothing was begun.
            MediaLost: a copy in the data folder is gone or damaged.
            CacheUnusable, FilmNotWritten: a disk is full or cannot be written.
            ChunkFailed, ExportFailed, MediaError: see `render.export`.
        """
        _check_shape(snapshot.draft.canvas, size)
        cache = NamedCache(self._settings.cache_folder, self._settings.cache_bytes)
        sources = {
            asset.id: self._folder.blobs.path_of(asset.digest) for asset in snapshot.assets.values()
        }
        try:
            return export(
                snapshot.draft,
                snapshot.assets,
                sources,
                destination,
                cache=cache,
                pool=self._pool,
                settings=ExportSettings(size_px=size),
                progress=progress,
            )
        except (SaycutError, OSError) as error:
            # Copies are not read through before each film: they are when one fails.
            if lost := self._lost(snapshot):
                raise MediaLost(lost, snapshot.project.id) from error
            if isinstance(error, OSError):
                raise FilmNotWritten(destination, error.strerror or str(error)) from error
            raise

    def _lost(self, snapshot: Snapshot) -> list[str]:
        used = {segment.asset_id for segment in snapshot.draft.segments()}
        assets = [asset for asset in snapshot.assets.values() if asset.id in used]
        return [asset.name for asset in assets if not self._folder.blobs.is_whole(asset.digest)]

    def _take_in(self, files: Sequence[Path], *, skip_bad: bool) -> Intake:
        intake = take_in(
            files,
            worker_count=self._settings.worker_count,
            max_pixels=self._settings.max_pixels,
        )
        if intake.refused and not (skip_bad and intake.taken):
            raise FilesRefused(intake.refused)
        return intake

    @contextmanager
    def _kept(self, taken: Sequence[Taken]) -> Iterator[None]:
        """Keep files; when what follows fails, what no project uses is given up again."""
        try:
            for file in taken:
                self._folder.blobs.put(file.path, file.asset.digest)
            yield
        except BaseException:
            with self._folder.projects.transaction() as tx:
                for file in taken:
                    if not tx.uses(file.asset.digest):
                        self._folder.blobs.remove(file.asset.digest)
            raise

    def _free(self, name: str) -> str:
        """Give a name as it will be listed; no other project has it."""
        if not (plain := one_line(name)):
            raise BadName(name)
        with self._folder.projects.transaction() as tx:
            try:
                holder = tx.find(plain).id
            except UnknownProject:
                return plain
            except AmbiguousProject as several:
                holder = several.project_ids[0]
        raise NameTaken(plain, holder)


def _words(request: str) -> str:
    if not request.strip():
        raise EmptyRequest
    return whole_text(request)


def _check_shape(canvas: Canvas, size: tuple[int, int] | None) -> None:
    if size and not has_shape(canvas, size):
        raise ShapeMismatch(size, canvas.ratio)


def _new_id() -> str:
    return "".join(choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def _name(draft: Draft, request: str) -> str:
    """Name a film after its title, else after the first words of the request."""
    titles = (s.text.content for s in draft.segments() if s.text and s.text.role is TextRole.TITLE)
    title = next((t.strip() for t in titles if t.strip()), "")
    first_line = title.splitlines()[0] if title else ""
    return one_line(first_line or " ".join(request.split()[:_NAME_WORDS_MAX])) or "film"
