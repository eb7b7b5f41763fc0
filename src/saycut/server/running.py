"""Running the application in this process until it is told to stop.

On SIGTERM or ^C: no new connections; open streams are told and end; calls under way, uploads
among them, have a while to finish; then turns and exports are left as they can be resumed.
"""

import socket
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from saycut.server.edge.connections import Connection

__all__ = ["listen", "serve"]

_GRACE_S: Final = 20
_BACKLOG: Final = 2048


def listen(host: str, port: int) -> socket.socket:
    """Take an address to serve on; port 0 is any that is free.

    Raises:
        OSError: it is taken, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # From now on callers wait for us rather than being turned away.
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def serve(app: FastAPI, listener: socket.socket) -> None:
    """Serve until a signal says to stop."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _Server(config, app).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells the open streams when it is told to stop: they would not end by themselves."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.streams.stop()
        super().handle_exit(sig, frame)
