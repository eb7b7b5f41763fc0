"""What is particular to media in an object store: local copies, outages, refusals."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread

import pytest

from saycut.store import (
    BadBlobsAddress,
    Blobs,
    BlobStoreRefused,
    BlobStoreUnreachable,
    open_blobs,
)
from saycut.store.blob_copies import LocalCopies
from saycut.store.blob_remote import RemoteBlobs
from saycut.store.object_store import ObjectStore
from tests.object_store import BucketServer


class CountingStore(ObjectStore):
    """A store that counts how often an object is read."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.read_count = 0
        self._counting = Lock()

    def pieces(self, key: str) -> Iterator[bytes] | None:
        with self._counting:
            self.read_count += 1
        return super().pieces(key)


class Wire:
    """A way to the server that can be cut, at once or when so many bytes have come back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.left_bytes = 1 << 60
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self) -> None:
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def close(self) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [near, far]
                for source, target, is_back in ((near, far, False), (far, near, True)):
                    self._threads.append(Thread(target=self._pump, args=(source, target, is_back)))
                    self._threads[-1].start()

    def _pump(self, source: socket.socket, target: socket.socket, is_back: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if is_back:
                    self.left_bytes -= len(piece)
                    if self.left_bytes < 0:
                        self.cut()
                target.sendall(piece)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(bucket_server: BucketServer) -> Iterator[Wire]:
    opened = Wire(int(bucket_server.endpoint.rpartition(":")[2]))
    yield opened
    opened.close()


def a_kept(blobs: Blobs, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    written = blobs.incoming()
    written.write_bytes(content)
    blobs.adopt(written, digest)
    return digest


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_callers_who_want_the_same_content_fetch_it_once(bucket_url: str, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    digest = a_kept(open_blobs(bucket_url, tmp_path / "a", server_id="a"), content)
    store = CountingStore(bucket_url)
    blobs = RemoteBlobs(store, LocalCopies(tmp_path / "b"))

    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda _: blobs.path_of(digest).read_bytes(), range(8)))

    assert read == [content] * 8
    assert store.read_count == 1


def test_what_was_just_put_is_read_without_asking_the_store(
    bucket_url: str, tmp_path: Path
) -> None:
    store = CountingStore(bucket_url)
    blobs = RemoteBlobs(store, LocalCopies(tmp_path))

    digest = a_kept(blobs, b"small enough for one request")
    blobs.path_of(digest)

    assert store.read_count == 0


def test_a_copy_that_had_to_go_is_fetched_again(bucket_url: str, tmp_path: Path) -> None:
    blobs = open_blobs(bucket_url, tmp_path, server_id="a", copies_bytes=10)
    first = a_kept(blobs, b"first, longer than that")
    a_kept(blobs, b"second")
    assert len(files_in(tmp_path)) == 1

    assert blobs.path_of(first).read_bytes() == b"first, longer than that"


def test_a_damaged_local_copy_is_found_and_fetched_again(bucket_url: str, tmp_path: Path) -> None:
    blobs = open_blobs(bucket_url, tmp_path, server_id="a")
    digest = a_kept(blobs, b"whole")
    blobs.path_of(digest).write_bytes(b"whol!")

    assert blobs.is_whole(digest)

    assert blobs.path_of(digest).read_bytes() == b"whole"


def test_an_object_that_was_damaged_is_never_handed_out(
    bucket_url: str, bucket_server: BucketServer, tmp_path: Path
) -> None:
    digest = a_kept(open_blobs(bucket_url, tmp_path / "a", server_id="a"), b"whole")
    bucket = bucket_server.bucket(bucket_url.rpartition("/")[2])
    bucket.put(f"{digest[:2]}/{digest}", b"whol!")
    another = open_blobs(bucket_url, tmp_path / "b", server_id="b")

    assert not another.path_of(digest).exists()

    assert not another.is_whole(digest)
    assert files_in(tmp_path / "b") == []


def test_an_object_that_is_gone_is_told_although_a_local_copy_is_left(
    bucket_url: str, bucket_server: BucketServer, tmp_path: Path
) -> None:
    blobs = open_blobs(bucket_url, tmp_path, server_id="a")
    digest = a_kept(blobs, b"whole")

    bucket_server.bucket(bucket_url.rpartition("/")[2]).delete(f"{digest[:2]}/{digest}")

    assert not blobs.is_whole(digest)
    assert not blobs.has(digest)


def test_an_outage_leaves_the_file_with_who_wrote_it_and_local_copies_readable(
    bucket_url: str, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.endpoint)
    blobs = open_blobs(bucket_url, tmp_path, server_id="a")
    kept = a_kept(blobs, b"kept before")
    written = blobs.incoming()
    written.write_bytes(b"too late")
    digest = sha256(b"too late").hexdigest()
    wire.cut()

    with pytest.raises(BlobStoreUnreachable, match="try again"):
        blobs.adopt(written, digest)

    assert written.read_bytes() == b"too late"
    assert not blobs.path_of(kept).with_name(digest).exists()
    assert blobs.path_of(kept).read_bytes() == b"kept before"


def test_a_connection_lost_during_a_download_leaves_nothing(
    bucket_url: str, wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(20_000_000)
    digest = a_kept(open_blobs(bucket_url, tmp_path / "a", server_id="a"), content)
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.endpoint)
    blobs = open_blobs(bucket_url, tmp_path / "b", server_id="b")
    wire.left_bytes = 9_000_000

    with pytest.raises(BlobStoreUnreachable, match=r"s3://films"):
        blobs.path_of(digest)

    assert files_in(tmp_path / "b") == []


def test_a_store_that_is_not_there_is_told_with_what_to_check(
    bucket_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")

    with pytest.raises(BlobStoreUnreachable) as told:
        open_blobs(bucket_url, tmp_path, server_id="a")

    assert "AWS_ENDPOINT_URL" in str(told.value)
    assert "error sending request" in str(told.value)


def test_a_wrong_key_is_told_at_opening_and_never_repeated(
    bucket_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")

    with pytest.raises(BlobStoreRefused, match=r"403 Forbidden.*credentials") as told:
        open_blobs(bucket_url, tmp_path, server_id="a")

    assert "not-the-secret" not in str(told.value)


@pytest.mark.usefixtures("bucket_url")
def test_a_bucket_that_is_missing_is_told_at_opening(tmp_path: Path) -> None:
    with pytest.raises(BlobStoreRefused, match="s3://no-such-bucket/x refused: 404 Not Found"):
        open_blobs("s3://no-such-bucket/x", tmp_path, server_id="a")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://host/films", "no such kind of place"),
        ("s3://", "names no bucket"),
        ("s3:///films", "names no bucket"),
        ("s3://key:hidden@films/a", "come from the environment"),
        ("s3://films/a?secret=hidden", "come from the environment"),
        ("file://elsewhere/films", "no folder of this machine"),
        ("file:///", "no folder of this machine"),
        ("az://films/a", "Account must be specified"),
    ],
)
def test_an_address_that_cannot_be_meant_is_told_with_what_can(
    address: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(BadBlobsAddress, match=reason) as told:
        open_blobs(address, tmp_path, server_id="a")

    assert "give s3://bucket/prefix" in str(told.value)
    assert "hidden" not in str(told.value)


def test_a_shared_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(BadBlobsAddress, match=r"file/films.*Not a directory"):
        open_blobs(f"{tmp_path.as_uri()}/file/films", tmp_path, server_id="a")
