"""Connections: quick for who asks, closed for who does not."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from saycut.server.edge import connections
from saycut.server.running import listen


@contextmanager
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Serve a plain application with our connections, which wait for a head for a moment only."""
    monkeypatch.setattr(connections, "_HEAD_S", 0.3)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        # Longer than a head may take: whatever is under way is left alone.
        await asyncio.sleep(0.6)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    config = uvicorn.Config(
        app, http=connections.Connection, port=0, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_connection_on_which_no_request_begins_is_closed(
    monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    with impatient(monkeypatch) as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(20)
        line.sendall(head)
        began_s = time.monotonic()

        assert line.recv(100) == b""
        assert time.monotonic() - began_s < 10


def test_a_request_that_takes_its_time_and_the_one_after_it_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with impatient(monkeypatch) as port, httpx.Client() as client:
        answers = [client.get(f"http://127.0.0.1:{port}/").status_code for _ in range(2)]

    assert answers == [204, 204]


def test_an_answer_does_not_wait_until_its_head_is_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with impatient(monkeypatch) as port, httpx.Client() as client:
        client.get(f"http://127.0.0.1:{port}/")
        (transport,) = connections._open.values()
        nodelay = transport.get_extra_info("socket").getsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY
        )

    assert nodelay
