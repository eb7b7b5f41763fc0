"""Whether a server lives, told by a lock that the database drops when its connection ends.

With SQLite the owner of the data folder is the only server there is.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import Event, Lock
from typing import Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from saycut.jobs.errors import ServerTwice
from saycut.store import Database

__all__ = ["Presence", "presence_of"]

_log = logging.getLogger("saycut.jobs")

# After a power cut the database needs a while to see that the connection of our last run is gone;
# others look after us for less than a second at a time.
_TAKE_S: Final = 30.0
_LOOK_S: Final = 0.2


class Presence(Protocol):
    """How one server shows that it lives, and sees who does not."""

    def take(self) -> None:
        """Show from now on that this server lives. Raises ServerTwice."""

    def renew(self) -> bool:
        """Show it again where the database forgot; False when that was not possible."""

    def gone(self, server_id: str) -> AbstractContextManager[bool]:
        """Tell whether another server is gone; while it is looked after, it cannot come back."""

    def close(self) -> None:
        """Stop showing that this server lives."""


def presence_of(database: Database, server_id: str) -> Presence:
    return _Alone() if database.is_sqlite else _Among(database, server_id)


class _Alone:
    def take(self) -> None:
        pass

    def renew(self) -> bool:
        return True

    def gone(self, server_id: str) -> AbstractContextManager[bool]:  # noqa: ARG002 - all are
        return nullcontext(True)

    def close(self) -> None:
        pass


class _Among:
    """Advisory locks of Postgres, all held by one connection of this server."""

    def __init__(self, database: Database, server_id: str) -> None:
        self._database = database
        self._server_id = server_id
        self._connection: Connection | None = None
        # One connection does one thing at a time.
        self._lock = Lock()
        self._closed = Event()

    def take(self) -> None:
        deadline_s = time.monotonic() + _TAKE_S
        while not self.renew():
            if time.monotonic() > deadline_s:
                raise ServerTwice(self._server_id)
            self._closed.wait(_LOOK_S)

    def renew(self) -> bool:
        with self._lock:
            if self._closed.is_set():
                return False
            if self._connection is not None:
                try:
                    self._connection.execute(text("SELECT 1"))
                except DBAPIError as error:
                    _log.warning("the lock of this server was lost", extra={"error": str(error)})
                    self._disconnect()
                else:
                    return True
            return self._connect()

    @contextmanager
    def gone(self, server_id: str) -> Iterator[bool]:
        with self._lock:
            connection = self._connection
            if connection is None or not _try_lock(connection, server_id):
                yield False
                return
            try:
                yield True
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), _key(server_id))

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._disconnect()

    def _connect(self) -> bool:
        connection = self._database.engine.connect()
        # No transaction stays open: that would keep the database from cleaning up.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        if not _try_lock(connection, self._server_id):
            connection.close()
            return False
        self._connection = connection
        return True

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Ended, not given back to the pool: the lock goes with it.
            with suppress(DBAPIError):
                connection.invalidate()
            connection.close()


def _try_lock(connection: Connection, server_id: str) -> bool:
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), _key(server_id)))


def _key(server_id: str) -> dict[str, int]:
    name = hashlib.sha256(f"saycut server {server_id}".encode()).digest()
    return {"key": int.from_bytes(name[:8], "big", signed=True)}
