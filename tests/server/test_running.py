"""A server from its start to its end: what it says, what it leaves, what it takes up again."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.server.running import Server, data_of, events_of

Start = Callable[..., Server]


def a_film(client: httpx.Client, photos: list[Path], text: str = "slideshow, 2 seconds") -> str:
    """Make a session with a short film; gives its id."""
    answer = client.post("/api/tasks/me/with-session/saycut", json={})
    session_id = str(data_of(answer)["session_id"])
    upload = f"/api/upload-video/saycut/me/{session_id}"
    data_of(client.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())}))
    message = {"parts": [{"text": text}]}
    events_of(client.post("/run_sse", json={"session_id": session_id, "new_message": message}))
    return session_id


def finished(client: httpx.Client, export_id: str) -> dict[str, object]:
    deadline_s = time.monotonic() + 120
    while time.monotonic() < deadline_s:
        job: dict[str, object] = client.get(f"/api/render/proxy/lambda/{export_id}?wait=20").json()
        if job["status"] in ("completed", "failed"):
            return job
    raise AssertionError(job)


def test_it_says_where_it_is_and_that_it_is_ready(start_server: Start) -> None:
    server = start_server()

    announced = json.loads((server.folder / "data" / "server.json").read_text())
    with server.client() as client:
        assert announced["url"] == server.url
        assert announced["pid"] == server.pid
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.get("/readyz").text == "ready\n"
        assert "saycut_streams 0.0" in client.get("/metrics").text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_told_to(start_server: Start, number: int) -> None:
    server = start_server().wait_until_ready()

    code = server.stop(number)

    assert code == 0
    assert not (server.folder / "data" / "server.json").exists()
    assert "trace" not in server.log


def test_an_export_that_was_under_way_goes_on_after_a_stop_and_after_a_kill(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = a_film(client, photos, "slideshow, 20 seconds")
        order = {"id": "r1", "sessionId": session_id, "output": {"quality": "480p"}}
        client.post("/api/render/proxy/lambda", json=order)
    server.stop()
    server.start().wait_until_ready()
    server.kill()
    server.start()

    with server.client() as client:
        job = finished(client, "r1")

    assert job["status"] == "completed", job


def test_what_is_secret_is_in_no_line_of_the_log(start_server: Start, photos: list[Path]) -> None:
    server = start_server("--no-open")
    with server.anonymous("a very private client id") as client:
        session_id = a_film(client, photos)
        claim = data_of(client.post("/api/auth/claim-token", json={"session_id": session_id}))
        client.get(claim["url"])
        order = {"id": "r1", "sessionId": session_id, "output": {"quality": "240p"}}
        client.post("/api/render/proxy/lambda", json=order)
        job = finished(client, "r1")
        link = str(job["output"]["url"])  # type: ignore[index]
        assert httpx.get(link).status_code == 200
        httpx.get(f"{server.url}/api/credits/balance/simple?token={'s' * 20}")
        token = client.headers["Authorization"].removeprefix("Bearer ")
    server.stop()

    lines = [json.loads(line) for line in server.log.splitlines()]
    assert any(line.get("path") == "/run_sse" for line in lines)
    secrets = [token, claim["claim_token"], link.partition("sig=")[2], "s" * 20, "very private"]
    assert [secret for secret in secrets if secret in server.log] == []


def test_a_link_to_a_film_works_without_a_token_in_parts_and_until_it_is_changed(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = a_film(client, photos)
        order = {"id": "r 1 é", "sessionId": session_id, "output": {"quality": "240p"}}
        client.post("/api/render/proxy/lambda", json=order)
        listed = data_of(client.get(f"/api/projects/{session_id}/exports"))["exports"]
        deadline_s = time.monotonic() + 120
        while listed[0]["status"] != "completed" and time.monotonic() < deadline_s:
            listed = data_of(client.get(f"/api/projects/{session_id}/exports"))["exports"]
    link = listed[0]["output"]["url"]

    whole = httpx.get(link)
    part = httpx.get(link, headers={"Range": "bytes=100-199"})
    etag = whole.headers["etag"]
    changed = httpx.get(link.replace("expires=", "expires=1"))

    assert len(whole.content) == listed[0]["output"]["size_bytes"]
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    stale = httpx.get(link, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (stale.status_code, len(stale.content)) == (200, len(whole.content))
    fresh = httpx.get(link, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert (fresh.status_code, len(fresh.content)) == (206, 10)
    assert (changed.status_code, changed.json()["code"]) == (404, 404)


def test_the_state_is_told_by_its_tag_until_something_changes(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = a_film(client, photos)
        path = f"/api/state/nemo_agent/me/{session_id}/latest"
        first = client.get(path)
        same = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        undone = data_of(client.post(f"/api/projects/{session_id}/undo"))
        second = client.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert same.status_code == 304
    assert second.status_code == 200
    assert undone["version"] == data_of(second)["version"] > data_of(first)["version"]
    assert data_of(second)["state"]["draft"]["t"] == []


def test_what_is_deleted_is_gone_with_its_files(start_server: Start, photos: list[Path]) -> None:
    server = start_server()
    blobs = server.folder / "data" / "blobs"
    with server.client() as client:
        session_id = a_film(client, photos)
        order = {"id": "r1", "sessionId": session_id, "output": {"quality": "240p"}}
        client.post("/api/render/proxy/lambda", json=order)
        link = finished(client, "r1")["output"]["url"]  # type: ignore[index]
        kept = [path for path in blobs.rglob("*") if path.is_file()]
        data_of(client.delete(f"/api/projects/{session_id}"))
        gone = client.get(f"/api/state/saycut/me/{session_id}/latest")

    assert len(kept) == 2
    assert gone.json()["code"] == 1002
    assert httpx.get(link).status_code == 404
    assert [path for path in blobs.rglob("*") if path.is_file()] == []


def test_a_typed_edit_is_one_step_and_refuses_to_work_on_what_has_changed(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = a_film(client, photos)
        path = f"/api/projects/{session_id}"
        state = data_of(client.get(f"/api/state/saycut/me/{session_id}/latest"))
        louder = {"loudness_lufs": -16}
        edit = {"name": "set_loudness", "arguments": louder, "version": state["version"]}
        changed = client.post(f"{path}/edits", json=edit)
        stale = client.post(f"{path}/edits", json=edit)
        unknown = client.post(f"{path}/edits", json={"name": "explode"})
        wrong = client.post(f"{path}/edits", json={**edit, "arguments": {"loudness_lufs": "loud"}})
        undone = data_of(client.post(f"{path}/undo"))

    assert data_of(changed)["draft"]["l"] == -16
    assert (stale.status_code, stale.json()["code"]) == (409, 409)
    assert unknown.status_code == 422
    assert "explode" in unknown.json()["message"]
    assert wrong.status_code in (409, 422)
    assert "l" not in undone["draft"]


def test_a_deleted_file_is_gone_and_no_version_that_showed_it_comes_back(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    blobs = server.folder / "data" / "blobs"
    with server.client() as client:
        session_id = a_film(client, photos)
        path = f"/api/projects/{session_id}"
        upload = f"/api/upload-video/saycut/me/{session_id}"
        kept = data_of(client.post(upload, files={"file": ("b.jpg", photos[1].read_bytes())}))
        used = client.delete(f"{path}/files/a1")
        data_of(client.post(f"{path}/undo"))
        data_of(client.delete(f"{path}/files/a1"))
        again = client.delete(f"{path}/files/a1")
        redone = client.post(f"{path}/redo")
        new = data_of(client.post(upload, files={"file": ("c.jpg", photos[2].read_bytes())}))
        state = data_of(client.get(f"/api/state/saycut/me/{session_id}/latest"))["state"]

    assert (used.status_code, again.status_code) == (409, 404)
    assert "p.jpg" in used.json()["message"]
    assert redone.status_code == 422
    assert "a1" in redone.json()["message"]
    assert [kept["file_id"], new["file_id"]] == ["a2", "a3"]
    assert [file["file_id"] for file in state["video_infos"]] == ["a2", "a3"]
    assert len([file for file in blobs.rglob("*") if file.is_file()]) == 2


def test_an_export_in_a_chat_is_what_the_reply_says_and_linked_as_the_client_came(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with httpx.Client(base_url=f"http://localhost:{server.port}", timeout=60) as client:
        session_id = a_film(client, photos, "slideshow, 1 second")
        message = {"parts": [{"text": "export it as a gif"}]}
        order = {"session_id": session_id, "new_message": message}
        events = events_of(client.post("/run_sse", json=order))
        reply = events[-1]["content"]["parts"][0]["text"]
        call = events[2]["content"]["parts"][0]["functionCall"]
        job = finished(client, call["args"]["id"])

    assert call["args"]["output"] == {"format": "mp4"}
    assert "MP4" in reply
    assert f"http://localhost:{server.port}/files/exports/" in reply
    assert job["status"] == "completed"


def test_a_project_without_a_name_is_named_after_its_first_film(
    start_server: Start, photos: list[Path]
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = a_film(client, photos, "2-second slideshow with the title 'Golden Hour'")
        named = data_of(client.get("/api/projects"))["projects"]
        state = data_of(client.get(f"/api/state/saycut/me/{session_id}/latest"))

    assert [project["name"] for project in named] == ["Golden Hour"]
    assert state["state"]["name"] == "Golden Hour"
