"""Requests that nobody sends by accident: they are refused, and cost the others nothing."""

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from saycut.server.edge.logs import set_up_logs
from tests.server.running import Server, data_of

JSON = {"Content-Type": "application/json"}
DEEP = '{"a":' * 900 + "1" + "}" * 900

# What JSON can say and no text of a database can: half a surrogate pair, a zero byte.
STRANGE = ("\\ud800", "\\u0000")


@pytest.fixture
def server(start_server: Callable[..., Server], database_url: str) -> Server:
    options = {"SAYCUT_DATABASE_URL": database_url} if "postgres" in database_url else {}
    return start_server("--no-open", **options)


def bodies(session_id: str) -> Iterator[tuple[str, str]]:
    """Give paths and what is posted there."""
    run, render, edits = "/run_sse", "/api/render/proxy/lambda", f"/api/projects/{session_id}/edits"
    for sign in STRANGE:
        text = f'{{"parts": [{{"text": "a{sign}b"}}]}}'
        yield run, f'{{"session_id": "{session_id}", "new_message": {text}}}'
        yield run, f'{{"session_id": "{sign}", "new_message": {text}}}'
        yield (
            run,
            f'{{"session_id": "{session_id}", "invocationId": "{sign}", "new_message": {text}}}',
        )
        yield "/apps/saycut/users/me/sessions", f'{{"state": {{"name": "{sign}", "language": 1}}}}'
        yield (
            "/api/tasks/me/with-session/saycut",
            f'{{"task_name": "{sign}", "language": "{sign}"}}',
        )
        yield "/api/auth/claim-token", f'{{"session_id": "{sign}"}}'
        yield "/api/auth/register", f'{{"email": "a{sign}@b.example", "password": "{sign * 10}"}}'
        yield edits, f'{{"name": "{sign}", "arguments": {{"{sign}": "{sign}"}}}}'
        draft = f'{{"t": [], "m": "{sign}"}}'
        yield render, f'{{"id": "r{sign}", "session_id": "{session_id}", "draft": {draft}}}'
        yield f"/api/upload-video/saycut/me/{session_id}", f'{{"urls": ["http://{sign}/a"]}}'
    for draft in (
        DEEP,
        f'{{"t": [], "d": 0, "m": {DEEP}}}',
        "[" * 3000 + "]" * 3000,
        "NaN",
        "1e999",
    ):
        yield render, f'{{"id": "r", "session_id": "{session_id}", "draft": {draft}}}'
        yield render, json.dumps({"id": "r", "session_id": session_id, "draft": draft})
    wide = f'{{"t": [], "d": 0}}, "output": {{"width": 1{"0" * 400}}}'
    yield render, f'{{"id": "r", "session_id": "{session_id}", "draft": {wide}}}'
    yield edits, f'{{"name": "set_canvas", "arguments": {DEEP}}}'
    yield edits, '{"name": "set_canvas", "arguments": {"width": NaN}}'
    yield "/apps/saycut/users/me/sessions", f'{{"state": {{"name": {DEEP}}}}}'


def test_no_text_and_no_number_is_a_fault_of_the_server(server: Server) -> None:
    faults = []
    with server.anonymous() as client:
        session_id = str(data_of(client.post("/api/tasks/me/with-session/saycut"))["session_id"])
        for path, content in bodies(session_id):
            answer = client.post(path, content=content, headers=JSON)
            if answer.status_code >= 500:
                faults.append((path, content[:200], answer.text))
        for path in (
            "/api/projects/%00/versions",
            "/api/state/saycut/%00/%00/latest",
            "/api/render/proxy/lambda/%00",
            "/api/uploads/%00",
            "/workspace/projects/%00",
            "/files/assets/%00/%00/%00?expires=9999999999&sig=0",
            "/files/exports/a/b.mp4?expires=9999999999&sig=%C3%A9",
            "/files/exports/a/b.mp4?expires=99999999999999999999999&sig=%00",
        ):
            answer = client.get(path)
            if answer.status_code >= 500:
                faults.append((path, "", answer.text))
        metadata = f"session_id {base64.b64encode(b'a' + bytes(1)).decode()}"
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": metadata}
        answer = client.post("/api/uploads/", headers=tus)
        if answer.status_code >= 500:
            faults.append(("tus", "", answer.text))

    assert faults == []


@pytest.mark.parametrize("origin", ["http://[evil", "http://[::1", "//", "http://", "%"])
def test_an_origin_that_cannot_be_read_is_refused(closed_server: Server, origin: str) -> None:
    with closed_server.client() as client:
        answer = client.get("/healthz", headers={"Origin": origin})

    assert answer.status_code == 403


@pytest.mark.parametrize("digits", [30, 5000])
def test_a_number_of_an_event_that_no_turn_has_counts_as_none(
    open_server: Server, digits: int
) -> None:
    with open_server.client() as client:
        session_id = data_of(client.post("/api/tasks/me/with-session/saycut"))["session_id"]
        order = {"session_id": session_id, "new_message": {"parts": [{"text": "status"}]}}
        headers = {"Idempotency-Key": "k", "Last-Event-ID": "9" * digits}
        answers = [client.post("/run_sse", json=order, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all('"turnComplete":true' in answer.text for answer in answers)


def test_methods_of_callers_own_making_are_counted_as_one(closed_server: Server) -> None:
    with closed_server.client() as client:
        for number in range(5):
            client.request(f"BREW{number}", "/healthz")
        figures = client.get("/metrics").text

    assert "BREW" not in figures
    assert 'method="other"' in figures


@pytest.mark.parametrize(
    "path", ["/run_sse", "/api/auth/login", "/api/tokens", "/api/projects/x/edits"]
)
@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_without_an_end_is_not_read_to_it(
    closed_server: Server, path: str, is_announced: bool
) -> None:
    sent_bytes = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent_bytes
        for _ in range(60):
            sent_bytes += 1_000_000
            yield b" " * 1_000_000

    headers = JSON | ({"Content-Length": "60000000"} if is_announced else {})
    with closed_server.client() as client:
        try:
            answer = client.post(path, content=pieces(), headers=headers)
        except httpx.WriteError:
            answer = None  # the connection was closed while we still sent

    assert sent_bytes < 60_000_000 or (answer is not None and answer.status_code == 413)
    if answer is not None:
        assert (answer.status_code, answer.json()["code"]) == (413, 413)
        assert "4 MB" in answer.json()["message"]


def test_a_link_to_a_file_does_not_open_what_has_its_name_later(
    closed_server: Server, photos: list[Path]
) -> None:
    """Ids of sessions are chosen by clients: one that was deleted may be chosen by another user."""
    session_id = "chosen-by-two"

    def upload(client: httpx.Client, photo: Path) -> Any:
        client.post(f"/apps/saycut/users/me/sessions/{session_id}")
        sent = {"files": ("p.jpg", photo.read_bytes())}
        return data_of(client.post(f"/api/upload-video/saycut/me/{session_id}", files=sent))["url"]

    with closed_server.anonymous("first") as first, closed_server.anonymous("second") as second:
        old = upload(first, photos[0])
        assert httpx.get(old).content == photos[0].read_bytes()
        data_of(first.delete(f"/api/projects/{session_id}"))
        new = upload(second, photos[1])

    assert httpx.get(new).content == photos[1].read_bytes()
    assert httpx.get(old).status_code == 404


def test_a_path_cannot_pass_for_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        set_up_logs("text")
        path = "/a\n2026-01-01 00:00:00 INFO saycut.access: request method=GET"
        logging.getLogger("saycut.access").info("request", extra={"path": path})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)

    assert len(capsys.readouterr().err.splitlines()) == 1
