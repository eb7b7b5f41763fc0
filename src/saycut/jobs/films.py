"""Making the film of an export: begin, render, keep, complete. Doing it again does no harm.

Finished chunks stay in the cache, so a repeat goes on where the last try ended. What the row says
counts: a film is made for as long as its row is on, and the first to end it has ended it.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import file_digest
from pathlib import Path
from threading import Condition
from typing import Any, Final

from saycut.engine import Engine, ExportReport, Progress, Snapshot
from saycut.errors import SaycutError
from saycut.jobs.errors import told
from saycut.jobs.options import JobsOptions
from saycut.jobs.outputs import Output
from saycut.media.child import ChildNotStarted
from saycut.render import ChunkFailed, ExportFailed
from saycut.render.errors import PoolClosed
from saycut.store import BlobStoreUnreachable, Export, Film, UnknownProject
from saycut.timeline.wire import draft_from_wire

__all__ = ["Films", "Stopping", "is_worth_repeating"]

_log = logging.getLogger("saycut.jobs")

_DAY_MS: Final = 24 * 3600 * 1000
# A poll sees a film move, and an idle disk is not kept busy by it.
_TELL_S: Final = 0.5
# Of 100: what comes after the pictures takes about that part of the time.
_PERCENT: Final = {"sound": 95, "join": 97}
_PICTURES_PERCENT: Final = 95

# Said of a moment, not of the film.
_PASSING: Final = (ExportFailed, ChunkFailed, ChildNotStarted, BlobStoreUnreachable)


class Stopping(BaseException):
    """This server ends; the export goes on when one is there again.

    No `Exception`: the workflow engine must not take it for the outcome.
    """


class _GivenUp(Exception):
    """The export was cancelled, or ended by another server."""


class Films:
    """The exports that this process works on, for any number of threads."""

    def __init__(self, engine: Engine, options: JobsOptions) -> None:
        self._engine = engine
        self._options = options
        self._changed = Condition()
        self._active: list[str] = []
        self._cancelled: set[str] = set()
        self._is_stopping = False

    @property
    def active(self) -> frozenset[str]:
        """The uids of what is being worked on, its pauses included."""
        with self._changed:
            return frozenset(self._active)

    @contextmanager
    def working_on(self, uid: str) -> Iterator[None]:
        """Count as working on an export. Raises Stopping where nothing is begun any more."""
        with self._changed:
            if self._is_stopping:
                raise Stopping
            self._active.append(uid)
        try:
            yield
        finally:
            with self._changed:
                self._active.remove(uid)
                self._cancelled.discard(uid)
                self._changed.notify_all()

    def cancel(self, uid: str) -> None:
        """Let an export that is being worked on here end soon; its row says so already."""
        with self._changed:
            if uid in self._active:
                self._cancelled.add(uid)

    def stop(self, deadline_s: float) -> bool:
        """End all work so that it can go on later; tells whether all ended in time."""
        with self._changed:
            self._is_stopping = True
            return self._changed.wait_for(lambda: not self._active, deadline_s)

    def make(self, uid: str) -> None:
        """Make the film of an export, unless it has ended.

        Raises:
            Stopping: this server ends.
            Exception: this try failed; nothing was ended.
        """
        self._give_up_if_cancelled(uid)
        with self._engine.store.transaction() as tx:
            export = tx.exports.begin(uid)
        if export is None:
            return
        path = self._engine.blobs.incoming()
        try:
            self._keep(export, path, self._render(export, path))
        except (_GivenUp, UnknownProject):
            self._give_up_if_cancelled(uid)
        except PoolClosed as error:
            raise Stopping from error
        finally:
            with suppress(OSError):
                path.unlink()

    def fail(self, uid: str, error: BaseException) -> None:
        """End an export whose film cannot be made."""
        code, message = told(error)
        is_foreseen = isinstance(error, SaycutError)
        _log.warning(
            "an export failed",
            extra={"export": uid, "code": code, "error": str(error)},
            exc_info=None if is_foreseen else error,
        )
        with self._engine.store.transaction() as tx:
            announced = tx.exports.fail(uid, code, message)
        self._drop(announced)

    def _render(self, export: Export, path: Path) -> ExportReport:
        output = Output.of_row(export.options)
        return self._engine.export(
            self._snapshot(export),
            path,
            size=output.size_px,
            encoding=output.encoding,
            progress=self._teller(export.uid),
        )

    def _snapshot(self, export: Export) -> Snapshot:
        with self._engine.store.reading() as tx:
            project = tx.projects.get(export.project_id)
            assets = {asset.id: asset for asset in tx.projects.assets(project.id)}
        return Snapshot(project, draft_from_wire(export.draft), assets)

    def _teller(self, uid: str) -> Callable[[Progress], None]:
        told_s = 0.0

        def tell(progress: Progress) -> None:
            nonlocal told_s
            with self._changed:
                if self._is_stopping:
                    raise Stopping
                if uid in self._cancelled:
                    raise _GivenUp
            if time.monotonic() - told_s < _TELL_S:
                return
            with self._engine.store.transaction() as tx:
                if not tx.exports.advance(uid, _percent(progress)):
                    raise _GivenUp
            told_s = time.monotonic()

        return tell

    def _keep(self, export: Export, path: Path, report: ExportReport) -> None:
        """Take the film into the blobs, and end the export with it."""
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        with self._engine.store.transaction() as tx:
            is_on, before = tx.exports.announce(export.uid, digest)
        if not is_on:
            raise _GivenUp
        if before != digest:
            # A server of another version got as far as this, and no further.
            self._drop(before)
        self._engine.blobs.adopt(path, digest)
        expires_ms = self._options.clock_ms() + self._options.export_days * _DAY_MS
        with self._engine.store.transaction() as tx:
            is_complete = tx.exports.complete(
                export.uid, _film(digest, report), expires_ms=expires_ms
            )
        if not is_complete:
            self._drop(digest)
            raise _GivenUp

    def _give_up_if_cancelled(self, uid: str) -> None:
        with self._engine.store.transaction() as tx:
            announced = tx.exports.stop(uid)
        self._drop(announced)

    def _drop(self, digest: str | None) -> None:
        if digest is not None:
            self._engine.drop_unused([digest])


def is_worth_repeating(error: BaseException) -> bool:
    """Tell whether the next try may go better."""
    return not isinstance(error, SaycutError) or isinstance(error, _PASSING)


def _percent(progress: Progress) -> int:
    if progress.stage in _PERCENT:
        return _PERCENT[progress.stage]
    return _PICTURES_PERCENT * progress.done_frames // max(progress.total_frames, 1)


def _film(digest: str, report: ExportReport) -> Film:
    return Film(
        digest=digest,
        size_bytes=report.size_bytes,
        width=report.width,
        height=report.height,
        duration_ms=report.duration_ms,
        report=_report(report),
    )


def _report(report: ExportReport) -> dict[str, Any]:
    return {
        "checks": [asdict(check) for check in report.checks],
        "frame_rate": str(report.frame_rate),
        "frame_count": report.frame_count,
        "loudness_lufs": report.loudness_lufs,
        "chunk_count": report.chunk_count,
        "cached_chunks": report.cached_chunks,
        "wall_s": round(report.wall_s, 3),
        "render_cpu_s": round(report.render_cpu_s, 3),
        "verify_cpu_s": round(report.verify_cpu_s, 3),
    }
