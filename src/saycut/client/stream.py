"""The events of one turn, as they come: over broken lines, and with signs that work goes on.

records   what one answer brings, until the turn's last event
resumed   the same across as many lines as it takes
paced     the same, with a word when it is silent for long, and an end when it is for too long
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
from httpx_sse import EventSource, SSEError

from saycut.client.errors import LineLost, NotAServer, TimedOut, Unreachable
from saycut.client.events import StillWorking, WireEvent
from saycut.client.line import NOT_SENT, Line
from saycut.client.patience import Patience

__all__ = ["BrokenLine", "Place", "TurnOrder", "paced", "records", "resumed"]


@dataclass(frozen=True, slots=True)
class TurnOrder:
    """What is said in a session; `key` names the turn, so that it is never run twice."""

    session_id: str
    text: str
    key: str
    app: str = "nemo_agent"

    @property
    def body(self) -> dict[str, Any]:
        return {
            "app_name": self.app,
            "user_id": "me",
            "session_id": self.session_id,
            "new_message": {"role": "user", "parts": [{"text": self.text}]},
            "streaming": True,
        }


# With the pauses between them some three seconds: a server that is being restarted is back.
_UNSENT_TRIES_MAX: Final = 3


class BrokenLine(Exception):
    """A stream broke; `was_sent` False means that the server cannot have got the turn."""

    def __init__(self, reason: str, *, was_sent: bool) -> None:
        super().__init__(reason)
        self.was_sent = was_sent


@dataclass(slots=True)
class Place:
    """How far the events of a turn have been heard."""

    last_id: str = ""
    is_over: bool = False


async def records(line: Line, order: TurnOrder, place: Place) -> AsyncGenerator[WireEvent]:
    """Give the events after a place until the answer ends; `place` moves along.

    Raises:
        BrokenLine: the line broke.
        Refused, NotAServer: there is no stream.
    """
    headers = {"Accept": "text/event-stream", "Idempotency-Key": order.key}
    if place.last_id:
        headers["Last-Event-ID"] = place.last_id
    timeout = httpx.Timeout(line.patience.dead_line_s, connect=10.0)

    def build() -> httpx.Request:
        address = f"{line.url}/run_sse"
        return line.http.build_request(
            "POST", address, json=order.body, headers=headers, timeout=timeout
        )

    was_sent = False
    try:
        async with line.open(build, is_stream=True) as response:
            was_sent = True
            async with aclosing(EventSource(response).aiter_sse()) as stream:
                async for record in stream:
                    for event in _events(record.data):
                        place.is_over = event.is_last
                        place.last_id = record.id or place.last_id
                        yield event
                    if place.is_over:
                        return
    except SSEError as error:
        raise NotAServer(f"{line.url}/run_sse", str(error)) from error
    except httpx.TransportError as error:
        was_sent = was_sent or not isinstance(error, NOT_SENT)
        raise BrokenLine(str(error) or type(error).__name__, was_sent=was_sent) from error


def _events(data: str) -> list[WireEvent]:
    """Read a record. An empty one is a heartbeat; some servers put several into one."""
    if not data.strip():
        return []
    whole = WireEvent.parse(data)
    if whole is not None:
        return [whole]
    return [event for part in data.split("\n") if (event := WireEvent.parse(part))]


async def resumed(line: Line, order: TurnOrder) -> AsyncGenerator[WireEvent]:
    """Give all events of a turn; a lost line is taken up again where it broke.

    Raises:
        LineLost: it could not be.
        Unreachable: the server never got the turn.
        Refused, NotAServer: there is no stream.
    """
    place, failures, was_sent = Place(), 0, False
    while True:
        reason, is_sent = "the answer ended before the turn did", True
        try:
            async with aclosing(records(line, order, place)) as events:
                async for event in events:
                    failures = 0
                    yield event
        except BrokenLine as broken:
            reason, is_sent = str(broken), broken.was_sent
        if place.is_over:
            return
        failures += 1
        was_sent = was_sent or is_sent
        # Somebody waits for an answer to words that went nowhere: that is soon told.
        if not was_sent and failures > _UNSENT_TRIES_MAX:
            raise Unreachable(line.url, reason)
        if failures > line.patience.tries_max:
            raise LineLost(reason)
        await asyncio.sleep(line.patience.pause_before(failures))


async def paced(
    events: AsyncGenerator[WireEvent], patience: Patience
) -> AsyncGenerator[WireEvent | StillWorking]:
    """Give events, and a `StillWorking` after each long silence. Raises TimedOut."""
    heard_s, said_count = time.monotonic(), 0
    pending: asyncio.Task[WireEvent | None] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(events))
            end_s = heard_s + patience.timeout_s
            say_s = heard_s + (said_count + 1) * patience.still_working_s
            await asyncio.wait({pending}, timeout=max(0.0, min(end_s, say_s) - time.monotonic()))
            if pending.done():
                event, pending = pending.result(), None
                if event is None:
                    return
                heard_s, said_count = time.monotonic(), 0
                yield event
            elif time.monotonic() >= end_s:
                raise TimedOut(patience.timeout_s)
            elif time.monotonic() >= say_s:
                said_count += 1
                yield StillWorking(time.monotonic() - heard_s)
    finally:
        if pending is not None:
            pending.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await pending
        await events.aclose()


async def _next(events: AsyncGenerator[WireEvent]) -> WireEvent | None:
    return await anext(events, None)
