"""The connections of this process: bounded in what they hold for a reader, and cut when dead.

One on which no request begins is closed too: the server of the framework waits for the first
line, or for the rest of a head, as long as anybody likes, and connections are few.
"""

import asyncio
import socket
from contextlib import suppress
from typing import Final, cast

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Connection", "cut"]

# What the system and we hold for a reader that does not read: enough for any event and for the
# pace of a download, little enough for thousands of readers.
_SEND_BUFFER_BYTES: Final = 256 * 1024
_HELD_BYTES_MAX: Final = 64 * 1024
# A machine that acknowledges nothing for so long is gone.
_UNACKNOWLEDGED_MS: Final = 30_000
# Clients that open a connection ahead of need come back within that time.
_HEAD_S: Final = 30.0

_open: dict[tuple[str, int], asyncio.Transport] = {}


class Connection(H11Protocol):
    """An HTTP connection as uvicorn serves it, which can be found again by its client's address."""

    _head_timer: asyncio.TimerHandle | None = None

    # uvicorn takes the transport for one that can be written, as that of a connection is.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._time_head()
        transport.set_write_buffer_limits(high=_HELD_BYTES_MAX)
        if peer := _peer(transport):
            _open[peer] = transport
        if (found := transport.get_extra_info("socket")) is not None:
            with suppress(OSError):
                # The head and the body of an answer are sent one after the other: the second would
                # wait 40 ms for the first to be acknowledged. asyncio sets it only on sockets that
                # name their protocol, which those of a listener need not.
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
                # Only Linux has it.
                if hasattr(socket, "TCP_USER_TIMEOUT"):
                    found.setsockopt(
                        socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS
                    )

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timing()
        if (peer := _peer(self.transport)) and _open.get(peer) is self.transport:
            del _open[peer]
        super().connection_lost(exc)

    def _time_head(self) -> None:
        """Give the head of the next request a while to be whole; one under way has all it likes."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_timing()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_S, self._end_of_head)

    def _end_of_head(self) -> None:
        self._head_timer = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _stop_timing(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


def cut(scope: Scope) -> None:
    """End the connection of a request at once, whatever has not been sent yet."""
    if transport := _open.get(cast("tuple[str, int]", tuple(scope["client"] or ())[:2])):
        transport.abort()


def _peer(transport: asyncio.BaseTransport) -> tuple[str, int] | None:
    peer = transport.get_extra_info("peername")
    return tuple(peer[:2]) if isinstance(peer, tuple) else None
