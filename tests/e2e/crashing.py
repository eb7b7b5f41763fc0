"""Films that are made while the server is killed again and again, and what must be true after.

Used by the short test and, in its long form, by `make soak`: `python -m tests.e2e.crashing 200`.
"""

import random
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import av
import cv2
import httpx
import numpy as np

from tests.server.running import Server, data_of, events_of

__all__ = ["Outcome", "crash_and_finish"]

PRICE = 3
GRANT = 1_000_000
DEADLINE_S = 30.0


@dataclass
class Outcome:
    """What was ordered, and what came of it."""

    kills: int = 0
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    charged: int = 0
    expected: int = 0
    frozen: int = 0
    problems: list[str] = field(default_factory=list)


class Crasher:
    """Kills a server at random moments and starts it again, until it is told to stop."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server = server
        self._random = random.Random(seed)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.kills = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        # Ever longer: on a machine so slow that a film takes longer, it is made in the end.
        while not self._is_over.wait(self._random.uniform(0.1, 1.2 * 1.1**self.kills)):
            self._server.kill()
            self.kills += 1
            self._server.start().wait_until_ready()


def crash_and_finish(folder: Path, export_count: int, seed: int, database_url: str = "") -> Outcome:
    """Make films while the server crashes; gives what came of all of them."""
    environment = {
        "SAYCUT_PRICES": f"edit={PRICE},make={PRICE},chat=0",
        "SAYCUT_GRANT": str(GRANT),
        "SAYCUT_DATABASE_URL": database_url,
    }
    server = Server(folder / "server", ("--no-open",), environment).start().wait_until_ready()
    outcome = Outcome()
    client = server.anonymous("crash")
    try:
        with Crasher(server, seed) as crasher:
            for number in range(export_count):
                _make(client, server, number, _photo(folder, number), outcome)
            for export_id in list(outcome.done):
                outcome.done[export_id] = _finished(client, export_id)
        outcome.kills = crasher.kills
        _check(client, server, outcome, folder)
    finally:
        client.close()
        server.stop()
    return outcome


def _make(client: httpx.Client, server: Server, number: int, photo: Path, outcome: Outcome) -> None:
    """Make a session, a film of a second in two turns, and order it; each step until it is done."""
    session = _insist(lambda: client.post("/api/tasks/me/with-session/saycut", json={}))
    session_id = data_of(session)["session_id"]
    upload = f"/api/upload-video/saycut/me/{session_id}"
    data_of(_insist(lambda: client.post(upload, files={"files": ("p.jpg", photo.read_bytes())})))
    for turn, text in enumerate(
        ("make a 1-second slideshow", f"put the title 'No {number}' on it")
    ):
        _say(client, session_id, text, key=f"{number}-{turn}")
    outcome.expected += 2 * PRICE
    order = {"id": f"render_{number}", "sessionId": session_id, "output": {"quality": "144p"}}
    _insist(lambda: client.post("/api/render/proxy/lambda", json=order))
    outcome.done[order["id"]] = {}


def _say(client: httpx.Client, session_id: str, text: str, key: str) -> None:
    """Say something until the turn has ended, with the same key each time."""
    body = {"session_id": session_id, "new_message": {"parts": [{"text": text}]}}
    headers = {"Idempotency-Key": key}
    until_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < until_s:
        answer = _insist(lambda: client.post("/run_sse", json=body, headers=headers))
        events = events_of(answer)
        if events and events[-1].get("turnComplete") and events[-1].get("errorCode") != "LOST":
            assert "errorCode" not in events[-1], events[-1]
            return
    raise AssertionError(f"the turn {key} did not end")


def _finished(client: httpx.Client, export_id: str) -> dict[str, Any]:
    until_s = time.monotonic() + 10 * DEADLINE_S
    while time.monotonic() < until_s:
        answer = _insist(lambda: client.get(f"/api/render/proxy/lambda/{export_id}?wait=10"))
        job: dict[str, Any] = answer.json()
        if job["status"] in ("completed", "failed"):
            return job
    raise AssertionError(f"export {export_id} did not end: {job}")


def _insist(call: Any) -> httpx.Response:
    """Call until the server is there to answer; what it answers is the caller's."""
    until_s = time.monotonic() + DEADLINE_S
    while True:
        with suppress(httpx.TransportError):
            answer: httpx.Response = call()
            if answer.status_code not in (409, 429, 502, 503):
                return answer
        assert time.monotonic() < until_s, "the server did not come back"


def _check(client: httpx.Client, server: Server, outcome: Outcome, folder: Path) -> None:
    balance = data_of(client.get("/api/credits/balance/simple"))
    outcome.charged, outcome.frozen = GRANT - balance["total"], balance["frozen"]
    if outcome.charged != outcome.expected:
        outcome.problems.append(f"{outcome.charged} credits charged, {outcome.expected} expected")
    if outcome.frozen:
        outcome.problems.append(f"{outcome.frozen} credits are left frozen")
    for export_id, job in outcome.done.items():
        if job["status"] != "completed":
            outcome.problems.append(f"{export_id}: {job['status']} {job['error']}")
            continue
        film = folder / "film.mp4"
        film.write_bytes(client.get(f"/api/render/proxy/{export_id}/download").content)
        with av.open(str(film)) as opened:
            frames = sum(1 for _ in opened.decode(video=0))
        if frames != 30:
            outcome.problems.append(f"{export_id}: {frames} frames of 30")
    if not server.environment.get("SAYCUT_DATABASE_URL"):
        _check_rows(server, outcome)


def _check_rows(server: Server, outcome: Outcome) -> None:
    """Each order is one row, each turn was charged once, and no turn is left running."""
    with closing(sqlite3.connect(server.folder / "data" / "saycut.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM exports").fetchone()
        captures = database.execute(
            "SELECT count(*) FROM credit_entries WHERE kind = 'capture'"
        ).fetchone()[0]
        (running,) = database.execute(
            "SELECT count(*) FROM turns WHERE state = 'running'"
        ).fetchone()
    if count != len(outcome.done):
        outcome.problems.append(f"{count} exports for {len(outcome.done)} orders")
    if captures != 2 * len(outcome.done):
        outcome.problems.append(f"{captures} turns were charged of {2 * len(outcome.done)}")
    if running:
        outcome.problems.append(f"{running} turns are left running")


def _photo(folder: Path, number: int) -> Path:
    """Give a photo that no other film shows, so that no film comes out of the cache."""
    noise = np.random.default_rng(number).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    path = folder / f"photo-{number}.jpg"
    cv2.imwrite(str(path), cv2.resize(noise, (256, 144), interpolation=cv2.INTER_CUBIC))
    return path


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        result = crash_and_finish(Path(name), count, seed=time.time_ns())
    sys.stdout.write(
        f"{len(result.done)} exports, {result.kills} kills, {result.charged} of {result.expected} "
        f"credits charged, {result.frozen} frozen\n"
    )
    sys.stdout.write("".join(f"PROBLEM {problem}\n" for problem in result.problems))
    sys.exit(bool(result.problems))
