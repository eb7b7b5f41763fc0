"""Events on their way to those who watch: one feed a running turn, in this process.

A turn may be watched by any number of streams, which come and go. Each event is written as
bytes once. What runs on another server is read from the database instead.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from saycut.store import Event

__all__ = ["Feed", "Line", "line_of"]


# SSE ends lines at CR and LF alone, which JSON writes as escapes; many readers split at these too.
_BREAKS: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Line:
    """An event as it is sent: its number in the project, and the bytes of its SSE message."""

    seq: int
    data: bytes
    payload: Mapping[str, Any]


def line_of(event: Event) -> Line:
    """Write an event as an SSE message."""
    text = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
    text = text.translate(_BREAKS)
    return Line(event.seq, f"id: {event.seq}\ndata: {text}\n\n".encode(), event.payload)


@dataclass(slots=True, eq=False)
class Feed:
    """The events of a turn so far, and a way to wait for more. For the event loop alone."""

    lines: list[Line] = field(default_factory=list)
    is_ended: bool = False
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    def push(self, *events: Event) -> None:
        self.lines += [line_of(event) for event in events]
        self._wake()

    def end(self) -> None:
        self.is_ended = True
        self._wake()

    async def follow(self, after: int) -> AsyncGenerator[Line]:
        """Iterate over the events with numbers above `after` until the turn has ended."""
        place = 0
        while True:
            while place < len(self.lines):
                line = self.lines[place]
                place += 1
                if line.seq > after:
                    yield line
            if self.is_ended:
                return
            await self._change()

    async def _change(self) -> None:
        change = asyncio.get_running_loop().create_future()
        self._waiting.add(change)
        try:
            await change
        finally:
            self._waiting.discard(change)

    def _wake(self) -> None:
        for change in self._waiting:
            if not change.done():
                change.set_result(None)
