"""The engine: projects, turns and exports over one data folder of this machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import choice
from typing import Any, Final, Self

from saycut.agent import Turn, take_turn
from saycut.bootstrap.errors import BadSetting, EmptyRequest, FilesRefused, NotDone
from saycut.bootstrap.intake import Intake, Refusal, Taken, numbered, take_in
from saycut.render import ExportReport, ExportSettings, FolderCache, Progress, WorkerPool, export
from saycut.settings import Settings
from saycut.store import DataFolder, NameTaken, Project, Transaction, UnknownProject
from saycut.timeline import Asset, Canvas, Draft, TextRole
from saycut.timeline.summary import summary
from saycut.timeline.wire import draft_to_wire

__all__ = ["Done", "Engine", "Snapshot"]

# Read aloud and typed by people: no letters that look or sound alike.
_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH: Final = 6
_NAME_WORDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A project as it stands: the version in force and all assets by id."""

    project: Project
    draft: Draft
    assets: Mapping[str, Asset]

    @property
    def summary(self) -> str:
        """What lies on each track, in words."""
        return summary(self.draft, self.assets)

    @property
    def wire(self) -> dict[str, Any]:
        """The draft as JSON values, with names for readers."""
        return draft_to_wire(self.draft, self.assets)


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn led to; `refused` are the files that it went on without."""

    turn: Turn
    snapshot: Snapshot
    is_changed: bool
    refused: tuple[Refusal, ...]


class Engine:
    """All that can be done with the projects of this machine, by one process at a time."""

    def __init__(self, settings: Settings) -> None:
        """Raises DataFolderInUse, NewerData: see `store.DataFolder`."""
        self._settings = settings
        self._folder = DataFolder(settings.data_folder)
        self._pool = WorkerPool(settings.worker_count)

    @classmethod
    def open(cls) -> Self:
        """Give the engine that the environment describes.

        Raises:
            BadSetting: a variable of the environment is wrong.
            DataFolderInUse, NewerData: see `store.DataFolder`.
        """
        try:
            return cls(Settings.from_environment())
        except ValueError as error:
            raise BadSetting(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and give the data folder up."""
        self._pool.close()
        self._folder.close()

    def projects(self) -> tuple[Project, ...]:
        """Give all projects, the newest first."""
        with self._folder.projects.transaction() as tx:
            return tx.recent()

    def show(self, reference: str) -> Snapshot:
        """Give a project by its id or its name.

        Raises:
            UnknownProject, AmbiguousProject
        """
        with self._folder.projects.transaction() as tx:
            return _snapshot(tx, reference)

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
            NameTaken: `name` was given, and a project has it.
            FilesRefused: some files cannot be used, and `skip_bad` is False or none is left.
            EmptyRequest, NotDone: nothing came of the request. In all cases nothing was made.
        """
        _check_words(request)
        if name is not None:
            self._check_free(name)
        intake = self._take_in(files, skip_bad=skip_bad)
        taken = numbered(intake.taken, held=())
        first = Draft(canvas=Canvas(*size) if size else Canvas())
        turn = take_turn(request, first, [t.asset for t in taken])
        if not turn.changed:
            raise NotDone(turn)
        self._keep(taken)
        with self._folder.projects.transaction() as tx:
            project_id = _new_id()
            tx.create(project_id, name or _name(turn.draft, request), first)
            tx.add_assets(project_id, [t.asset for t in taken])
            tx.write(project_id, base=1, draft=turn.draft, request=request, reply=turn.reply)
            after = _snapshot(tx, project_id)
        return Done(turn, after, is_changed=True, refused=intake.refused)

    def turn(
        self, reference: str, request: str, files: Sequence[Path] = (), *, skip_bad: bool = False
    ) -> Done:
        """Change a project as a request says, with more files if there are any.

        Raises:
            UnknownProject, AmbiguousProject, StaleBase, NothingToUndo, NothingToRedo
            FilesRefused: some files cannot be used, and `skip_bad` is False or none is left.
            EmptyRequest, NotDone: nothing came of the request. In all cases nothing changed.
        """
        _check_words(request)
        before = self.show(reference)
        project, held = before.project, tuple(before.assets.values())
        intake = self._take_in(files, skip_bad=skip_bad)
        taken = numbered(intake.taken, held)
        turn = take_turn(request, before.draft, [*held, *(t.asset for t in taken)])
        if not turn.changed and not turn.actions:
            raise NotDone(turn)
        self._keep(taken)
        with self._folder.projects.transaction() as tx:
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
            after = _snapshot(tx, project.id)
        is_changed = after.project.current != project.current
        return Done(turn, after, is_changed, refused=intake.refused)

    def undo(self, reference: str) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToUndo."""
        with self._folder.projects.transaction() as tx:
            project = tx.find(reference)
            tx.undo(project.id)
            return _snapshot(tx, project.id)

    def redo(self, reference: str) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToRedo."""
        with self._folder.projects.transaction() as tx:
            project = tx.find(reference)
            tx.redo(project.id)
            return _snapshot(tx, project.id)

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
        """
        cache = FolderCache(self._settings.cache_folder, self._settings.cache_bytes)
        sources = {
            asset.id: self._folder.blobs.path_of(asset.digest) for asset in snapshot.assets.values()
        }
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

    def _take_in(self, files: Sequence[Path], *, skip_bad: bool) -> Intake:
        intake = take_in(
            files,
            worker_count=self._settings.worker_count,
            max_pixels=self._settings.max_pixels,
        )
        if intake.refused and not (skip_bad and intake.taken):
            raise FilesRefused(intake.refused)
        return intake

    def _keep(self, taken: Sequence[Taken]) -> None:
        for file in taken:
            self._folder.blobs.put(file.path, file.asset.digest)

    def _check_free(self, name: str) -> None:
        with self._folder.projects.transaction() as tx:
            try:
                holder = tx.find(name)
            except UnknownProject:
                return
            raise NameTaken(name, holder.id)


def _check_words(request: str) -> None:
    if not request.strip():
        raise EmptyRequest


def _snapshot(tx: Transaction, reference: str) -> Snapshot:
    project = tx.find(reference)
    assets = {asset.id: asset for asset in tx.assets(project.id)}
    return Snapshot(project, tx.version(project.id, project.current).draft, assets)


def _new_id() -> str:
    return "".join(choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def _name(draft: Draft, request: str) -> str:
    """Name a film after its title, else after the first words of the request."""
    titles = (s.text.content for s in draft.segments() if s.text and s.text.role is TextRole.TITLE)
    title = next((t.strip() for t in titles if t.strip()), "")
    return title.splitlines()[0] if title else " ".join(request.split()[:_NAME_WORDS_MAX])
