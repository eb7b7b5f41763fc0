"""The workflows, on DBOS: which there are, in which queues they wait, who takes them up.

    export(uid)          film -> (failed: the row says so) -> notice, where somebody is to be told
    notice(uid, attempt) deliver -> (not heard: the next attempt, later)

A workflow is named after the row that it is of, so it is there once. One that is under way when its
server ends is begun again by the next run of that server, or by another (`resume_of`). DBOS is one
for a process: so is `Workflows`.
"""

import logging
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
    WorkflowStatus,
)
from dbos import (
    error as dbos_error,
)
from sqlalchemy import Engine, create_engine

from saycut.jobs.films import Films, is_worth_repeating
from saycut.jobs.options import JobsOptions
from saycut.jobs.webhooks import Webhooks
from saycut.store import Database

__all__ = ["BROKEN", "UNDER_WAY", "Workflows"]

# By itself DBOS takes a hash of the code, and leaves what is under way behind at each upgrade.
# What a workflow does may change freely: it finds out from its row how far it is.
_VERSION: Final = "1"
_NAME: Final = "saycut"
_DATABASE_NAME: Final = "jobs.db"
_EXPORTS: Final = "exports"
_NOTICES: Final = "notices"
_NOTICES_AT_ONCE: Final = 8
_NOTICES_POLL_S: Final = 1.0
# A film that ends its server each time must not do so for ever; one that merely lives through
# that many restarts would be rare.
_BEGUN_MAX: Final = 50
_TRIES: Final = 3
_PAUSE_S: Final = 1.0
_CONNECTIONS: Final = 10

UNDER_WAY: Final = frozenset({"ENQUEUED", "DELAYED", "PENDING"})
BROKEN: Final = frozenset({"ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})


class Workflows:
    """Exports and notices as workflows of this process, between `launch` and `close`."""

    def __init__(
        self,
        films: Films,
        webhooks: Webhooks,
        options: JobsOptions,
        *,
        database: Database,
        folder: Path,
        server_id: str,
    ) -> None:
        self._films = films
        self._webhooks = webhooks
        self._options = options
        self._database = database
        self._folder = folder
        self._server_id = server_id
        self._engine: Engine | None = None

    def launch(self) -> None:
        """Begin to take up work: what is in the queues, and what this server was at."""
        # Without a handler DBOS adds one of its own, which writes to the terminal.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        self._register()
        DBOS(config=self._config())
        DBOS.launch()
        DBOS.register_queue(
            _EXPORTS,
            worker_concurrency=self._options.exports_at_once,
            partition_concurrency=1,
            polling_interval_sec=self._options.poll_s,
            on_conflict="always_update",
        )
        DBOS.register_queue(
            _NOTICES,
            worker_concurrency=_NOTICES_AT_ONCE,
            polling_interval_sec=_NOTICES_POLL_S,
            on_conflict="always_update",
        )

    def close(self) -> None:
        """Take up no more work."""
        DBOS.destroy(destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()

    def enqueue(self, uid: str, project_id: str) -> None:
        """Let an export wait for its turn, one of a project at a time; again does nothing."""
        with SetWorkflowID(uid), SetEnqueueOptions(queue_partition_key=project_id):
            DBOS.enqueue_workflow(_EXPORTS, self._export, uid)

    def enqueue_anew(self, uid: str, project_id: str) -> None:
        """Let an export wait although a workflow of that name ended."""
        DBOS.delete_workflow(uid)
        self.enqueue(uid, project_id)

    def notify(self, uid: str, attempt: int = 1, pause_s: float | None = None) -> None:
        """Let somebody be told that an export has ended, if anybody wants to hear it."""
        if self._webhooks.is_wanted(uid):
            with SetWorkflowID(f"{uid}.{attempt}"), SetEnqueueOptions(delay_seconds=pause_s):
                DBOS.enqueue_workflow(_NOTICES, self._notice, uid, attempt)

    def statuses(self, uids: Iterable[str]) -> Mapping[str, WorkflowStatus]:
        """Give how the workflows of exports stand; those that are missing have none."""
        found = DBOS.list_workflows(workflow_ids=list(uids), load_input=False, load_output=False)
        return {status.workflow_id: status for status in found}

    def resume_of(self, server_id: str) -> int:
        """Put what a server was at, which is gone, back into the queues; gives how much it was."""
        found = DBOS.list_workflows(
            status="PENDING", executor_id=server_id, load_input=False, load_output=False
        )
        for status in found:
            self.resume(status)
        return len(found)

    def resume(self, status: WorkflowStatus) -> None:
        DBOS.resume_workflow(status.workflow_id, queue_name=status.queue_name)

    def forget_ended(self, before_ms: int) -> None:
        """Remove the records of workflows that ended before then."""
        before = datetime.fromtimestamp(before_ms / 1000, UTC).isoformat()
        ended = DBOS.list_workflows(
            completed_before=before, load_input=False, load_output=False, limit=1000
        )
        if uids := [s.workflow_id for s in ended if s.status not in UNDER_WAY]:
            DBOS.delete_workflows(uids)

    def _register(self) -> None:
        # Functions, because DBOS writes on what it is given, and methods take nothing.
        @DBOS.workflow(name="export", max_recovery_attempts=_BEGUN_MAX)
        def export(uid: str) -> None:
            self._run(uid)

        @DBOS.workflow(name="notice", max_recovery_attempts=_BEGUN_MAX)
        def notice(uid: str, attempt: int) -> None:
            self._tell(uid, attempt)

        self._export, self._notice = export, notice

    def _run(self, uid: str) -> None:
        with self._films.working_on(uid):
            try:
                DBOS.run_step(
                    {
                        "name": "film",
                        "retries_allowed": True,
                        "max_attempts": _TRIES,
                        "interval_seconds": _PAUSE_S,
                        "should_retry": is_worth_repeating,
                    },
                    self._films.make,
                    uid,
                )
            except dbos_error.DBOSMaxStepRetriesExceeded as error:
                self._films.fail(uid, error.errors[-1])
            except Exception as error:
                self._films.fail(uid, error)
            self.notify(uid)

    def _tell(self, uid: str, attempt: int) -> None:
        with self._films.working_on(f"{uid}.{attempt}"):
            is_done = DBOS.run_step({"name": "deliver"}, self._webhooks.deliver, uid)
            pauses_s = self._options.webhook_pauses_s
            if not is_done and attempt <= len(pauses_s):
                self.notify(uid, attempt + 1, pauses_s[attempt - 1])

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": _NAME,
            "application_version": _VERSION,
            "executor_id": self._server_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "enable_otlp": False,
            # Nobody waits for a workflow here, so nobody has to be told.
            "use_listen_notify": False,
        }
        if self._database.is_sqlite:
            path = self._folder / _DATABASE_NAME
            _set_up(path)
            config["system_database_url"] = f"sqlite:///{path}"
        else:
            self._engine = create_engine(
                self._database.engine.url, pool_size=_CONNECTIONS, pool_pre_ping=True
            )
            config["system_database_engine"] = self._engine
        return config


def _set_up(path: Path) -> None:
    # It stays so: those who read then do not wait for those who write.
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
