"""Logging of events while turns run: many turns share one transaction.

A disk confirms some hundred transactions a second. With a transaction for each event a few
hundred chats would queue up; so whatever has gathered while one is written goes into the next.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import anyio.to_thread
from anyio import CapacityLimiter

from saycut.store import Event, Store, UnknownProject

__all__ = ["EventLog"]

# As many as one question to a database may name.
_AT_ONCE: Final = 500

_Entry = tuple[str, str, Mapping[str, Any]]


class EventLog:
    """Appends events; each call returns once its event is safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # A thread of its own: when all others wait for the database, those who watch must not.
        self._thread = CapacityLimiter(1)
        self._waiting: list[tuple[_Entry, asyncio.Future[Event]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def append(self, project_id: str, turn_id: str, payload: Mapping[str, Any]) -> Event:
        """Log an event of a turn.

        Raises:
            UnknownProject: the project is gone by now.
        """
        done: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting.append(((project_id, turn_id, payload), done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            entries = [entry for entry, _ in batch]
            results: Sequence[Event | Exception | None]
            try:
                results = await anyio.to_thread.run_sync(self._log, entries, limiter=self._thread)
            except Exception as error:
                results = [error] * len(batch)
            for ((project_id, _, _), done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, Event):
                    done.set_result(result)
                else:
                    done.set_exception(result or UnknownProject(project_id))

    def _log(self, entries: Sequence[_Entry]) -> Sequence[Event | None]:
        with self._store.transaction() as tx:
            return tx.turns.log_each(entries)
