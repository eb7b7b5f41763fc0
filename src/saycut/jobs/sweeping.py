"""What is given up because it has been kept for long enough."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from saycut.engine import Engine
from saycut.jobs.options import JobsOptions
from saycut.store import UnknownProject

__all__ = ["Sweeper"]

_log = logging.getLogger("saycut.jobs")

_DAY_MS: Final = 24 * 3600 * 1000
# Limits are counted over a week at most.
_ATTEMPT_DAYS: Final = 30
# No upload and no film is under way for so long.
_INCOMING_S: Final = 2 * 24 * 3600


class Sweeper:
    """Gives up expired films, projects that anonymous users left, and what crashes left behind."""

    def __init__(
        self, engine: Engine, options: JobsOptions, forget_project: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._options = options
        self._forget_project = forget_project

    def sweep(self) -> None:
        at_ms = self._options.clock_ms()
        self._films(at_ms)
        self._projects(at_ms - self._options.project_days * _DAY_MS)
        with self._engine.store.transaction() as tx:
            tx.retention.forget_attempts(at_ms - _ATTEMPT_DAYS * _DAY_MS)
        self._incoming()

    def _films(self, at_ms: int) -> None:
        with self._engine.store.reading() as tx:
            expired = tx.exports.expired(at_ms)
        for export in expired:
            with self._engine.store.transaction() as tx:
                digest = tx.exports.forget(export.uid)
            if digest:
                self._engine.drop_unused([digest])

    def _projects(self, before_ms: int) -> None:
        with self._engine.store.reading() as tx:
            left = tx.retention.left_projects(before_ms)
        for project_id in left:
            self._forget_project(project_id)
            with suppress(UnknownProject):
                self._engine.remove(project_id)
        if left:
            _log.info("projects that were left were removed", extra={"projects": len(left)})

    def _incoming(self) -> None:
        """Remove files under way that nobody can be at any more."""
        before_s = time.time() - _INCOMING_S
        for path in self._engine.blobs.incoming().parent.glob("*"):
            # Others come and go meanwhile.
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime < before_s:
                    path.unlink()
