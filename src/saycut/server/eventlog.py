"""Logging of events while turns run: many turns share one transaction.

A disk confirms some hundred transactions a second. With a transaction for each event a few
hundred chats would queue up; so whatever has gathered while one is written goes into the next.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import anyio.to_thread

from saycut.store import Event, Store

__all__ = ["EventLog"]

_Entry = tuple[str, str, Mapping[str, Any]]


class EventLog:
    """Appends events; each call returns once its event is safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
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
            batch, self._waiting = self._waiting, []
            entries = [entry for entry, _ in batch]
            try:
                results = await anyio.to_thread.run_sync(self._log, entries)
            except Exception as error:
                results = [error] * len(batch)
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, Event):
                    done.set_result(result)
                else:
                    done.set_exception(result)

    def _log(self, entries: list[_Entry]) -> list[Event | Exception]:
        with self._store.transaction() as tx:
            return [_logged(tx.turns.log, entry) for entry in entries]


def _logged(log: Any, entry: _Entry) -> Event | Exception:
    # A project that was removed meanwhile must not stop the events of the others.
    try:
        event: Event = log(*entry)
    except Exception as error:
        return error
    return event
