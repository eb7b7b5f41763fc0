import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from saycut.store import DataFolderInUse, DataFolderUnusable, FolderLock

HOLD = """
import sys
from pathlib import Path
from saycut.store import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def a_holder(folder: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_is_told_who_holds_the_folder_and_what_to_do(tmp_path: Path) -> None:
    with a_holder(tmp_path) as holder:
        with pytest.raises(DataFolderInUse) as refused:
            FolderLock(tmp_path)
        holder.communicate("")

    message = str(refused.value)
    assert f"process {holder.pid}" in message
    assert str(tmp_path) in message
    assert "SAYCUT_DATA" in message


def test_a_holder_that_is_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    with a_holder(tmp_path) as holder:
        holder.kill()
        holder.communicate()

    with FolderLock(tmp_path):
        assert str(os.getpid()) in (tmp_path / "owner.lock").read_text()


def test_a_program_started_by_the_holder_does_not_keep_the_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        lock.release()

        FolderLock(tmp_path).release()

        child.communicate()


def test_two_folders_are_owned_independently(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "a"), FolderLock(tmp_path / "b"), pytest.raises(DataFolderInUse):
        FolderLock(tmp_path / "a")


def test_a_folder_that_cannot_be_made_is_named_with_what_to_change(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(DataFolderUnusable, match=r"data: it is a file.*SAYCUT_DATA"):
        FolderLock(tmp_path / "data")


def test_a_lock_that_cannot_say_who_holds_it_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", full)
        with pytest.raises(DataFolderUnusable, match="No space left"):
            FolderLock(tmp_path)

    FolderLock(tmp_path).release()
