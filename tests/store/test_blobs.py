import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from saycut.store import BlobNotKept, Blobs, ContentChanged


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_content_comes_back_byte_for_byte_under_its_digest(tmp_path: Path) -> None:
    content = os.urandom(9_000_001)  # more than one piece, and not a whole number of them
    source = tmp_path / "photo.jpg"
    source.write_bytes(content)
    blobs = Blobs(tmp_path / "blobs")

    blobs.put(source, sha256(content).hexdigest())

    assert blobs.path_of(sha256(content).hexdigest()).read_bytes() == content


def test_the_same_content_is_kept_once_whatever_its_name(tmp_path: Path) -> None:
    digest = sha256(b"same").hexdigest()
    blobs = Blobs(tmp_path / "blobs")
    for name in ("a.jpg", "b.png"):
        (tmp_path / name).write_bytes(b"same")

        blobs.put(tmp_path / name, digest)

    assert files_in(tmp_path / "blobs") == [blobs.path_of(digest)]


def test_kept_content_does_not_change_when_its_source_does(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"before")
    digest = sha256(b"before").hexdigest()
    blobs = Blobs(tmp_path / "blobs")
    blobs.put(source, digest)

    with source.open("r+b") as file:
        file.write(b"after!")

    assert blobs.path_of(digest).read_bytes() == b"before"


def test_a_file_that_changed_since_it_was_inspected_is_refused_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    source = tmp_path / "growing.mp4"
    source.write_bytes(b"now longer")
    blobs = Blobs(tmp_path / "blobs")

    with pytest.raises(ContentChanged, match=r"growing\.mp4"):
        blobs.put(source, sha256(b"as inspected").hexdigest())

    assert files_in(tmp_path / "blobs") == []


def test_a_folder_that_cannot_be_written_is_named_in_the_error(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"x")
    blobs = Blobs(tmp_path / "blobs")
    # A file where the folder of unfinished copies would go: root may write anywhere else.
    (tmp_path / "blobs" / "incoming").write_bytes(b"")

    with pytest.raises(BlobNotKept, match=r"a\.jpg"):
        blobs.put(source, sha256(b"x").hexdigest())


def test_a_copy_cut_short_by_a_crash_is_not_there_and_is_cleaned_at_the_next_open(
    tmp_path: Path,
) -> None:
    source = tmp_path / "slow.mp4"
    os.mkfifo(source)
    folder = tmp_path / "blobs"
    copy = "import sys; from pathlib import Path; from saycut.store import Blobs; "
    copy += "Blobs(Path(sys.argv[1])).put(Path(sys.argv[2]), 'ab' * 32)"
    command = [sys.executable, "-c", copy, str(folder), str(source)]
    with subprocess.Popen(command) as child, source.open("wb", buffering=0) as pipe:
        # A pipe holds 64 KB, so the child has read nearly all of this when it is written.
        pipe.write(bytes(12_000_000))
        child.kill()

    reopened = Blobs(folder)

    assert not reopened.has("ab" * 32)
    assert files_in(folder) == []


def test_a_copy_that_was_damaged_is_replaced_when_the_content_comes_again(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"whole")
    digest = sha256(b"whole").hexdigest()
    blobs = Blobs(tmp_path / "blobs")
    blobs.put(source, digest)
    blobs.path_of(digest).write_bytes(b"whol!")
    assert not blobs.is_whole(digest)

    blobs.put(source, digest)

    assert blobs.path_of(digest).read_bytes() == b"whole"
