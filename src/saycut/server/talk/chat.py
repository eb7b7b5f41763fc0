"""Turns as they run: begun by a call, done in the background, watched by any number of streams.

A turn belongs to nobody's connection: whoever asked may leave and come back for the rest.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event as Flag
from typing import Any, Final

import anyio.to_thread

from saycut.errors import SaycutError
from saycut.server.errors import outcome_of
from saycut.server.parts import Parts
from saycut.server.talk.eventlog import EventLog
from saycut.server.talk.feeds import Feed, Line, line_of
from saycut.server.talk.turning import LOST, Aborted, Message, Turning
from saycut.store import Event, Turn

__all__ = ["Chat", "Say", "Talk"]

_logger = logging.getLogger("saycut.server")

# A turn on another server is looked up in the database so often.
_POLL_S: Final = 0.5
_FAULT: Final = (
    "This went wrong here and nothing was changed; the log of the server says more. "
    "Send it again, or say it in other words."
)


Say = Callable[[Mapping[str, Any]], Awaitable[None]]
Talk = Callable[[Turn, Say], Awaitable[None]]
"""Says events while a turn runs; each is safe, and on its way, once the call returns."""


@dataclass(slots=True)
class _Running:
    feed: Feed = field(default_factory=Feed)
    is_aborted: Flag = field(default_factory=Flag)


def last_try(events: Sequence[Event]) -> Sequence[Event]:
    """Leave out what a turn said before its server was lost, once it was run again."""
    losses = [i for i, event in enumerate(events) if event.payload.get("errorCode") == LOST]
    return events[losses[-1] + 1 :] or events[losses[-1] :] if losses else events


class Chat:
    """The turns of this server. For the event loop alone; what blocks is done in threads."""

    def __init__(self, parts: Parts, talk: Talk | None = None) -> None:
        """`talk` goes on before a turn does its work, which the offline planner never needs."""
        self._parts = parts
        self._talk = talk
        self._turning = Turning(parts)
        self._running: dict[str, _Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = EventLog(parts.store)

    @property
    def running_count(self) -> int:
        return len(self._running)

    def recover(self) -> int:
        """End what a former run of this server left; gives how many turns that were."""
        return self._turning.give_up(frozenset({self._parts.options.server_id}))

    def reap(self, gone_ids: frozenset[str]) -> None:
        """End the turns of servers that are gone, and what was left behind here."""
        if gone_ids:
            self._turning.give_up(gone_ids)
        self._turning.give_up_forgotten(tuple(self._running))
        self._turning.release_forgotten()

    async def begin(self, message: Message) -> Turn:
        """Begin a turn, or find the one that the client names by its key.

        Raises:
            UnknownProject, TurnRunning, KeyReused, NotEnoughCredits
        """
        turn, events = await anyio.to_thread.run_sync(self._turning.begin, message)
        if events:
            running = self._running[turn.id] = _Running()
            running.feed.push(*events)
            task = asyncio.create_task(self._run(turn, message, running))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return turn

    async def follow(self, turn: Turn, after: int = 0) -> AsyncGenerator[Line]:
        """Iterate over the events of a turn with numbers above `after`, until it has ended."""
        if running := self._running.get(turn.id):
            async for line in running.feed.follow(after):
                yield line
            return
        while True:
            is_running, events = await anyio.to_thread.run_sync(self._logged, turn, after)
            for line in events:
                after = line.seq
                yield line
            if not is_running:
                return
            await asyncio.sleep(_POLL_S)

    async def abort(self, project_id: str) -> bool:
        """Stop the turn that runs in a project; False when none does."""
        turn = await anyio.to_thread.run_sync(self._running_turn, project_id)
        if turn is None:
            return False
        if running := self._running.get(turn.id):
            running.is_aborted.set()
            return True
        # It runs on another server, or on none: its result will be refused there.
        stopped = str(Aborted())
        events = await anyio.to_thread.run_sync(
            self._turning.fail, turn, "aborted", "ABORTED", stopped
        )
        return bool(events)

    async def close(self, patience_s: float = 10.0) -> None:
        """Wait for the turns under way; those that take too long can be sent again."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_s)
        for running in self._running.values():
            running.is_aborted.set()
            running.feed.end()

    async def _run(self, turn: Turn, message: Message, running: _Running) -> None:
        feed = running.feed
        try:
            events = await self._outcome(turn, message, running)
            if not events:
                # It was ended elsewhere, or went with its project.
                _, events = await anyio.to_thread.run_sync(
                    self._turning.logged, turn, feed.lines[-1].seq
                )
            feed.push(*events)
        except Exception as error:
            # Its end could not be written: the reaper will, and who asks again is told then.
            _logger.exception("the end of a turn was not kept", exc_info=error)
        finally:
            self._running.pop(turn.id, None)
            feed.end()

    async def _outcome(self, turn: Turn, message: Message, running: _Running) -> tuple[Event, ...]:
        """Do a turn; gives its last events, none where somebody else has ended it."""
        try:
            if self._talk is not None:
                await self._talk(turn, partial(self._say, turn, running.feed))
            return await anyio.to_thread.run_sync(
                self._turning.finish, turn, message, running.is_aborted.is_set
            )
        except Aborted as stop:
            return await self._fail(turn, "aborted", "ABORTED", str(stop))
        except SaycutError as error:
            _, code = outcome_of(error)
            return await self._fail(turn, "failed", str(code), str(error))
        except Exception as error:
            _logger.exception("turn failed", exc_info=error)
            return await self._fail(turn, "failed", "500", _FAULT)

    async def _say(self, turn: Turn, feed: Feed, payload: Mapping[str, Any]) -> None:
        feed.push(await self._log.append(turn.project_id, turn.id, payload))

    async def _fail(self, turn: Turn, state: str, code: str, message: str) -> tuple[Event, ...]:
        return await anyio.to_thread.run_sync(self._turning.fail, turn, state, code, message)

    def _logged(self, turn: Turn, after: int) -> tuple[bool, list[Line]]:
        is_running, events = self._turning.logged(turn, after)
        shown = [e for e in last_try(events) if e.payload["author"] != "user"]
        return is_running, [line_of(event) for event in shown]

    def _running_turn(self, project_id: str) -> Turn | None:
        with self._parts.store.reading() as tx:
            return tx.turns.running(project_id)
