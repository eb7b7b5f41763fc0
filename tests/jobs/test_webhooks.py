"""Webhooks, to a real listener on this machine that the operator allows."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from saycut.engine import Engine
from saycut.fetch import Guard
from saycut.jobs import SIGNATURE_HEADER, key_of_user, signature_of
from tests.jobs.conftest import StartJobs
from tests.jobs.films import a_long_film, an_order, ended, until

KEY = b"k" * 32


@dataclass
class Receiver:
    """What came, and the statuses that the next messages are answered with; then 200."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/films?of=me"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.messages]

    def options(self) -> dict[str, Any]:
        guard = Guard(allowed=frozenset({("127.0.0.1", self.port)}))
        return {"guard": guard, "webhook_key": KEY, "webhook_pauses_s": (0.1, 0.1, 0.1, 0.1)}


@contextmanager
def a_receiver(*statuses: int) -> Iterator[Receiver]:
    receiver = Receiver(statuses=list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.messages.append((self.headers[SIGNATURE_HEADER], body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def is_ours(header: str, body: bytes) -> bool:
    """As receivers are told to check it."""
    fields = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(
        key_of_user(KEY, "local"), fields["t"].encode() + b"." + body, hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(expected, fields["v1"])


def test_a_receiver_is_told_of_a_finished_film_once_and_signed(
    engine: Engine, start: StartJobs
) -> None:
    with a_receiver() as receiver:
        jobs = start(**receiver.options(), describe=lambda export: {"id": export.id, "more": "é"})
        an_order(engine, jobs, webhook=receiver.url)

        until(lambda: receiver.messages)
        until(lambda: not jobs.running_count)

        ((header, body),) = receiver.messages
        assert receiver.events == [{"event": "export.completed", "id": "render_1", "more": "é"}]
        assert is_ours(header, body)
        assert not is_ours(header, body + b" ")


def test_a_receiver_that_does_not_answer_well_is_told_again(
    engine: Engine, start: StartJobs
) -> None:
    with a_receiver(500, 302, 404) as receiver:
        jobs = start(**receiver.options())
        an_order(engine, jobs, webhook=receiver.url)

        until(lambda: len(receiver.messages) == 4)

        assert {event["event"] for event in receiver.events} == {"export.completed"}


def test_five_tries_are_all(engine: Engine, start: StartJobs) -> None:
    with a_receiver(*[500] * 9) as receiver:
        jobs = start(**receiver.options())
        an_order(engine, jobs, webhook=receiver.url)
        until(lambda: len(receiver.messages) == 5)

        # One that is told at once, so the others had time enough.
        an_order(engine, jobs, "render_2", webhook=receiver.url)
        until(lambda: "render_2" in {event["id"] for event in receiver.events})

        assert sum(event["id"] == "render_1" for event in receiver.events) == 5


def test_failed_and_cancelled_exports_are_told_of_too(engine: Engine, start: StartJobs) -> None:
    with a_receiver() as receiver:
        jobs = start(**receiver.options())
        long = an_order(engine, jobs, "cancelled", draft=a_long_film(), webhook=receiver.url)
        jobs.cancel(long.uid)
        for digest in {path.name for path in engine.folder.path.parent.glob("blobs/??/*")}:
            engine.blobs.remove(digest)
        an_order(engine, jobs, "failed", webhook=receiver.url)

        until(lambda: len(receiver.messages) == 2)

        told = {event["id"]: event["event"] for event in receiver.events}
        assert told == {"cancelled": "export.cancelled", "failed": "export.failed"}


def test_an_address_inside_that_nobody_allowed_is_not_called(
    engine: Engine, start: StartJobs
) -> None:
    with a_receiver() as receiver:
        jobs = start(**{**receiver.options(), "guard": Guard()})
        export = an_order(engine, jobs, webhook=receiver.url)

        assert ended(engine, export.uid).state == "completed"
        until(lambda: not jobs.running_count)

        assert receiver.messages == []


def test_the_signature_is_of_the_time_and_the_body() -> None:
    header = signature_of(key_of_user(KEY, "local"), b"{}", 1_777_626_000)

    assert header.startswith("t=1777626000,v1=")
    assert is_ours(header, b"{}")


def test_who_knows_the_key_of_one_user_can_sign_nothing_for_another() -> None:
    header = signature_of(key_of_user(KEY, "somebody"), b"{}", 1_777_626_000)

    assert not is_ours(header, b"{}")
