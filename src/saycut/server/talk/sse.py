"""A stream of events over HTTP that ends whatever its reader does.

Who reads nothing is told from who is slow by time: what could not be sent for half a minute
goes nowhere, and the connection is cut, since closing it in order would wait for the reader.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from saycut.server.edge.connections import cut
from saycut.server.talk.feeds import Line

__all__ = ["EventStream", "Streams"]

_HEARTBEAT: Final = b": heartbeat\n\n"
_STOPPING: Final = b": this server is stopping; repeat the call with Last-Event-ID\n\n"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    # Proxies that gather an answer before they pass it on would make a stream of it no stream.
    "X-Accel-Buffering": "no",
}


class Streams:
    """The streams that are open, all of which end when the server stops."""

    def __init__(self, heartbeat_s: float, send_timeout_s: float) -> None:
        self.heartbeat_s = heartbeat_s
        self.send_timeout_s = send_timeout_s
        self.stopping = asyncio.Event()
        self.open_count = 0

    def stop(self) -> None:
        """Tell all streams to end."""
        self.stopping.set()


class EventStream(Response):
    """Sends lines as they come, and a comment when none came for a while."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncGenerator[Line], streams: Streams) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._lines = lines
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._streams.open_count += 1
        writing = asyncio.create_task(self._write(send))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streams.open_count -= 1
            for task in (writing, leaving):
                task.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)
            with suppress(Exception):
                await self._lines.aclose()
        if not writing.cancelled() and isinstance(writing.exception(), TimeoutError):
            cut(scope)

    async def _write(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        stopping = asyncio.create_task(self._streams.stopping.wait())
        line = asyncio.ensure_future(anext(self._lines, None))
        try:
            while True:
                await asyncio.wait(
                    {line, stopping},
                    timeout=self._streams.heartbeat_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if line.done():
                    if (sent := line.result()) is None:
                        break
                    await self._send(send, sent.data)
                    line = asyncio.ensure_future(anext(self._lines, None))
                elif stopping.done():
                    await self._send(send, _STOPPING)
                    break
                else:
                    await self._send(send, _HEARTBEAT)
            await self._send(send, b"", is_last=True)
        finally:
            for task in (stopping, line):
                task.cancel()
            await asyncio.gather(stopping, line, return_exceptions=True)

    async def _send(self, send: Send, data: bytes, *, is_last: bool = False) -> None:
        async with asyncio.timeout(self._streams.send_timeout_s):
            await send({"type": "http.response.body", "body": data, "more_body": not is_last})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
