"""Local copies of media that an object store keeps: a bounded part of the data folder.

The rule of what goes: when copies take more than the limit, the ones that were used longest ago
go first. One that was handed out in the last six hours stays, even beyond the limit: a render
opens its sources by name, again and again, and the longest film takes less than that. After a
restart nothing counts as handed out, because the renders ended with the process. So the limit
may be exceeded by what was in use in those hours, and by the one file that came last.
"""

import os
import shutil
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import uuid4

from saycut.store.blobs import blob_key, settle

__all__ = ["COPIES_BYTES", "LENT_S", "LocalCopies"]

# Some hours of phone video; a small cloud disk has room for it.
COPIES_BYTES: Final = 20 * 1024**3
LENT_S: Final = 6 * 3600

_INCOMING: Final = "incoming"


class LocalCopies:
    """Files by digest with a limit on their sum, for any number of threads of one process."""

    def __init__(
        self,
        folder: Path,
        limit_bytes: int = COPIES_BYTES,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take up the copies that an earlier process left. The caller owns the folder.

        Raises:
            OSError: the folder cannot be made or read.
        """
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._clock_s = clock_s
        self._lock = Lock()
        self._lent_at_s: dict[str, float] = {}
        shutil.rmtree(folder / _INCOMING, ignore_errors=True)
        (folder / _INCOMING).mkdir(parents=True, exist_ok=True)
        # By digest, the one used longest ago first.
        self._sizes_bytes = _sizes_by_last_use(folder)
        self._trim()

    def incoming(self) -> Path:
        """Give a fresh path, on the same disk, for a copy under way."""
        return self._folder / _INCOMING / uuid4().hex

    def path(self, digest: str) -> Path:
        """Give where the copy is, when there is one."""
        return self._folder / blob_key(digest)

    def lend(self, digest: str) -> bool:
        """Tell whether there is a copy; it will now stay for a while."""
        with self._lock:
            path = self.path(digest)
            if not path.is_file():
                return False
            self._sizes_bytes.setdefault(digest, path.stat().st_size)
            self._sizes_bytes.move_to_end(digest)
            self._lent_at_s[digest] = self._clock_s()
            with suppress(OSError):  # only the order after a restart hangs on it
                os.utime(path)
            return True

    def take(self, path: Path, digest: str) -> None:
        """Move a file from `incoming` in; others may have to go for it.

        Raises:
            OSError: the disk is full or cannot be written.
        """
        size_bytes = path.stat().st_size
        settle(path, self.path(digest))  # slow: others go on
        with self._lock:
            self._sizes_bytes[digest] = size_bytes
            self._sizes_bytes.move_to_end(digest)
            self._trim(newest=digest)

    def remove(self, digest: str) -> None:
        with self._lock:
            self._remove(digest)

    def _trim(self, newest: str = "") -> None:
        over_bytes = sum(self._sizes_bytes.values()) - self._limit_bytes
        for digest, size_bytes in list(self._sizes_bytes.items()):
            if over_bytes <= 0:
                return
            # Whoever brought the newest is about to ask for it.
            if digest != newest and not self._is_lent(digest):
                self._remove(digest)
                over_bytes -= size_bytes

    def _is_lent(self, digest: str) -> bool:
        lent_at_s = self._lent_at_s.get(digest)
        return lent_at_s is not None and self._clock_s() - lent_at_s < LENT_S

    def _remove(self, digest: str) -> None:
        self.path(digest).unlink(missing_ok=True)
        self._sizes_bytes.pop(digest, None)
        self._lent_at_s.pop(digest, None)


def _sizes_by_last_use(folder: Path) -> OrderedDict[str, int]:
    found = ((path, path.stat()) for path in folder.glob("??/*"))
    in_order = sorted(found, key=lambda each: each[1].st_mtime_ns)
    return OrderedDict((path.name, stat.st_size) for path, stat in in_order)
