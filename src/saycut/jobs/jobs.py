"""Exports as the doors see them: order, cancel, and the two threads that keep things going.

The watch looks every few seconds, and when it is woken, for orders without a workflow and for
servers that are gone; the sweep gives up, every hour, what has been kept for long enough.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any, Final

from dbos import WorkflowStatus

from saycut.engine import Engine
from saycut.errors import SaycutError
from saycut.jobs.films import Films
from saycut.jobs.options import JobsOptions
from saycut.jobs.outputs import output_of
from saycut.jobs.presence import presence_of
from saycut.jobs.sweeping import Sweeper
from saycut.jobs.webhooks import Webhooks
from saycut.jobs.workflows import BROKEN, UNDER_WAY, Workflows
from saycut.store import Export, Transaction
from saycut.timeline import Draft
from saycut.timeline.wire import draft_to_wire

__all__ = ["Jobs"]

_log = logging.getLogger("saycut.jobs")

# Frames under way take less, and so does a webhook that is being sent.
_STOP_S: Final = 15.0
_IDLE_S: Final = 10.0
# As many as one question to a database may name.
_AT_ONCE: Final = 500
_KEEP_WORKFLOWS_MS: Final = 7 * 24 * 3600 * 1000


class Broken(SaycutError):
    """An export's workflow ended and left it behind."""

    code = 500

    def __init__(self) -> None:
        super().__init__(
            "the film could not be made: the server ended, again and again, before it was done; "
            "order it again with a new id, shorter or smaller if it is a long one"
        )


class Jobs:
    """The durable exports of one server; for any number of threads, between launch and close."""

    def __init__(self, engine: Engine, options: JobsOptions | None = None) -> None:
        self._engine = engine
        self._options = options = options or JobsOptions()
        folder = engine.folder
        database = engine.store.database
        self._server_id = folder.server_id
        self._films = Films(engine, options)
        self._presence = presence_of(database, folder.server_id)
        self._sweeper = Sweeper(engine, options, self.forget_project)
        self._workflows = Workflows(
            self._films,
            Webhooks(engine.store, options),
            options,
            database=database,
            folder=folder.path,
            server_id=folder.server_id,
        )
        self._is_closing = Event()
        self._woken = Event()
        # Since when workflows seem to run here and do not.
        self._idle_since_s: dict[str, float] = {}
        self._threads = (
            Thread(target=self._every, args=(self._woken, options.watch_s, self.watch)),
            Thread(target=self._every, args=(self._is_closing, options.sweep_s, self.sweep)),
        )

    @property
    def running_count(self) -> int:
        """How many exports and notices this server is at."""
        return len(self._films.active)

    def launch(self) -> None:
        """Begin to work, first on what an earlier run of this server left.

        Raises:
            ServerTwice: another server has the id of this data folder.
        """
        self._presence.take()
        try:
            # Before any work is taken up, so that whoever looks after servers knows of this one.
            with self._engine.store.transaction() as tx:
                tx.servers.seen(self._server_id)
            self._workflows.launch()
        except BaseException:
            self._presence.close()
            raise
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop working. What is under way goes on at the next launch, or on another server."""
        self._is_closing.set()
        self._woken.set()
        for thread in self._threads:
            thread.join()
        if not self._films.stop(_STOP_S):
            _log.warning("some exports did not stop in time")
        try:
            self._workflows.close()
        finally:
            self._presence.close()

    def order(
        self,
        tx: Transaction,
        *,
        user_id: str,
        export_id: str,
        project_id: str,
        draft: Draft,
        output: Mapping[str, Any],
        webhook: str | None = None,
        fingerprint: str | None = None,
    ) -> Export:
        """Order a film within a transaction; `wake` after it lets the film begin at once.

        The same order again gives the same export. Without a `fingerprint` of what was said, the
        draft and the output are what makes an order the same.

        Raises:
            OrderReused: the id was used for another order.
            FormatNotMade, QualityUnknown, SizeRefused, ShapeMismatch: see `output_of`.
        """
        options = output_of(output, draft.canvas).row
        wire = draft_to_wire(draft)
        return tx.exports.order(
            user_id=user_id,
            export_id=export_id,
            project_id=project_id,
            fingerprint=fingerprint or _fingerprint(project_id, wire, options, webhook),
            draft=wire,
            options=options,
            webhook=webhook,
        )

    def wake(self) -> None:
        """Look for new orders now."""
        self._woken.set()

    def cancel(self, uid: str) -> Export:
        """End an export, which must exist; one that is being worked on ends within a second.

        One that has ended stays as it is.
        """
        with self._engine.store.transaction() as tx:
            has_ended = tx.exports.cancel(uid)
            export = tx.exports.by_uid(uid)
        assert export is not None
        self._films.cancel(uid)
        if has_ended:
            # Its workflow may not be there yet, and then never comes.
            self._workflows.notify(uid)
        return export

    def forget_project(self, project_id: str) -> None:
        """End all exports of a project, which is about to be removed."""
        with self._engine.store.reading() as tx:
            found = tx.exports.of_project(project_id)
        for export in found:
            if not export.has_ended:
                self.cancel(export.uid)

    def servers_gone(self) -> frozenset[str]:
        """Give the servers that turns are said to run on, or that worked here, and are gone."""
        with self._engine.store.reading() as tx:
            known = {server.id for server in tx.servers.list()} | tx.turns.servers()
        return frozenset(server_id for server_id in self._others(known) if self._is_gone(server_id))

    def watch(self) -> None:
        """Look after orders and servers once."""
        if not self._presence.renew():
            return
        with self._engine.store.transaction() as tx:
            tx.servers.seen(self._server_id)
            servers = [server.id for server in tx.servers.list()]
        for server_id in self._others(servers):
            self._take_over(server_id)
        self._look_after_orders()

    def sweep(self) -> None:
        """Give up once what has been kept for long enough."""
        self._sweeper.sweep()
        self._workflows.forget_ended(self._options.clock_ms() - _KEEP_WORKFLOWS_MS)

    def _others(self, server_ids: Any) -> list[str]:
        return [server_id for server_id in server_ids if server_id != self._server_id]

    def _is_gone(self, server_id: str) -> bool:
        with self._presence.gone(server_id) as is_gone:
            return is_gone

    def _take_over(self, server_id: str) -> None:
        """Let others do what a server was at, if it is gone."""
        with self._presence.gone(server_id) as is_gone:
            if is_gone:
                count = self._workflows.resume_of(server_id)
                with self._engine.store.transaction() as tx:
                    tx.servers.forget(server_id)
                _log.info("work was taken over", extra={"server": server_id, "jobs": count})

    def _look_after_orders(self) -> None:
        with self._engine.store.reading() as tx:
            uids = tx.exports.unfinished()
        for first in range(0, len(uids), _AT_ONCE):
            some = uids[first : first + _AT_ONCE]
            statuses = self._workflows.statuses(some)
            for uid in some:
                self._look_after(uid, statuses.get(uid))

    def _look_after(self, uid: str, status: WorkflowStatus | None) -> None:
        """Bring a workflow back to an export that has none which goes on."""
        if status is not None and status.status in UNDER_WAY:
            self._look_after_idle(uid, status)
            return
        with self._engine.store.reading() as tx:
            export = tx.exports.by_uid(uid)
        if export is None or export.has_ended:
            return
        if status is None:
            self._workflows.enqueue(uid, export.project_id)
        elif status.status in BROKEN:
            self._films.fail(uid, Broken())
            self._workflows.notify(uid)
        else:
            self._workflows.enqueue_anew(uid, export.project_id)

    def _look_after_idle(self, uid: str, status: WorkflowStatus) -> None:
        """Take up again what is said to run here and does not: its end could not be written."""
        is_here = status.status == "PENDING" and status.executor_id == self._server_id
        if not is_here or uid in self._films.active:
            self._idle_since_s.pop(uid, None)
            return
        since_s = self._idle_since_s.setdefault(uid, time.monotonic())
        # One that was just taken from the queue may need a moment to begin.
        if time.monotonic() - since_s >= _IDLE_S:
            del self._idle_since_s[uid]
            self._workflows.resume(status)

    def _every(self, woken: Event, pause_s: float, work: Callable[[], None]) -> None:
        while not self._is_closing.is_set():
            try:
                work()
            # The database or the blobs may be away for a while; the next time may go better.
            except Exception as error:
                _log.warning("looking after exports failed", exc_info=error)
            woken.wait(pause_s)
            if not self._is_closing.is_set():
                woken.clear()


def _fingerprint(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
