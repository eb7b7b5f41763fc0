"""Files made to do harm: each gets an answer with a code, reads nothing else, and harms nothing."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from tests.server.bad_files import BadFile, Lures, bad_files
from tests.server.running import Server

SECRET = "canary-5b1c9e-that-no-answer-may-hold"

# What may be said of a file that is not taken.
CODES = {4001: 415, 4002: 413, 400: 400}


class Listener:
    """An address of this machine that files name; counts who comes."""

    def __init__(self) -> None:
        self.visit_count = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.visit_count += 1
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{SECRET}.ts"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> list[BadFile]:
    folder = tmp_path_factory.mktemp("bad")
    secret = folder / "secret.txt"
    secret.write_text(SECRET * 200)
    return bad_files(folder, Lures(secret, listener.url))


def test_bad_files_get_coded_answers_and_read_nothing_else(
    open_server: Server,
    files: list[BadFile],
    listener: Listener,
    new_session: Callable[[httpx.Client], str],
) -> None:
    assert len(files) > 30
    with open_server.client() as client:
        session_id = new_session(client)
        pid = open_server.pid
        found = {bad.name: _problem(client, session_id, bad) for bad in files}
        assert client.get("/healthz").status_code == 200

    assert {name: problem for name, problem in found.items() if problem} == {}
    assert listener.visit_count == 0
    assert open_server.pid == pid
    assert SECRET not in open_server.log
    assert not list((open_server.folder / "data").rglob("incoming/*"))


def test_good_files_stay_beside_all_the_bad_ones(
    open_server: Server,
    files: list[BadFile],
    photos: list[Path],
    new_session: Callable[[httpx.Client], str],
) -> None:
    bad = [file for file in files if file.is_refused]
    parts = [("files", (file.name, file.content)) for file in bad[:20]]
    parts.insert(10, ("files", ("photo.jpg", photos[0].read_bytes())))

    with open_server.client() as client:
        answer = client.post(_path(new_session(client)), files=parts)

    data = answer.json()["data"]
    assert [file["name"] for file in data["files"]] == ["photo.jpg"]
    assert [refused["name"] for refused in data["rejected"]] == [file.name for file in bad[:20]]
    assert {refused["code"] for refused in data["rejected"]} <= CODES.keys()
    assert all(refused["message"] for refused in data["rejected"])


def _path(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{session_id}"


def _problem(client: httpx.Client, session_id: str, bad: BadFile) -> str:
    """Give what is wrong with the answer to a file; "" when nothing is."""
    answer = client.post(_path(session_id), files=[("files", (bad.name, bad.content))])
    if SECRET in answer.text.replace(f"/{SECRET}.ts", ""):
        return "the answer holds what the file pointed at"
    body = answer.json()
    if body["code"] == 0:
        taken = client.get(body["data"]["url"])
        if taken.status_code == 200 and taken.content != bad.content:
            return "the server keeps something else than what was sent"
        return "it was taken" if bad.is_refused else ""
    if CODES.get(body["code"]) != answer.status_code:
        return f"status {answer.status_code}, code {body['code']}: {body['message']}"
    if not body["message"] or bad.is_refused is False:
        return f"it was refused: {body['message']}"
    return ""
