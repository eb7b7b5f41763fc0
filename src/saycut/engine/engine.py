"""The engine: turns and exports over one data folder of this machine."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import choice
from threading import Lock
from typing import Any, Final

from saycut.agent import Turn, take_turn
from saycut.edit import EditContext, apply
from saycut.engine.caching import NamedCache
from saycut.engine.drafts import DraftFile, supply
from saycut.engine.errors import (
    AssetInUse,
    BadName,
    EmptyRequest,
    FilesRefused,
    FilmNotWritten,
    MediaLost,
    NotDone,
    NoTemporaryFolder,
)
from saycut.engine.intake import Given, Intake, Refusal, Taken, numbered, take_in
from saycut.engine.plain import file_label, one_line, whole_text
from saycut.engine.shape import has_shape
from saycut.engine.shelf import Shelf, Snapshot, snapshot_of, whole
from saycut.engine.workshop import Workshop
from saycut.errors import SaycutError
from saycut.render import (
    Encoding,
    ExportReport,
    ExportSettings,
    PoolClosed,
    Progress,
    ShapeMismatch,
    WorkerPool,
    export,
)
from saycut.store import (
    AmbiguousProject,
    DataFolder,
    NameTaken,
    Project,
    StaleBase,
    Transaction,
    UnknownProject,
)
from saycut.timeline import Asset, Canvas, Draft, TextRole

__all__ = ["LONG_ID_LENGTH", "UNNAMED", "Done", "Engine", "name_of", "new_id"]

# Read aloud and typed by people: no letters that look or sound alike.
_ID_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_ID_LENGTH: Final = 6
# On a server others must not come upon an id by trying.
LONG_ID_LENGTH: Final = 16
# What a project is called until somebody names it, or its first film does.
UNNAMED: Final = "project"
_NAME_WORDS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn led to; `refused` are the files that it went on without."""

    turn: Turn
    snapshot: Snapshot
    is_changed: bool
    refused: tuple[Refusal, ...]


class Engine(Shelf):
    """All that can be done with the projects of this machine, for any number of threads."""

    def __init__(self, folder: DataFolder, workshop: Workshop) -> None:
        """The folder is closed with the engine. Raises NoTemporaryFolder."""
        super().__init__(folder)
        self.workshop = workshop
        # Files being kept, which no project uses yet: not to be given up by another thread.
        self._being_kept: Counter[str] = Counter()
        self._giving_up = Lock()
        try:
            self._pool = WorkerPool(workshop.worker_count)
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
        intake = self._all_taken_in(files, skip_bad=skip_bad)
        taken = numbered(intake.taken, held=())
        first = Draft(canvas=Canvas(*size) if size else Canvas())
        turn = take_turn(request, first, [t.asset for t in taken])
        if not turn.changed:
            raise NotDone(turn)
        _check_shape(turn.draft.canvas, size)
        with self._kept(taken), self.store.transaction() as tx:
            project_id = new_id()
            tx.projects.create(project_id, name or name_of(turn.draft, request), first)
            tx.projects.add_assets(project_id, [t.asset for t in taken])
            tx.projects.write(
                project_id, base=1, draft=turn.draft, request=request, reply=turn.reply
            )
            after = snapshot_of(tx, project_id)
        return Done(turn, after, is_changed=True, refused=intake.refused)

    def import_draft(
        self, file: DraftFile, words: Sequence[Path], *, name: str | None = None
    ) -> Snapshot:
        """Make a project of a draft, which is its first version, and the files given for it.

        Raises:
            BadName, NameTaken: `name` was given, and is none or another project's.
            SaycutError: as `drafts.supply`. In all cases nothing was made.
        """
        if name is not None:
            name = self._free(name)
        shop = self.workshop
        supplied = supply(file, words, worker_count=shop.worker_count, max_pixels=shop.max_pixels)
        draft, taken = supplied.renumbered()
        with self._kept(taken), self.store.transaction() as tx:
            project_id = new_id()
            tx.projects.create(project_id, name or name_of(draft, file.path.stem), draft)
            tx.projects.add_assets(project_id, [t.asset for t in taken])
            return snapshot_of(tx, project_id)

    def turn(
        self,
        reference: str,
        request: str,
        files: Sequence[Path] = (),
        *,
        size: tuple[int, int] | None = None,
        skip_bad: bool = False,
    ) -> Done:
        """Change a project of the local user, with more files if there are any.

        `size` in pixels is what the film will be exported at; None is any.

        Raises:
            UnknownProject, AmbiguousProject, StaleBase, NothingToUndo, NothingToRedo
            ShapeMismatch: the film would have another shape than `size`.
            FilesRefused: some files cannot be used, and `skip_bad` is False or none is left.
            EmptyRequest, NotDone: nothing came of the request. In all cases nothing changed.
        """
        request = _words(request)
        before = self.show(reference)
        intake = self._all_taken_in(files, skip_bad=skip_bad)
        with self.store.reading() as tx:
            count = tx.projects.asset_count(before.project.id)
        taken = numbered(intake.taken, tuple(before.assets.values()), count)
        turn = _planned(before, request, taken)
        if not turn.changed and not turn.actions:
            raise NotDone(turn)
        _check_shape(turn.draft.canvas, size)
        # Files that the project has come again when a copy was damaged.
        with self._kept(intake.taken), self.store.transaction() as tx:
            tx.projects.add_assets(before.project.id, [t.asset for t in taken])
            after = _written(tx, before, request, turn)
        is_changed = after.project.current != before.project.current
        return Done(turn, after, is_changed, refused=intake.refused)

    def plan(self, before: Snapshot, request: str) -> Turn:
        """Tell what a request would lead to; nothing is written.

        Raises:
            EmptyRequest
        """
        return take_turn(_words(request), before.draft, tuple(before.assets.values()))

    def respond(
        self,
        before: Snapshot,
        request: str,
        *,
        commit: Callable[[Transaction, Done], None] = lambda _tx, _done: None,
    ) -> Done:
        """Answer a request on a project as it was seen, whatever comes of it.

        `commit` writes what belongs to the exchange in the transaction that changes the project.

        Raises:
            EmptyRequest, StaleBase, NothingToUndo, NothingToRedo: nothing was written.
        """
        request = _words(request)
        turn = take_turn(request, before.draft, tuple(before.assets.values()))
        with self.store.transaction() as tx:
            after = _written(tx, before, request, turn)
            is_changed = after.project.current != before.project.current
            done = Done(turn, after, is_changed, refused=())
            commit(tx, done)
        return done

    def apply(
        self,
        before: Snapshot,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        at_revision: int | None = None,
    ) -> Snapshot:
        """Change a project as it was seen by a typed operation.

        Raises:
            UnknownOperation, InvalidArguments, InvalidDraft, SaycutError: see `edit.apply`.
            StaleBase: it has changed since it was seen, or since `at_revision`.
            MediaDeleted: it would show a file that was deleted meanwhile.
        """
        project = before.project
        if at_revision not in (None, project.revision):
            raise StaleBase(project.id, at_revision, project.revision)
        draft = apply(before.draft, operation, arguments, EditContext(before.assets))
        with self.store.transaction() as tx:
            if draft != before.draft:
                tx.projects.write(
                    project.id, base=project.current, draft=draft, request=operation, reply=""
                )
            return whole(snapshot_of(tx, project.id, project.owner_id))

    def inspect(self, files: Sequence[Given]) -> Intake:
        """Look at files, as untrusted as they are; nothing is kept yet."""
        return take_in(
            files,
            worker_count=self.workshop.worker_count,
            max_pixels=self.workshop.max_pixels,
        )

    def keep(
        self,
        project_id: str,
        taken: Sequence[Taken],
        *,
        check: Callable[[Transaction, Project], None] = lambda _tx, _project: None,
    ) -> tuple[Asset, ...]:
        """Give files to a project and tell its assets of them, in their order.

        What the project has already keeps its asset. `check` may refuse what would go too far,
        and write what belongs to it. Files that are `is_incoming` are moved, others copied.

        Raises:
            UnknownProject, BlobNotKept: nothing was kept.
        """
        with self._kept(taken), self.store.transaction() as tx:
            project = tx.projects.lock(project_id)
            held = tx.projects.assets(project_id)
            new = numbered(taken, held, tx.projects.asset_count(project_id))
            tx.projects.add_assets(project_id, [t.asset for t in new])
            check(tx, project)
            by_digest = {a.digest: a for a in (*held, *(t.asset for t in new))}
        return tuple(by_digest[t.asset.digest] for t in taken)

    def delete_asset(self, snapshot: Snapshot, asset_id: str) -> None:
        """Delete a file of a project; versions that show it cannot be gone back to.

        Raises:
            UnknownAsset: the project has none of that id.
            AssetInUse: the version in force shows it.
        """
        with self.store.transaction() as tx:
            # Nobody puts another version in force meanwhile.
            tx.projects.lock(snapshot.project.id)
            now = snapshot_of(tx, snapshot.project.id, snapshot.project.owner_id)
            asset = EditContext(now.assets).asset(asset_id)
            if any(segment.asset_id == asset_id for segment in now.draft.segments()):
                raise AssetInUse(asset.name)
            digest = tx.projects.remove_asset(now.project.id, asset_id)
        if digest is not None:
            self.drop_unused([digest])

    def remove(self, project_id: str) -> None:
        """Remove a project, and the files that nothing else uses.

        Raises:
            UnknownProject
        """
        with self.store.transaction() as tx:
            tx.projects.get(project_id)
            digests = tx.projects.remove(project_id)
        self.drop_unused(digests)

    def drop_unused(self, digests: Iterable[str]) -> None:
        """Give up files that no project uses (any more)."""
        for digest in digests:
            with self._giving_up:
                # Whoever keeps it now gives it up should that fail.
                if not self._being_kept[digest]:
                    self._drop_unused(digest)

    def _drop_unused(self, digest: str) -> None:
        with self.store.transaction() as tx:
            if tx.projects.lock_unused(digest):
                self.blobs.remove(digest)

    def export(
        self,
        snapshot: Snapshot,
        destination: Path,
        *,
        size: tuple[int, int] | None = None,
        encoding: Encoding | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> ExportReport:
        """Render a film to a file, which appears whole and verified or not at all.

        An export that was stopped goes on from the chunks it had finished; what `progress` raises
        stops it. `size` in pixels has the shape of the canvas; None takes the canvas.

        Raises:
            ShapeMismatch, NothingToRender: nothing was begun.
            MediaLost: a copy in the data folder is gone or damaged.
            CacheUnusable, FilmNotWritten: a disk is full or cannot be written.
            ChunkFailed, ExportFailed, MediaError: see `render.export`.
        """
        _check_shape(snapshot.draft.canvas, size)
        cache = NamedCache(self.workshop.cache_folder, self.workshop.cache_bytes)
        sources = {asset.id: self.blobs.path_of(asset.digest) for asset in _used(snapshot)}
        try:
            return export(
                snapshot.draft,
                snapshot.assets,
                sources,
                destination,
                cache=cache,
                pool=self._pool,
                settings=ExportSettings(size_px=size, encoding=encoding or Encoding()),
                progress=progress,
            )
        except PoolClosed:
            raise
        except (SaycutError, OSError) as error:
            # Copies are not read through before each film: they are when one fails.
            if lost := self._lost(snapshot):
                raise MediaLost(lost, snapshot.project.id) from error
            if isinstance(error, OSError):
                raise FilmNotWritten(destination, error.strerror or str(error)) from error
            raise

    def _lost(self, snapshot: Snapshot) -> list[str]:
        return [a.name for a in _used(snapshot) if not self.blobs.is_whole(a.digest)]

    def _all_taken_in(self, files: Sequence[Path], *, skip_bad: bool) -> Intake:
        intake = self.inspect([Given(path, file_label(path)) for path in files])
        if intake.refused and not (skip_bad and intake.taken):
            raise FilesRefused(intake.refused)
        return intake

    @contextmanager
    def _kept(self, taken: Sequence[Taken]) -> Iterator[None]:
        """Keep files; when what follows fails, what no project uses is given up again."""
        digests = [file.asset.digest for file in taken]
        try:
            with self._held_on_to(digests), self.store.keeping(digests):
                for file in taken:
                    keep = self.blobs.adopt if file.is_incoming else self.blobs.put
                    keep(file.path, file.asset.digest)
                yield
        except BaseException:
            self.drop_unused(digests)
            raise

    @contextmanager
    def _held_on_to(self, digests: Sequence[str]) -> Iterator[None]:
        with self._giving_up:
            self._being_kept.update(digests)
        try:
            yield
        finally:
            with self._giving_up:
                self._being_kept.subtract(digests)
                self._being_kept = +self._being_kept

    def _free(self, name: str) -> str:
        """Give a name as it will be listed; no other project has it."""
        if not (plain := one_line(name)):
            raise BadName(name)
        with self.store.transaction() as tx:
            try:
                holder = tx.projects.find(plain).id
            except UnknownProject:
                return plain
            except AmbiguousProject as several:
                holder = several.project_ids[0]
        raise NameTaken(plain, holder)


def _used(snapshot: Snapshot) -> list[Asset]:
    """Give the assets that a film shows or sounds."""
    used = {segment.asset_id for segment in snapshot.draft.segments()}
    return [asset for asset in snapshot.assets.values() if asset.id in used]


def _words(request: str) -> str:
    if not request.strip():
        raise EmptyRequest
    return whole_text(request)


def _check_shape(canvas: Canvas, size: tuple[int, int] | None) -> None:
    if size and not has_shape(canvas, size):
        raise ShapeMismatch(size, canvas.ratio)


def _planned(before: Snapshot, request: str, taken: Sequence[Taken]) -> Turn:
    return take_turn(request, before.draft, [*before.assets.values(), *(t.asset for t in taken)])


def _written(tx: Transaction, before: Snapshot, request: str, turn: Turn) -> Snapshot:
    """Put in force what a turn gave; gives the project as it stands then."""
    project = before.project
    if turn.changed:
        tx.projects.write(
            project.id,
            base=project.current,
            draft=turn.draft,
            request=request,
            reply=turn.reply,
        )
    elif "undo" in turn.actions:
        tx.projects.undo(project.id)
    elif "redo" in turn.actions:
        tx.projects.redo(project.id)
    return whole(snapshot_of(tx, project.id, project.owner_id))


def new_id(length: int = _ID_LENGTH) -> str:
    """Give an id for a project, too short to be a secret unless `length` is LONG_ID_LENGTH."""
    return "".join(choice(_ID_LETTERS) for _ in range(length))


def name_of(draft: Draft, request: str) -> str:
    """Name a film after its title, else after the first words of the request."""
    titles = (s.text.content for s in draft.segments() if s.text and s.text.role is TextRole.TITLE)
    title = next((t.strip() for t in titles if t.strip()), "")
    first_line = title.splitlines()[0] if title else ""
    return one_line(first_line or " ".join(request.split()[:_NAME_WORDS_MAX])) or "film"
