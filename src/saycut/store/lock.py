"""One owner of a data folder: whoever opens it holds a lock on a file in it.

The lock belongs to the process. The system drops it when the process ends, however it ends,
so a crash never leaves a folder locked; the text left in the file is only for messages.
"""

import fcntl
import os
import sys
from pathlib import Path
from typing import Final, Self

from saycut.store.errors import DataFolderInUse, DataFolderUnusable

__all__ = ["FolderLock"]

_FILE_NAME: Final = "owner.lock"


class FolderLock:
    """The ownership of a folder, held from construction until `release`.

    Raises:
        DataFolderInUse: another process, or another lock of this one, holds the folder.
        DataFolderUnusable: the folder cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self._file = -1
        try:
            self._take(folder)
        except BaseException as error:
            self.release()
            if isinstance(error, FileExistsError):
                raise DataFolderUnusable(folder, "it is a file") from error
            if isinstance(error, OSError):
                raise DataFolderUnusable(folder, error.strerror or str(error)) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Give the folder up; a second call does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Not inherited by programs we start: a worker that outlives us must not keep the folder.
        self._file = os.open(folder / _FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            holder = os.pread(self._file, 500, 0).decode(errors="replace")
            raise DataFolderInUse(folder, holder or "another process") from held
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, _this_process(), 0)


def _this_process() -> bytes:
    # The program and its command, not their arguments: those may be long or private.
    words = [Path(sys.argv[0]).name, *sys.argv[1:2]]
    # Words of a command line need not be UTF-8.
    return os.fsencode(f"process {os.getpid()} ({' '.join(words).strip() or 'python'})")
