"""What holds wherever media are kept: in the data folder, a shared folder or an object store."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from saycut.store import BlobNotKept, Blobs, ContentChanged, UnknownBlob, open_blobs
from tests.object_store import BucketServer

# More than one piece and one part, and a whole number of neither.
LARGE: Final = 20_000_001

PLACES: Final = ("data folder", "shared folder", "object store")


class Place:
    """One place for media, which any number of servers may open where it is shared."""

    def __init__(self, url: str | None, root: Path, list_kept: Callable[[], list[str]]) -> None:
        self.url = url
        self.root = root
        self.kept = list_kept

    def open(self, server: str = "server") -> Blobs:
        return open_blobs(self.url, self.root / server, server_id=server)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "data folder":
        return Place(None, tmp_path, lambda: names_in(tmp_path / "server" / "blobs"))
    if request.param == "shared folder":
        shared = tmp_path / "shared by all"
        return Place(shared.as_uri(), tmp_path, lambda: names_in(shared))
    url: str = request.getfixturevalue("bucket_url")
    server: BucketServer = request.getfixturevalue("bucket_server")
    bucket = server.bucket(url.rpartition("/")[2])
    return Place(url, tmp_path, lambda: [o["path"] for some in bucket.list() for o in some])


def names_in(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in files)


def a_file(path: Path, content: bytes) -> tuple[Path, str]:
    path.write_bytes(content)
    return path, sha256(content).hexdigest()


def a_written(blobs: Blobs, content: bytes) -> tuple[Path, str]:
    return a_file(blobs.incoming(), content)


def key(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


@pytest.mark.parametrize("size_bytes", [0, 5, LARGE])
def test_content_comes_back_byte_for_byte_under_its_digest(
    place: Place, tmp_path: Path, size_bytes: int
) -> None:
    content = os.urandom(size_bytes)
    source, digest = a_file(tmp_path / "photo.jpg", content)
    blobs = place.open()

    blobs.put(source, digest)

    assert blobs.path_of(digest).read_bytes() == content
    assert blobs.has(digest)
    assert blobs.is_whole(digest)
    assert blobs.size_bytes(digest) == size_bytes
    assert source.read_bytes() == content


@pytest.mark.parametrize("size_bytes", [0, 5, LARGE])
def test_a_written_file_is_taken_over_and_not_copied(place: Place, size_bytes: int) -> None:
    content = os.urandom(size_bytes)
    blobs = place.open()
    written, digest = a_written(blobs, content)
    inode = written.stat().st_ino

    blobs.adopt(written, digest)

    assert not written.exists()
    assert blobs.path_of(digest).read_bytes() == content
    assert blobs.path_of(digest).stat().st_ino == inode
    assert place.kept() == [key(digest)]


def test_the_same_content_is_kept_once_whatever_its_name(place: Place, tmp_path: Path) -> None:
    blobs = place.open()
    for name in ("a.jpg", "b.png"):
        source, digest = a_file(tmp_path / name, b"same")
        blobs.put(source, digest)

    blobs.adopt(*a_written(blobs, b"same"))

    assert place.kept() == [key(digest)]


def test_kept_content_does_not_change_when_its_source_does(place: Place, tmp_path: Path) -> None:
    source, digest = a_file(tmp_path / "a.jpg", b"before")
    blobs = place.open()
    blobs.put(source, digest)

    with source.open("r+b") as file:
        file.write(b"after!")

    assert blobs.path_of(digest).read_bytes() == b"before"


def test_a_file_that_changed_since_it_was_inspected_is_refused_and_leaves_nothing(
    place: Place, tmp_path: Path
) -> None:
    source, _ = a_file(tmp_path / "growing.mp4", b"now longer")
    inspected = sha256(b"as inspected").hexdigest()
    blobs = place.open()

    with pytest.raises(ContentChanged, match=r"growing\.mp4"):
        blobs.put(source, inspected)

    assert place.kept() == []
    assert names_in(tmp_path / "server") == []
    assert not blobs.has(inspected)


def test_what_is_not_kept_is_not_there(place: Place) -> None:
    blobs = place.open()

    assert not blobs.has("ab" * 32)
    assert not blobs.is_whole("ab" * 32)
    assert not blobs.path_of("ab" * 32).exists()
    with pytest.raises(UnknownBlob, match="abab"):
        blobs.size_bytes("ab" * 32)


def test_removed_content_is_gone_everywhere(place: Place, tmp_path: Path) -> None:
    source, digest = a_file(tmp_path / "a.jpg", b"private")
    blobs = place.open()
    blobs.put(source, digest)
    copy = blobs.path_of(digest)

    blobs.remove(digest)
    blobs.remove(digest)  # a second time harms nobody

    assert place.kept() == []
    assert not copy.exists()
    assert not blobs.has(digest)


def test_a_folder_that_cannot_be_written_is_named_by_the_file_that_was_lost(
    place: Place, tmp_path: Path
) -> None:
    source, digest = a_file(tmp_path / "a.jpg", b"x")
    blobs = place.open()
    # A file where the folder of unfinished copies is: root may write anywhere else.
    folder = blobs.incoming().parent
    folder.rmdir()
    folder.write_bytes(b"")

    with pytest.raises(BlobNotKept, match=r"a\.jpg"):
        blobs.put(source, digest)

    folder.unlink()
    assert place.kept() == []


# The limit stands for a full disk: the system takes a part of the file and refuses the rest.
PUT_WITH_LITTLE_ROOM: Final = """
import resource, sys
from pathlib import Path
from saycut.store import BlobNotKept, open_blobs
url, folder, source, digest = sys.argv[1:]
blobs = open_blobs(url or None, Path(folder), server_id="server")
resource.setrlimit(resource.RLIMIT_FSIZE, (9_000_001, 9_000_001))
try:
    blobs.put(Path(source), digest)
except BlobNotKept as error:
    print(error)
"""


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(place: Place, tmp_path: Path) -> None:
    source, digest = a_file(tmp_path / "long.mp4", bytes(LARGE))
    script = [sys.executable, "-c", PUT_WITH_LITTLE_ROOM]

    told = subprocess.run(
        [*script, place.url or "", tmp_path / "server", source, digest],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert "long.mp4" in told
    assert "File too large; make room" in told
    assert place.kept() == []
    assert names_in(tmp_path / "server") == []


PUT: Final = """
import sys
from pathlib import Path
from saycut.store import open_blobs
url, folder, source, digest = sys.argv[1:]
blobs = open_blobs(url or None, Path(folder), server_id=Path(folder).name)
print("open", flush=True)
sys.stdin.readline()
blobs.put(Path(source), digest)
"""


def a_putter(place: Place, server: str, source: Path, digest: str) -> "subprocess.Popen[str]":
    """A process that has opened the place, and puts the file once it is told a line."""
    putter = subprocess.Popen(
        [sys.executable, "-c", PUT, place.url or "", place.root / server, source, digest],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert putter.stdout is not None
    assert putter.stdout.readline() == "open\n"
    return putter


def test_a_copy_cut_short_by_a_crash_is_not_there_and_is_cleaned_at_the_next_open(
    place: Place, tmp_path: Path
) -> None:
    source = tmp_path / "slow.mp4"
    os.mkfifo(source)
    with a_putter(place, "server", source, "ab" * 32) as child:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
        with source.open("wb", buffering=0) as pipe:
            # A pipe holds 64 KB, so the child has read nearly all of this when it is written.
            pipe.write(bytes(12_000_000))
            child.kill()

    reopened = place.open()

    assert not reopened.has("ab" * 32)
    assert place.kept() == []
    assert names_in(tmp_path / "server") == []


@pytest.mark.parametrize("place", ["shared folder", "object store"], indirect=True)
@pytest.mark.parametrize("size_bytes", [1000, LARGE])
def test_two_servers_put_the_same_content_at_once(
    place: Place, tmp_path: Path, size_bytes: int
) -> None:
    content = os.urandom(size_bytes)
    source, digest = a_file(tmp_path / "a.mp4", content)

    with a_putter(place, "a", source, digest) as one, a_putter(place, "b", source, digest) as two:
        for each in (one, two):
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
    assert (one.returncode, two.returncode) == (0, 0)

    assert place.kept() == [key(digest)]
    assert place.open("third").path_of(digest).read_bytes() == content


@pytest.mark.parametrize("place", ["shared folder"], indirect=True)
def test_opening_a_shared_folder_leaves_alone_what_another_server_writes(place: Place) -> None:
    blobs = place.open("a")
    written, digest = a_written(blobs, b"under way")

    place.open("b")
    blobs.adopt(written, digest)

    assert place.open("b").path_of(digest).read_bytes() == b"under way"


def test_many_threads_put_read_and_adopt_the_same_content(place: Place, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    source, digest = a_file(tmp_path / "a.mp4", content)
    blobs = place.open()

    def put_and_read(_: int) -> bool:
        blobs.put(source, digest)
        blobs.adopt(*a_written(blobs, content))
        return blobs.path_of(digest).read_bytes() == content

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(put_and_read, range(32)))

    assert place.kept() == [key(digest)]


MEMORY_OF_A_LARGE_FILE: Final = """
import re, sys
from pathlib import Path
from saycut.store import open_blobs
url, folder, source, digest, other, other_digest = sys.argv[1:]

def peak_bytes():  # not what getrusage gives: that begins with the peak of the parent
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) * 1024

def through(name, path, digest):
    open_blobs(url or None, Path(folder), server_id="server").put(Path(path), digest)
    blobs = open_blobs(url or None, Path(folder + name), server_id=name)
    assert url == "" or blobs.path_of(digest).is_file()

through("small", source, digest)  # what all that is loaded takes
before = peak_bytes()
through("large", other, other_digest)
print(peak_bytes() - before)
"""


def test_memory_does_not_grow_with_the_file(place: Place, tmp_path: Path) -> None:
    small = a_file(tmp_path / "small.mp4", bytes(LARGE))
    large = a_file(tmp_path / "large.mp4", os.urandom(1000) * 200_000)
    script = [sys.executable, "-c", MEMORY_OF_A_LARGE_FILE, place.url or ""]

    told = subprocess.run(
        [*script, str(tmp_path / "server"), *map(str, small), *map(str, large)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    # A fifth of the file, where parts of 8 MiB are sent four at a time.
    assert int(told) < 40_000_000


@pytest.fixture
def damaged(place: Place, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the digest of content that a server kept, and that was damaged since."""
    source, digest = a_file(tmp_path / "whole.jpg", b"whole")
    place.open("server").put(source, digest)
    if place.url is None or place.url.startswith("file"):
        place.open().path_of(digest).write_bytes(b"whol!")
    else:
        server: BucketServer = request.getfixturevalue("bucket_server")
        server.bucket(place.url.rpartition("/")[2]).put(key(digest), b"whol!")
    yield digest


def test_a_copy_that_was_damaged_is_replaced_when_the_content_comes_again(
    place: Place, damaged: str, tmp_path: Path
) -> None:
    server = "server" if place.url is None else "another"
    blobs = place.open(server)
    assert not blobs.is_whole(damaged)

    blobs.put(tmp_path / "whole.jpg", damaged)

    assert blobs.is_whole(damaged)
    assert blobs.path_of(damaged).read_bytes() == b"whole"


def test_a_copy_that_was_damaged_is_replaced_when_an_upload_brings_the_content(
    place: Place, damaged: str
) -> None:
    server = "server" if place.url is None else "another"
    blobs = place.open(server)

    blobs.adopt(*a_written(blobs, b"whole"))

    assert blobs.is_whole(damaged)
    assert blobs.path_of(damaged).read_bytes() == b"whole"
