"""Servers that send too much, or too slowly, or never end."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from saycut.fetch import DeadlinePassed, FetchFailed, TooLarge, fetch, post
from saycut.fetch.stream import HEAD_BYTES_MAX
from tests.fetch.servers import (
    LOOPBACK,
    PATIENCE_S,
    Script,
    Server,
    allowing,
    page,
    redirecting,
    saying,
    serving,
)

BYTES_MAX = 100_000
OK = b"HTTP/1.1 200 OK\r\n"


def endless(start: bytes, again: bytes, pause_s: float = 0) -> Script:
    """Send a beginning and then the same for ever, until the client leaves."""

    def script(connection: socket.socket, _request: bytes, server: Server) -> None:
        connection.sendall(start)
        while not server.closing.wait(pause_s) if pause_s else not server.closing.is_set():
            connection.sendall(again)

    return script


@contextmanager
def well_before_patience_ends() -> Iterator[None]:
    began_s = time.monotonic()
    yield
    assert time.monotonic() - began_s < PATIENCE_S / 2


def forget(_piece: bytes) -> None:
    return


def take(script: Script, deadline_s: float = PATIENCE_S) -> bytes:
    """Fetch, and give what the sink got before the error that must come."""
    pieces: list[bytes] = []
    with serving(script) as server:
        try:
            fetch(
                server.url(),
                pieces.append,
                guard=allowing(server),
                bytes_max=BYTES_MAX,
                deadline_s=deadline_s,
            )
        except Exception as error:
            error.add_note(str(sum(map(len, pieces))))
            raise
    return b"".join(pieces)


def taken_bytes(failure: pytest.ExceptionInfo[Exception]) -> int:
    return int(failure.value.__notes__[0])


def test_exactly_the_limit_is_taken() -> None:
    body = b"x" * BYTES_MAX

    assert take(saying(page(body))) == body
    assert take(saying(OK + b"\r\n" + body)) == body


def test_an_announced_size_above_the_limit_is_refused_before_a_byte_is_taken() -> None:
    with pytest.raises(
        TooLarge, match="has 100001 bytes, more than the limit of 100000"
    ) as failure:
        take(saying(page(b"x" * (BYTES_MAX + 1))))

    assert taken_bytes(failure) == 0
    assert failure.value.size_bytes == BYTES_MAX + 1


@pytest.mark.parametrize(
    "script",
    [
        endless(OK + b"\r\n", b"x" * 65536),
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b"x" * 10000 + b"\r\n"),
        # When both are given, chunks win (RFC 9112, 6.3): the length is a lie.
        endless(
            OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"2710\r\n" + b"x" * 10000 + b"\r\n",
        ),
    ],
)
def test_bodies_without_a_true_size_are_cut_at_the_limit(script: Script) -> None:
    with pytest.raises(TooLarge, match="has more than the limit of 100000") as failure:
        take(script)

    assert taken_bytes(failure) <= BYTES_MAX
    assert failure.value.size_bytes is None


def test_compressed_answers_are_refused_before_a_byte_is_taken() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < BYTES_MAX

    with pytest.raises(FetchFailed, match="compressed") as failure:
        take(saying(page(bomb, "Content-Encoding: gzip")))

    assert taken_bytes(failure) == 0


def test_a_file_that_is_an_archive_arrives_as_it_is() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    assert take(saying(page(bomb, "Content-Type: application/gzip"))) == bomb


@pytest.mark.parametrize(
    "script",
    [
        endless(b"HTTP/1.1 ", b"2" * 100),
        endless(OK, b"X-More: " + b"x" * 100 + b"\r\n"),
        endless(OK + b"X-Long: ", b"x" * 1000),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"),
    ],
)
def test_endless_heads_are_cut(script: Script) -> None:
    with pytest.raises(FetchFailed, match=f"headers exceed {HEAD_BYTES_MAX} bytes|not valid HTTP"):
        take(script)


def test_a_large_head_below_the_limit_is_taken() -> None:
    answer = page(b"ok", "X-Long: " + "x" * (HEAD_BYTES_MAX - 200))

    assert take(saying(answer)) == b"ok"


@pytest.mark.parametrize(
    "start",
    [
        OK + b"Content-Length: 50000\r\n\r\n",
        OK + b"\r\n",
        OK + b"X-Slow: ",
        b"HTTP",
    ],
)
def test_servers_that_drip_are_left_at_the_deadline(start: bytes) -> None:
    began_s = time.monotonic()

    with pytest.raises(DeadlinePassed, match=r"not done after 0\.4 s"):
        take(endless(start, b"x", pause_s=0.02), deadline_s=0.4)

    assert 0.4 <= time.monotonic() - began_s < PATIENCE_S / 2


def silent(connection: socket.socket, _request: bytes, server: Server) -> None:
    server.closing.wait(PATIENCE_S)


def test_a_server_that_says_nothing_is_left_at_the_deadline() -> None:
    with well_before_patience_ends(), pytest.raises(DeadlinePassed):
        take(silent, deadline_s=0.2)


def test_redirects_share_the_deadline_of_the_first() -> None:
    def slow(path: str) -> str:
        server.closing.wait(0.15)
        return path

    with (
        serving(redirecting(slow)) as server,
        well_before_patience_ends(),
        pytest.raises(DeadlinePassed),
    ):
        fetch(
            server.url(),
            forget,
            guard=allowing(server),
            bytes_max=BYTES_MAX,
            deadline_s=0.4,
        )

    assert server.accepted_count <= 4


def test_time_spent_in_the_sink_counts() -> None:
    def slow(_piece: bytes) -> None:
        threading.Event().wait(0.3)

    with serving(saying(page(b"x"))) as server, pytest.raises(DeadlinePassed):
        fetch(server.url(), slow, guard=allowing(server), bytes_max=BYTES_MAX, deadline_s=0.2)


def test_a_receiver_that_does_not_read_is_left_at_the_deadline() -> None:
    # Given a system that takes the connection and some of the bytes, and no program behind it.
    with (
        socket.create_server((LOOPBACK, 0)) as silent,
        well_before_patience_ends(),
        pytest.raises(DeadlinePassed),
    ):
        server = Server(silent.getsockname()[1])
        post(server.url(), bytes(50_000_000), {}, guard=allowing(server), deadline_s=0.4)


def test_a_receiver_that_does_not_even_accept_is_left_at_the_deadline() -> None:
    # A queue of one that is full: further connections are not answered.
    with socket.create_server((LOOPBACK, 0), backlog=0) as full:
        port = full.getsockname()[1]
        server = Server(port)
        waiting = [socket.create_connection((LOOPBACK, port))]
        try:
            with well_before_patience_ends(), pytest.raises(DeadlinePassed):
                post(server.url(), b"", {}, guard=allowing(server), deadline_s=0.3)
        finally:
            for connection in waiting:
                connection.close()


@pytest.mark.parametrize(
    "script",
    [
        saying(OK + b"Content-Length: 1000000000000\r\n\r\nthanks"),
        saying(OK + b"Transfer-Encoding: chunked\r\n\r\nnonsense"),
        endless(OK + b"Content-Length: 5000\r\n\r\n", b"x", pause_s=0.02),
    ],
    ids=["broken off", "nonsense", "dripping"],
)
def test_what_follows_the_status_of_a_posted_message_does_not_matter(script: Script) -> None:
    with serving(script) as server:
        status = post(server.url(), b"{}", {}, guard=allowing(server), deadline_s=1)

    assert status == 200


def test_an_endless_answer_to_a_posted_message_is_left_long_before_the_deadline() -> None:
    with serving(endless(OK + b"\r\n", b"x" * 65536)) as server, well_before_patience_ends():
        status = post(server.url(), b"{}", {}, guard=allowing(server), deadline_s=PATIENCE_S)

    assert status == 200
