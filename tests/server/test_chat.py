"""Turns: each is done once, whoever watches, leaves, comes back or says stop."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.running import Server, data_of, events_of


@dataclass
class Held:
    """A server whose turns go on when `let_go` is called."""

    folder: Path
    client: httpx.Client

    def let_go(self) -> None:
        (self.folder / "go").touch()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    words = [sys.executable, "-m", "tests.server.held_server", str(tmp_path)]
    log = (tmp_path / "log").open("w")
    with log, subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=60) as client:
            yield Held(tmp_path, client)
        (tmp_path / "go").touch()
        process.terminate()
        process.wait(timeout=30)


def new_session(client: httpx.Client) -> str:
    answer = client.post("/api/tasks/me/with-session/saycut", json={})
    return str(data_of(answer)["session_id"])


def body(session_id: str, text: str) -> dict[str, Any]:
    return {"session_id": session_id, "new_message": {"parts": [{"text": text}]}}


@contextmanager
def stream(
    client: httpx.Client, session_id: str, text: str, **headers: str
) -> Iterator[Iterator[str]]:
    """Give the lines of a turn as they come."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream("POST", "/run_sse", json=body(session_id, text), headers=sent) as answer:
        assert answer.status_code == 200, answer.read()
        yield answer.iter_lines()


def up_to(lines: Iterator[str], part: str) -> list[str]:
    found = []
    for line in lines:
        found.append(line)
        if part in line:
            return found
    raise AssertionError(f"the stream ended without {part!r}: {found}")


def ids(lines: list[str]) -> list[int]:
    return [int(line[4:]) for line in lines if line.startswith("id: ")]


def said_in(client: httpx.Client, session_id: str) -> list[str]:
    session = client.get(f"/apps/saycut/users/me/sessions/{session_id}").json()
    users = [event for event in session["events"] if event["author"] == "user"]
    return [event["content"]["parts"][0]["text"] for event in users]


def test_a_second_turn_of_a_session_waits_while_other_sessions_go_on(held: Held) -> None:
    first, second = new_session(held.client), new_session(held.client)

    with (
        stream(held.client, first, "status") as lines,
        stream(held.client, second, "status") as others,
    ):
        up_to(lines, "Working")
        up_to(others, "Working")
        refused = held.client.post("/run_sse", json=body(first, "credits"))
        state = data_of(held.client.get(f"/api/state/saycut/me/{first}/latest"))
        held.let_go()
        up_to(lines, '"turnComplete":true')
        up_to(others, '"turnComplete":true')

    assert (refused.status_code, refused.json()["code"]) == (409, 409)
    assert "running" in refused.json()["message"]
    assert state["running"] is True


def test_silence_is_filled_with_comments_and_never_with_data(held: Held) -> None:
    with stream(held.client, new_session(held.client), "status") as lines:
        up_to(lines, "Working")
        silent = up_to(lines, ": heartbeat")
        held.let_go()

    assert [line for line in silent if line] == [": heartbeat"]


def test_who_lost_the_line_gets_the_events_after_the_last_one_and_the_turn_is_done_once(
    held: Held,
) -> None:
    session_id = new_session(held.client)
    with stream(held.client, session_id, "credits", Idempotency_Key="k1") as lines:
        seen = ids(up_to(lines, "Working"))

    held.let_go()
    last = str(seen[-1])
    with stream(
        held.client, session_id, "credits", Idempotency_Key="k1", Last_Event_ID=last
    ) as lines:
        rest = list(lines)
    with stream(held.client, session_id, "credits", Idempotency_Key="k1") as lines:
        whole = list(lines)

    assert ids(rest) == list(range(seen[-1] + 1, ids(rest)[-1] + 1))
    assert ids(whole) == seen + ids(rest)
    assert said_in(held.client, session_id) == ["credits"]


def test_an_invocation_id_is_a_key_too(held: Held) -> None:
    held.let_go()
    session_id = new_session(held.client)
    order = body(session_id, "status") | {"invocationId": "i1"}

    first, second = (events_of(held.client.post("/run_sse", json=order)) for _ in range(2))

    assert first == second
    assert said_in(held.client, session_id) == ["status"]


def test_a_key_that_was_used_for_other_words_is_refused(held: Held) -> None:
    held.let_go()
    session_id = new_session(held.client)
    headers = {"Idempotency-Key": "k1"}
    held.client.post("/run_sse", json=body(session_id, "status"), headers=headers)

    refused = held.client.post("/run_sse", json=body(session_id, "credits"), headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (409, 409)
    assert "'k1'" in refused.json()["message"]


def test_a_turn_that_is_stopped_changes_nothing_and_says_so(held: Held, photos: list[Path]) -> None:
    session_id = new_session(held.client)
    upload = f"/api/upload-video/saycut/me/{session_id}"
    held.client.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())})
    before = data_of(held.client.get(f"/api/state/saycut/me/{session_id}/latest"))["version"]

    with stream(held.client, session_id, "slideshow") as lines:
        up_to(lines, "Working")
        stopped = data_of(held.client.post(f"/api/tasks/me/{session_id}/abort"))
        held.let_go()
        last = json.loads(up_to(lines, '"turnComplete":true')[-1][6:])
    again = data_of(held.client.post(f"/api/tasks/me/{session_id}/abort"))
    after = data_of(held.client.get(f"/api/state/saycut/me/{session_id}/latest"))

    assert (stopped, again) == ({"aborted": True}, {"aborted": False})
    assert last["errorCode"] == "ABORTED"
    assert "nothing was changed" in last["content"]["parts"][0]["text"]
    assert (after["version"], after["running"]) == (before, False)


def test_a_turn_goes_on_and_ends_when_nobody_watches(held: Held) -> None:
    session_id = new_session(held.client)
    with stream(held.client, session_id, "status", Idempotency_Key="k1") as lines:
        up_to(lines, "Working")

    held.let_go()
    with stream(held.client, session_id, "status", Idempotency_Key="k1") as lines:
        up_to(lines, '"turnComplete":true')


def test_the_same_turn_sent_by_many_at_once_is_done_once(held: Held) -> None:
    session_id = new_session(held.client)
    answers: list[list[dict[str, Any]]] = []

    def say() -> None:
        with httpx.Client(base_url=held.client.base_url, timeout=60) as client:
            sent = client.post(
                "/run_sse", json=body(session_id, "status"), headers={"Idempotency-Key": "k1"}
            )
            answers.append(events_of(sent))

    threads = [threading.Thread(target=say) for _ in range(8)]
    for thread in threads:
        thread.start()
    held.let_go()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert said_in(held.client, session_id) == ["status"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"session_id": "nowhere"},
        {"session_id": "{id}", "new_message": {"parts": []}},
        {"session_id": "{id}", "new_message": {"parts": [{"text": "  "}]}},
        {"session_id": "{id}", "new_message": {"parts": [{"text": "x" * 200_000}]}},
        {"session_id": "{id}", "app_name": "other", "new_message": {"parts": [{"text": "a"}]}},
        {"session_id": ["{id}"], "new_message": {"parts": [{"text": "a"}]}},
    ],
)
def test_a_message_that_makes_no_sense_is_refused_before_a_stream_begins(
    open_server: Server, wrong: dict[str, Any]
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        sent = json.loads(json.dumps(wrong).replace("{id}", session_id))
        answer = client.post("/run_sse", json=sent)

    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert len(answer.json()["message"]) > 10


def test_every_language_and_sign_goes_through_unharmed(open_server: Server) -> None:
    text = "title 'ゴールデン 🎬 مرحبا \u2028 \\u0000 \"quoted\" data: x\n\ndata: {}'"
    with open_server.client() as client:
        session_id = new_session(client)
        events = events_of(client.post("/run_sse", json=body(session_id, text)))

    call = events[0]["content"]["parts"][0]["functionCall"]
    assert call["args"]["request"] == text
    assert events[-1]["turnComplete"]
    assert events[-1]["content"]["parts"][0]["text"]
