"""Files fetched and messages posted over real connections to loopback."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from saycut.fetch import FetchFailed, Guard, fetch, post
from tests.fetch.servers import (
    LOOPBACK,
    PATIENCE_S,
    Outward,
    Server,
    allowing,
    page,
    saying,
    serving,
)


class QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ARG002
        return


@contextmanager
def folder_served(folder: Path) -> Iterator[int]:
    handler = partial(QuietFiles, directory=str(folder))
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(PATIENCE_S)


def fetched_text(server: Server, path: str = "/", **more: Any) -> bytes:
    pieces: list[bytes] = []
    fetch(
        server.url(path),
        pieces.append,
        guard=allowing(server),
        bytes_max=more.pop("bytes_max", 10_000),
        deadline_s=PATIENCE_S,
    )
    return b"".join(pieces)


def test_a_file_arrives_byte_for_byte_with_its_name_and_type(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "春 天.mp4").write_bytes(content)
    pieces: list[bytes] = []

    with folder_served(tmp_path) as port:
        got = fetch(
            f"http://{LOOPBACK}:{port}/春%20天.mp4?signature=x#t=3",
            pieces.append,
            guard=Guard(frozenset({(LOOPBACK, port)})),
            bytes_max=len(content),
            deadline_s=PATIENCE_S,
        )

    assert b"".join(pieces) == content
    assert len(pieces) > 1
    assert got.size_bytes == len(content)
    assert got.name == "春 天.mp4"
    assert got.content_type == "video/mp4"
    assert got.url == f"http://{LOOPBACK}:{port}/%E6%98%A5%20%E5%A4%A9.mp4?signature=x"


def test_a_missing_file_is_told_by_its_status_alone(tmp_path: Path) -> None:
    with folder_served(tmp_path) as port, pytest.raises(FetchFailed, match="status 404") as refusal:
        fetch(
            f"http://{LOOPBACK}:{port}/none.mp4",
            lambda _piece: None,
            guard=Guard(frozenset({(LOOPBACK, port)})),
            bytes_max=1000,
            deadline_s=PATIENCE_S,
        )

    assert refusal.value.status == 404
    assert "not found" not in str(refusal.value).lower()


def test_an_allowed_name_goes_to_where_it_led_when_it_was_looked_up(outward: Outward) -> None:
    answers = [[LOOPBACK], ["10.0.0.1"]]

    with serving(saying(page(b"here"))) as server:
        guard = allowing(server, hosts=["nas"], resolve=lambda _host, _port: answers.pop(0))
        pieces: list[bytes] = []
        fetch(
            server.url(host="nas"),
            pieces.append,
            guard=guard,
            bytes_max=10,
            deadline_s=PATIENCE_S,
        )

    assert pieces == [b"here"]
    assert outward.connects == [(LOOPBACK, server.port)]
    assert f"Host: nas:{server.port}".encode() in server.requests[0]


def test_requests_carry_nothing_of_this_machine_and_use_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Server
) -> None:
    (tmp_path / "netrc").write_text(f"machine {LOOPBACK} login me password hush\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.url())

    with serving(saying(page(b"ok", "Set-Cookie: session=1; Path=/"))) as server:
        fetched_text(server)
        fetched_text(server)

    lines = server.requests[1].decode().split("\r\n")
    assert lines[0] == "GET / HTTP/1.1"
    assert sorted(lines[1:]) == sorted(
        [
            f"Host: {LOOPBACK}:{server.port}",
            "Connection: close",
            "User-Agent: Saycut",
            "Accept: */*",
            "Accept-Encoding: identity",
            "",
            "",
        ]
    )
    assert canary.accepted_count == 0


def test_errors_of_the_sink_pass_as_they_are() -> None:
    def full(piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with serving(saying(page(b"ok"))) as server, pytest.raises(OSError, match="No space left"):
        fetch(server.url(), full, guard=allowing(server), bytes_max=1000, deadline_s=PATIENCE_S)


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with socket.create_server((LOOPBACK, 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(FetchFailed, match="does not take connections"):
        post(
            f"http://{LOOPBACK}:{port}/",
            b"",
            {},
            guard=Guard(frozenset({(LOOPBACK, port)})),
            deadline_s=PATIENCE_S,
        )


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"the secret of an inner service, which does not speak HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nsecret",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsecret\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nsecret",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: secret\r\n\r\n",
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 6\r\n\r\nsecret",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 500 secret\r\nContent-Length: 6\r\nX: secret\r\n\r\nsecret",
        b"HTTP/1.1 302 Found\r\nContent-Length: 6\r\n\r\nsecret",
    ],
)
def test_answers_that_are_no_file_fail_and_are_not_repeated(answer: bytes) -> None:
    with serving(saying(answer)) as server, pytest.raises(FetchFailed) as failure:
        fetched_text(server)

    assert "secret" not in str(failure.value)


def test_a_message_is_posted_with_its_headers_and_the_status_comes_back() -> None:
    with serving(saying(page(b"thanks", status="202 Accepted"))) as server:
        status = post(
            server.url("/hook?id=1"),
            b'{"status":"completed"}',
            {"Content-Type": "application/json", "X-Saycut-Signature": "sha256=00"},
            guard=allowing(server),
            deadline_s=PATIENCE_S,
        )

    head, body = server.requests[0].split(b"\r\n\r\n")
    assert status == 202
    assert body == b'{"status":"completed"}'
    assert head.startswith(b"POST /hook?id=1 HTTP/1.1\r\n")
    assert b"Content-Type: application/json" in head
    assert b"X-Saycut-Signature: sha256=00" in head
    assert b"Content-Length: 22" in head


def test_a_message_does_not_follow_redirects(canary: Server, outward: Outward) -> None:
    answer = page(b"", f"Location: {canary.url()}", status="307 Temporary Redirect")

    with serving(saying(answer)) as server:
        status = post(server.url(), b"{}", {}, guard=allowing(server), deadline_s=PATIENCE_S)

    assert status == 307
    assert outward.connects == [(LOOPBACK, server.port)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "metadata"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"X": "1\r\nHost: metadata"},
        {"X\r\nY": "1"},
        {"X": "bücher"},
        {"": "1"},
    ],
)
def test_headers_that_would_change_the_message_are_a_mistake_of_the_program(
    headers: dict[str, str], canary: Server
) -> None:
    with pytest.raises(ValueError, match="header"):
        post(canary.url(), b"", headers, guard=allowing(canary), deadline_s=PATIENCE_S)

    assert canary.accepted_count == 0
