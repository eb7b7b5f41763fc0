"""Readers that read nothing: what they hold is freed, and nobody else waits for them."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import psutil

from tests.server.running import Server, data_of

FROZEN = 300
FREED_S = 60


def open_connections(server: Server) -> int:
    """Count what the server has open to others."""
    states = (psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT)
    found = psutil.Process(server.pid).net_connections("tcp")
    return sum(1 for c in found if c.laddr.port == server.port and c.status in states)


def test_readers_that_froze_are_freed_and_those_who_read_do_not_wait(
    start_server: Callable[..., Server],
) -> None:
    server = start_server().wait_until_ready()
    with server.client() as client:
        answer = client.post("/api/tasks/me/with-session/saycut", json={})
        session_id = data_of(answer)["session_id"]
        # More than all buffers between us hold.
        message = {"parts": [{"text": "🎬" * 100_000}]}
        order = {"session_id": session_id, "new_message": message, "invocation_id": "k1"}
        size = len(client.post("/run_sse", json=order).content)
        assert size > 400_000

        with ExitStack() as frozen:
            body = json.dumps(order).encode()
            for _ in range(FROZEN):
                frozen.enter_context(frozen_reader(server, body))
            until(lambda: open_connections(server) >= FROZEN, 60)
            started_s = time.monotonic()
            assert data_of(client.get(f"/api/state/saycut/me/{session_id}/latest"))
            answered_s = time.monotonic() - started_s
            until(lambda: open_connections(server) < 10, FREED_S)
        until(lambda: "saycut_streams 0.0" in client.get("/metrics").text, 10)

    assert answered_s < 5


def frozen_reader(server: Server, body: bytes) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    line.connect(("127.0.0.1", server.port))
    head = f"POST /run_sse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    line.sendall(head.encode() + body)
    return line


def until(holds: Callable[[], bool], seconds: float) -> None:
    deadline_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline_s
