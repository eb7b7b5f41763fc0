"""Uploads that can be resumed (tus 1.0): broken lines, killed servers, clients that come twice."""

import base64
import hashlib
import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.media_files import write_wav
from tests.server.running import Server, data_of

MB = 1_000_000
BYTES = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}

NewSession = Callable[[httpx.Client], str]
Start = Callable[..., Server]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Five seconds of quiet noise: about a megabyte that decodes."""
    noise = np.random.default_rng(3).normal(0, 0.05, (2, 5 * 48_000)).astype(np.float32)
    return write_wav(tmp_path_factory.mktemp("song") / "song.wav", noise).read_bytes()


def begin(client: httpx.Client, session_id: str, size_bytes: int, **more: Any) -> str:
    """Begin an upload and give its path."""
    answer = create(client, session_id, size_bytes, **more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    return str(answer.headers["Location"])


def create(
    client: httpx.Client,
    session_id: str,
    size_bytes: int,
    *,
    name: str = "海 song.wav",
    **more: Any,
) -> httpx.Response:
    words = {"session_id": session_id, "filename": name}
    said = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in words.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size_bytes), "Upload-Metadata": said}
    return client.post("/api/uploads/", headers=headers | more.pop("headers", {}), **more)


def patch(client: httpx.Client, path: str, offset: int, data: bytes, **more: str) -> httpx.Response:
    return client.patch(path, headers=BYTES | {"Upload-Offset": str(offset)} | more, content=data)


def offset_of(client: httpx.Client, path: str) -> int:
    answer = client.head(path, headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def held(server: Server) -> list[Path]:
    """Give the files of uploads under way."""
    folder = server.folder / "data"
    return [*folder.glob("uploads/*"), *folder.rglob("incoming/*")]


def part_of_a_patch(server: Server, path: str, length: int, data: bytes) -> socket.socket:
    """Begin a PATCH of so many bytes on a line of its own, and send some of them."""
    line = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"PATCH {httpx.URL(path).path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {length}\r\n"
        f"Content-Type: {BYTES['Content-Type']}\r\n\r\n"
    )
    line.sendall(head.encode() + data)
    return line


def until(claim: Callable[[], Any], *, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def test_a_file_comes_in_pieces_and_becomes_an_asset(
    start_server: Start, song: bytes, new_session: NewSession
) -> None:
    server = start_server()
    with server.client() as client:
        session_id = new_session(client)
        path = begin(client, session_id, len(song))
        first = patch(client, path, 0, song[:300_000])
        between = data_of(client.get(path))
        seen = client.head(path, headers={"Tus-Resumable": "1.0.0"}).headers
        last = patch(client, path, 300_000, song[300_000:])
        told = data_of(client.get(path))
        state = data_of(client.get(f"/api/state/nemo_agent/me/{session_id}/latest"))["state"]
        content = client.get(told["file"]["url"]).content

    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "300000")
    assert (between["status"], between["offset_bytes"]) == ("uploading", 300_000)
    assert (seen["Upload-Length"], seen["Upload-Offset"]) == (str(len(song)), "300000")
    assert last.status_code == 204
    assert json.loads(last.headers["Saycut-File"]) == told["file"]
    assert told["file"]["file_id"] == last.headers["Saycut-File-Id"] == "a1"
    assert (told["status"], told["file"]["name"]) == ("completed", "海 song.wav")
    assert [file["file_id"] for file in state["video_infos"]] == ["a1"]
    assert content == song
    assert held(server) == []


def test_the_first_bytes_may_come_with_the_order(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        some = create(client, session_id, len(song), headers=BYTES, content=song[:1000])
        whole = create(client, session_id, len(song), headers=BYTES, content=song)

    assert (some.status_code, some.headers["Upload-Offset"]) == (201, "1000")
    assert (whole.status_code, whole.headers["Saycut-File-Id"]) == (201, "a1")


def test_a_line_that_broke_loses_nothing_that_had_arrived(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        part_of_a_patch(open_server, path, len(song), song[:700_000]).close()
        until(lambda: offset_of(client, path) == 700_000)
        last = patch(client, path, 700_000, song[700_000:])
        file = data_of(client.get(path))["file"]

    assert last.status_code == 204
    assert file["hash"] == hashlib.sha256(song).hexdigest()


def test_a_client_that_comes_again_does_not_wait_for_its_dead_line(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        with part_of_a_patch(open_server, path, len(song), song[:500_000]) as silent:
            until(lambda: offset_of(client, path) > 0)
            offset = offset_of(client, path)
            last = patch(client, path, offset, song[offset:])
            silent.settimeout(10)
            told = silent.recv(65536)
        file = data_of(client.get(path))["file"]

    assert last.status_code == 204
    assert told.startswith(b"HTTP/1.1 400")
    assert file["hash"] == hashlib.sha256(song).hexdigest()


def test_a_killed_server_goes_on_from_what_had_arrived(
    start_server: Start, song: bytes, new_session: NewSession
) -> None:
    server = start_server()
    long = song + bytes(6 * MB)
    with server.client() as client:
        path = begin(client, new_session(client), len(long))
    with part_of_a_patch(server, path, len(long), long[: 5 * MB]):
        until(lambda: any(file.stat().st_size >= MB for file in held(server)))
        server.kill()
    server.start()

    with server.client() as client:
        offset = offset_of(client, path)
        last = patch(client, path, offset, long[offset:])
        file = data_of(client.get(path))["file"]

    assert MB <= offset <= 5 * MB
    assert last.status_code == 204
    assert file["hash"] == hashlib.sha256(long).hexdigest()
    assert held(server) == []


def test_a_file_that_was_whole_when_the_server_died_is_taken_in_at_the_next_start(
    start_server: Start, song: bytes, new_session: NewSession
) -> None:
    server = start_server()
    with server.client() as client:
        path = begin(client, new_session(client), len(song))
        patch(client, path, 0, song[:1000])
    server.kill()
    (file,) = held(server)
    with file.open("ab") as end:
        end.write(song[1000:])
    server.start()

    with server.client() as client:
        until(lambda: data_of(client.get(path))["status"] == "completed")
        assert offset_of(client, path) == len(song)
    assert held(server) == []


def test_repeating_the_last_call_whose_answer_was_lost_gives_it_again(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        first = patch(client, path, 0, song)
        again = patch(client, path, len(song), b"")

    assert again.status_code == 204
    assert again.headers["Saycut-File-Id"] == first.headers["Saycut-File-Id"]


def test_bytes_at_another_offset_are_refused(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        patch(client, path, 0, song[:1000])
        answers = [patch(client, path, offset, song[:500]) for offset in (0, 999, 1001, len(song))]

        assert [answer.status_code for answer in answers] == [409] * 4
        assert "1000 bytes have arrived" in answers[0].json()["message"]
        assert offset_of(client, path) == 1000


def test_more_bytes_than_were_ordered_are_refused(
    open_server: Server, new_session: NewSession
) -> None:
    def unannounced() -> Any:
        yield b"x" * 600
        yield b"x" * 600

    with open_server.client() as client:
        path = begin(client, new_session(client), 1000)
        announced = patch(client, path, 0, b"x" * 1001)
        headers = BYTES | {"Upload-Offset": "0"}
        streamed = client.patch(path, headers=headers, content=unannounced())

        assert (announced.status_code, streamed.status_code) == (413, 413)
        assert offset_of(client, path) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_bytes_count_only_with_the_right_checksum(
    open_server: Server, song: bytes, new_session: NewSession, algorithm: str
) -> None:
    def checksum(data: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"

    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        good = patch(client, path, 0, song[:1000], **{"Upload-Checksum": checksum(song[:1000])})
        bad = patch(client, path, 1000, song[1000:], **{"Upload-Checksum": checksum(b"other")})
        offset = offset_of(client, path)
        last = patch(client, path, 1000, song[1000:], **{"Upload-Checksum": checksum(song[1000:])})

    assert (good.status_code, bad.status_code, last.status_code) == (204, 460, 204)
    assert offset == 1000
    assert last.headers["Saycut-File-Id"] == "a1"


def test_bytes_without_their_checksum_known_do_not_count_when_the_line_breaks(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        line = socket.create_connection(("127.0.0.1", open_server.port))
        head = (
            f"PATCH {httpx.URL(path).path} HTTP/1.1\r\nHost: 127.0.0.1:{open_server.port}\r\n"
            f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {len(song)}\r\n"
            f"Content-Type: {BYTES['Content-Type']}\r\nUpload-Checksum: md5 AAAA\r\n\r\n"
        )
        with line:
            line.sendall(head.encode() + song[:900_000])
        until(lambda: not [file for file in held(open_server) if file.suffix == ".unchecked"])
        assert offset_of(client, path) == 0


def test_a_bad_file_is_told_by_the_last_call_and_afterwards(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server()
    with server.client() as client:
        path = begin(client, new_session(client), 11, name="notes.txt")
        last = patch(client, path, 0, b"hello world")
        told = data_of(client.get(path))
        empty = create(client, new_session(client), 0)

    assert (last.status_code, last.json()["code"]) == (415, 4001)
    assert "'notes.txt'" in last.json()["message"]
    assert (told["status"], told["error_code"]) == ("refused", 4001)
    assert told["error"] == last.json()["message"]
    assert (empty.status_code, empty.json()["code"]) == (400, 400)
    assert held(server) == []


def test_what_is_given_up_leaves_nothing(start_server: Start, new_session: NewSession) -> None:
    server = start_server()
    with server.client() as client:
        path = begin(client, new_session(client), 1000)
        patch(client, path, 0, b"x" * 500)
        gone = client.delete(path, headers={"Tus-Resumable": "1.0.0"})
        after = client.head(path, headers={"Tus-Resumable": "1.0.0"})

    assert (gone.status_code, after.status_code) == (204, 404)
    assert held(server) == []


def test_what_expired_is_gone_and_its_bytes_are_swept(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server()
    with server.client() as client:
        path = begin(client, new_session(client), 1000)
        patch(client, path, 0, b"x" * 500)
        with sqlite3.connect(server.folder / "data" / "saycut.db") as database:
            database.execute("UPDATE uploads SET expires_ms = 0")
        database.close()
        expired = patch(client, path, 500, b"x")
    (server.folder / "data" / "uploads" / "of-nobody").write_bytes(b"x")
    server.stop()
    server.start()

    until(lambda: held(server) == [])
    with server.client() as client:
        swept = client.head(path, headers={"Tus-Resumable": "1.0.0"})
    assert (expired.status_code, swept.status_code) == (410, 404)


def test_a_file_beyond_the_limit_is_refused_before_a_byte_is_sent(
    open_server: Server, new_session: NewSession
) -> None:
    with open_server.client() as client:
        answer = create(client, new_session(client), 500 * MB + 1)

    assert (answer.status_code, answer.json()["code"]) == (413, 4002)


def test_what_is_under_way_counts_for_the_quota(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server("--no-open", SAYCUT_USER_BYTES="1000")
    with server.anonymous() as client:
        session_id = new_session(client)
        first = create(client, session_id, 700)
        second = create(client, session_id, 700)

    assert (first.status_code, second.status_code) == (201, 413)
    assert "quota" in second.json()["message"]


def test_uploads_are_seen_by_their_owner_alone(
    start_server: Start, new_session: NewSession
) -> None:
    server = start_server("--no-open")
    with server.anonymous("one") as owner, server.anonymous("two") as other:
        session_id = new_session(owner)
        path = begin(owner, session_id, 1000)
        version = {"Tus-Resumable": "1.0.0"}
        seen = [
            other.get(path),
            other.head(path, headers=version),
            patch(other, path, 0, b"x"),
            other.delete(path, headers=version),
            create(other, session_id, 10),
        ]

        assert [answer.status_code for answer in seen] == [404] * 5
        assert offset_of(owner, path) == 0


def test_requests_that_are_not_of_the_protocol_are_told_so(
    open_server: Server, new_session: NewSession
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        path = begin(client, session_id, 1000)
        no_version = client.patch(path, content=b"x", headers={"Upload-Offset": "0"})
        wrong_type = patch(client, path, 0, b"x", **{"Content-Type": "text/plain"})
        no_offset = client.patch(path, content=b"x", headers=BYTES)
        bad_offset = patch(client, path, 0, b"x", **{"Upload-Offset": "-1"})
        bad_sum = patch(client, path, 0, b"x", **{"Upload-Checksum": "crc32 AAAA"})
        bad_words = create(client, session_id, 10, headers={"Upload-Metadata": "filename !!"})
        no_session = create(client, session_id, 10, headers={"Upload-Metadata": "filename eA=="})
        no_length = create(client, session_id, 10, headers={"Upload-Length": "many"})
        unknown = client.head(f"{path}x", headers={"Tus-Resumable": "1.0.0"})
        elsewhere = client.head("/api/uploads/..%2F..%2Fsaycut.db", headers=BYTES)

    assert (no_version.status_code, no_version.headers["Tus-Version"]) == (412, "1.0.0")
    assert wrong_type.status_code == 415
    wrong = [no_offset, bad_offset, bad_sum, bad_words, no_session, no_length]
    assert [answer.status_code for answer in wrong] == [400] * 6
    assert (unknown.status_code, elsewhere.status_code) == (404, 404)


def test_the_server_tells_what_it_knows(open_server: Server) -> None:
    with open_server.client() as client:
        answer = client.options("/api/uploads/")

    assert answer.status_code == 204
    assert answer.headers["Tus-Max-Size"] == "500000000"
    known = set(answer.headers["Tus-Extension"].split(","))
    assert known == {"creation", "creation-with-upload", "expiration", "checksum", "termination"}


def test_clients_that_cannot_patch_may_post(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        path = begin(client, new_session(client), len(song))
        headers = BYTES | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
        answer = client.post(path, headers=headers, content=song)

    assert (answer.status_code, answer.headers["Saycut-File-Id"]) == (204, "a1")


def test_two_writers_at_once_never_mix_their_bytes(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client, ThreadPoolExecutor(6) as pool:
        path = begin(client, new_session(client), len(song))

        def push() -> None:
            with open_server.client() as own:
                while (offset := offset_of(own, path)) < len(song):
                    patch(own, path, offset, song[offset : offset + 100_000])

        for pushing in [pool.submit(push) for _ in range(6)]:
            pushing.result()
        until(lambda: data_of(client.get(path))["status"] == "completed")
        file = data_of(client.get(path))["file"]

    assert file["hash"] == hashlib.sha256(song).hexdigest()


def test_nothing_but_bytes_is_ever_made_of_a_hostile_name(
    open_server: Server, song: bytes, new_session: NewSession
) -> None:
    with open_server.client() as client:
        name = f"../../{os.sep}etc/cron.d/evil\r\n.wav"
        path = begin(client, new_session(client), len(song), name=name)
        patch(client, path, 0, song)
        file = data_of(client.get(path))["file"]

    assert file["name"] == "evil  .wav"
