"""The connections of this process: bounded in what they hold for a reader, and cut when dead."""

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

_open: dict[tuple[str, int], asyncio.Transport] = {}


class Connection(H11Protocol):
    """An HTTP connection as uvicorn serves it, which can be found again by its client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_HELD_BYTES_MAX)
        if peer := _peer(transport):
            _open[peer] = transport
        if (found := transport.get_extra_info("socket")) is not None:
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
                # Only Linux has it.
                if hasattr(socket, "TCP_USER_TIMEOUT"):
                    found.setsockopt(
                        socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS
                    )

    def connection_lost(self, exc: Exception | None) -> None:
        if (peer := _peer(self.transport)) and _open.get(peer) is self.transport:
            del _open[peer]
        super().connection_lost(exc)


def cut(scope: Scope) -> None:
    """End the connection of a request at once, whatever has not been sent yet."""
    if transport := _open.get(cast("tuple[str, int]", tuple(scope["client"] or ())[:2])):
        transport.abort()


def _peer(transport: asyncio.BaseTransport) -> tuple[str, int] | None:
    peer = transport.get_extra_info("peername")
    return tuple(peer[:2]) if isinstance(peer, tuple) else None
