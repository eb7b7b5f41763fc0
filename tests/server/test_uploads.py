"""Files brought into a session over HTTP: as forms and by their addresses."""

import hashlib
import http.server
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.media_files import RATE_HZ, numbered_clip, write_wav
from tests.server.running import Server, data_of

MB = 1_000_000
TYPES = {
    "mp4",
    "mov",
    "avi",
    "webm",
    "mkv",
    "jpg",
    "png",
    "gif",
    "webp",
    "mp3",
    "wav",
    "m4a",
    "aac",
}

NewSession = Callable[[httpx.Client], str]
Start = Callable[..., Server]


def path_of(session_id: str) -> str:
    return f"/api/upload-video/nemo_agent/me/{session_id}"


def send(client: httpx.Client, session_id: str, *files: tuple[str, bytes]) -> httpx.Response:
    return client.post(path_of(session_id), files=[("files", file) for file in files])


def incoming(server: Server) -> list[Path]:
    return [path for path in (server.folder / "data").rglob("incoming/**/*") if path.is_file()]


def until(claim: Callable[[], Any], *, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


def test_three_files_of_three_kinds_come_in_at_once(
    open_server: Server, photos: list[Path], tmp_path: Path, new_session: NewSession
) -> None:
    clip = numbered_clip(tmp_path / "clip.mp4", frame_count=30, clicks_s=[0.5])
    tone = 0.2 * np.sin(np.arange(RATE_HZ * 2) / 20).astype(np.float32)
    song = write_wav(tmp_path / "song.wav", np.stack([tone, tone]))
    paths = [photos[0], clip, song]

    with open_server.client() as client:
        session_id = new_session(client)
        data = data_of(send(client, session_id, *((p.name, p.read_bytes()) for p in paths)))
        state = data_of(client.get(f"/api/state/nemo_agent/me/{session_id}/latest"))["state"]
        contents = [client.get(file["url"]).content for file in data["files"]]

    assert [file["name"] for file in data["files"]] == ["p1.jpg", "clip.mp4", "song.wav"]
    assert [file["kind"] for file in data["files"]] == ["image", "video", "audio"]
    assert [file["duration"] for file in data["files"]] == [0, 1, 2]
    assert [file["has_audio"] for file in data["files"]] == [False, True, True]
    assert (data["files"][1]["width"], data["files"][1]["fps"]) == (320, 30)
    assert [file["hash"] for file in data["files"]] == [digest_of(path) for path in paths]
    assert contents == [path.read_bytes() for path in paths]
    assert data["rejected"] == []
    assert data["session_state_applied"] is True
    assert data["file_id"] == data["files"][0]["file_id"]
    assert [file["file_id"] for file in state["video_infos"]] == ["a1", "a2", "a3"]
    assert incoming(open_server) == []


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_field_may_be_called_file(
    open_server: Server, photos: list[Path], new_session: NewSession
) -> None:
    with open_server.client() as client:
        form = {"file": ("a.jpg", photos[0].read_bytes())}
        data = data_of(client.post(path_of(new_session(client)), files=form))

    assert data["filename"] == "a.jpg"


def test_names_of_all_scripts_stay_as_they_are(
    open_server: Server, photos: list[Path], new_session: NewSession
) -> None:
    names = ["夏天的海.jpg", "صورة الشاطئ.jpg", "🌊 waves 👩‍👩‍👧.jpg"]

    with open_server.client() as client:
        files = zip(names, (path.read_bytes() for path in photos), strict=True)
        data = data_of(send(client, new_session(client), *files))
        found = [client.head(file["url"]) for file in data["files"]]

    assert [file["name"] for file in data["files"]] == names
    assert [answer.status_code for answer in found] == [200] * 3


def test_the_same_content_is_one_file_however_often_it_comes(
    start_server: Start, photos: list[Path], new_session: NewSession
) -> None:
    server = start_server()
    content = photos[0].read_bytes()

    with server.client() as client:
        session_id = new_session(client)
        first = data_of(send(client, session_id, ("a.jpg", content), ("b.jpg", content)))
        again = data_of(send(client, session_id, ("c.jpg", content)))
        other = data_of(send(client, new_session(client), ("d.jpg", content)))

    assert [file["file_id"] for file in first["files"]] == ["a1", "a1"]
    assert again["file_id"] == "a1"
    assert other["hash"] == again["hash"]
    kept = list((server.folder / "data" / "blobs").rglob(first["hash"]))
    assert len(kept) == 1


def test_of_several_files_the_good_ones_stay(
    open_server: Server, photos: list[Path], new_session: NewSession
) -> None:
    with open_server.client() as client:
        files = [("notes.txt", b"hello"), ("a.jpg", photos[0].read_bytes()), ("e.mp4", b"")]
        data = data_of(send(client, new_session(client), *files))

    assert [file["name"] for file in data["files"]] == ["a.jpg"]
    assert [(r["name"], r["code"]) for r in data["rejected"]] == [
        ("notes.txt", 4001),
        ("e.mp4", 400),
    ]


def test_a_type_that_is_not_taken_is_answered_with_those_that_are(
    open_server: Server, new_session: NewSession
) -> None:
    with open_server.client() as client:
        answer = send(client, new_session(client), ("notes.txt", b"hello"))

    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    assert set(re.findall(r"\w+", answer.json()["message"])) >= TYPES


def test_when_no_file_is_good_all_reasons_are_told(
    open_server: Server, new_session: NewSession
) -> None:
    with open_server.client() as client:
        answer = send(client, new_session(client), ("a.txt", b"hello"), ("b.mp4", b""))

    assert (answer.status_code, answer.json()["code"]) == (415, 4001)
    assert "'a.txt'" in answer.json()["message"]
    assert "'b.mp4'" in answer.json()["message"]


@pytest.mark.parametrize(
    "options",
    [
        {"content": b"{}", "headers": {"Content-Type": "application/json"}},
        {"content": b"", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": {"files": "a.jpg"}},
        {"files": {"picture": ("a.jpg", b"x")}},
    ],
)
def test_requests_without_files_are_answered_with_what_to_send(
    open_server: Server, new_session: NewSession, options: dict[str, Any]
) -> None:
    with open_server.client() as client:
        answer = client.post(path_of(new_session(client)), **options)

    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert "files" in answer.json()["message"]


def test_an_unknown_session_takes_nothing(open_server: Server, photos: list[Path]) -> None:
    with open_server.client() as client:
        answer = send(client, "nobody", ("a.jpg", photos[0].read_bytes()))

    assert (answer.status_code, answer.json()["code"]) == (404, 1002)


def test_a_film_far_beyond_the_limit_is_refused_while_it_is_sent(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server(SAYCUT_UPLOAD_BYTES=str(2 * MB))
    sent_bytes = 0

    def form() -> Iterator[bytes]:
        nonlocal sent_bytes
        head = 'Content-Disposition: form-data; name="files"; filename="film.mp4"'
        yield f"--x\r\n{head}\r\n\r\n".encode()
        for _ in range(501):
            sent_bytes += MB
            yield bytes(MB)
        yield b"\r\n--x--\r\n"

    with server.client() as client:
        session_id = new_session(client)
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client.post(path_of(session_id), content=form(), headers=kind)
        assert client.get("/healthz").status_code == 200

    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert "limit of 2 MB" in answer.json()["message"]
    assert sent_bytes < 100 * MB
    assert incoming(server) == []


def test_a_file_a_little_beyond_the_limit_does_not_cost_the_others(
    start_server: Start, photos: list[Path], new_session: NewSession
) -> None:
    server = start_server(SAYCUT_UPLOAD_BYTES=str(MB))

    with server.client() as client:
        files = [("film.mp4", bytes(MB + 1)), ("a.jpg", photos[0].read_bytes())]
        data = data_of(send(client, new_session(client), *files))

    assert [file["name"] for file in data["files"]] == ["a.jpg"]
    assert [(r["name"], r["code"]) for r in data["rejected"]] == [("film.mp4", 4002)]


def test_an_upload_that_breaks_off_leaves_no_file(
    open_server: Server, new_session: NewSession
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
    head = (
        f"POST {path_of(session_id)} HTTP/1.1\r\nHost: 127.0.0.1:{open_server.port}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
    )

    with socket.create_connection(("127.0.0.1", open_server.port)) as line:
        line.sendall(head.encode() + bytes(5 * MB))
        until(lambda: incoming(open_server))

    until(lambda: not incoming(open_server))


def test_what_a_killed_server_was_receiving_is_gone_at_the_next_start(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = new_session(client)
    head = (
        f"POST {path_of(session_id)} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
    )

    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(head.encode() + bytes(5 * MB))
        until(lambda: incoming(server))
        server.kill()
    server.start()

    assert incoming(server) == []


def test_memory_stays_flat_however_large_an_upload_is(
    start_server: Start, photos: list[Path], new_session: NewSession
) -> None:
    server = start_server()
    random = [os.urandom(MB) for _ in range(4)]

    def form() -> Iterator[bytes]:
        head = 'Content-Disposition: form-data; name="files"; filename="noise.mp4"'
        yield f"--x\r\n{head}\r\n\r\n".encode()
        for number in range(200):
            yield random[number % 4]
        yield b"\r\n--x--\r\n"

    with server.client() as client:
        session_id = new_session(client)
        data_of(send(client, session_id, ("a.jpg", photos[0].read_bytes())))
        before_kb = _peak_memory_kb(server.pid, is_reset=True)
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = client.post(path_of(session_id), content=form(), headers=kind)
        grown_kb = _peak_memory_kb(server.pid) - before_kb

    assert answer.json()["code"] == 4001
    assert grown_kb < 40_000


def _peak_memory_kb(pid: int, *, is_reset: bool = False) -> int:
    """Give the most memory a process held since the last reset."""
    if is_reset:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def test_uploads_side_by_side_into_one_session_get_ids_of_their_own(
    start_server: Start, photos: list[Path], new_session: NewSession, database_url: str
) -> None:
    is_elsewhere = database_url.startswith("postgres")
    server = start_server(**({"SAYCUT_DATABASE_URL": database_url} if is_elsewhere else {}))
    contents = [path.read_bytes() + bytes([number]) for number in range(3) for path in photos]

    with server.client() as client, ThreadPoolExecutor(len(contents)) as pool:
        session_id = new_session(client)
        one = partial(send, client, session_id)
        answers = list(pool.map(lambda content: one(("a.jpg", content)), contents))
        state = data_of(client.get(f"/api/state/nemo_agent/me/{session_id}/latest"))["state"]

    ids = {data_of(answer)["file_id"] for answer in answers}
    assert ids == {f"a{number}" for number in range(1, 10)}
    hashes = [file["hash"] for file in state["video_infos"]]
    assert sorted(hashes) == sorted(hashlib.sha256(content).hexdigest() for content in contents)


def test_a_user_may_not_go_beyond_the_quota(
    start_server: Start, photos: list[Path], new_session: NewSession
) -> None:
    sizes = [path.stat().st_size for path in photos]
    quota = sizes[0] + sizes[2] + 10
    server = start_server("--no-open", SAYCUT_USER_BYTES=str(quota))
    padded = photos[1].read_bytes() + bytes(quota)

    with server.anonymous() as client:
        session_id = new_session(client)
        files = [("a.jpg", photos[0].read_bytes()), ("b.jpg", padded)]
        data = data_of(send(client, session_id, *files, ("c.jpg", photos[2].read_bytes())))
        refused = send(client, session_id, ("b.jpg", padded))

    assert [file["name"] for file in data["files"]] == ["a.jpg", "c.jpg"]
    assert [(r["name"], r["code"]) for r in data["rejected"]] == [("b.jpg", 4002)]
    assert (refused.status_code, refused.json()["code"]) == (413, 4002)
    assert "quota" in refused.json()["message"]


@pytest.fixture
def web(photos: list[Path]) -> Iterator[tuple[str, int]]:
    """A web server of this machine that has the photos."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(photos[0].parent))

        def log_message(self, *_: object) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join()


def test_files_come_by_their_addresses(
    start_server: Start, photos: list[Path], web: tuple[str, int], new_session: NewSession
) -> None:
    place = f"{web[0]}:{web[1]}"
    server = start_server(SAYCUT_REACHABLE=place, SAYCUT_UPLOAD_BYTES=str(MB))
    urls = [
        f"http://{place}/p1.jpg",
        f"http://{place}/missing.jpg",
        "http://169.254.169.254/latest/meta-data",
        f"http://{place}/p2.jpg?token=secret",
        "file:///etc/passwd",
    ]

    with server.client() as client:
        session_id = new_session(client)
        order = {"urls": urls, "source_type": "url"}
        data = data_of(client.post(path_of(session_id), json=order))
        single = data_of(client.post(path_of(session_id), json={"url": urls[3]}))
        refused = client.post(path_of(session_id), json={"urls": [urls[2]]})
        many = client.post(path_of(session_id), json={"urls": urls * 9})

    assert [file["name"] for file in data["files"]] == ["p1.jpg", "p2.jpg"]
    assert [file["hash"] for file in data["files"]] == [digest_of(path) for path in photos[:2]]
    assert [refused["code"] for refused in data["rejected"]] == [400, 400, 400]
    assert single["file_id"] == data["files"][1]["file_id"]
    assert (refused.status_code, refused.json()["code"]) == (400, 400)
    assert "not public" in refused.json()["message"]
    assert (many.status_code, many.json()["code"]) == (400, 400)
    assert incoming(server) == []


def test_what_lies_at_an_address_obeys_the_limit_too(
    start_server: Start, web: tuple[str, int], new_session: NewSession
) -> None:
    place = f"{web[0]}:{web[1]}"
    server = start_server(SAYCUT_REACHABLE=place, SAYCUT_UPLOAD_BYTES="500")

    with server.client() as client:
        order = {"urls": [f"http://{place}/p1.jpg"]}
        answer = client.post(path_of(new_session(client)), json=order)

    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert "500 bytes" in answer.json()["message"]
    assert incoming(server) == []
