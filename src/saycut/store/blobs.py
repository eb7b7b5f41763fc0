"""Media by content: each file is kept once, under the SHA-256 of its bytes."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from obstore.exceptions import BaseError
from obstore.store import LocalStore

from saycut.store.errors import BlobNotKept, ContentChanged

__all__ = ["Blobs"]

_READ_BYTES: Final = 4 * 1024 * 1024
# Files under way; whatever is here when the folder is opened belongs to a process that died.
_INCOMING: Final = "incoming"


class Blobs:
    """The files of a data folder. The caller owns the folder (`FolderLock`)."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError: the folder cannot be made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(folder)
        self._folder = folder
        shutil.rmtree(folder / _INCOMING, ignore_errors=True)

    def put(self, path: Path, digest: str) -> None:
        """Keep a copy of a file; does nothing when its content is here already, whole.

        The file is streamed, so memory does not grow with it, and appears whole or not at all.
        A copy that was damaged since it was kept is replaced.

        Raises:
            ContentChanged: the file does not have that digest (any more).
            BlobNotKept: the disk is full or cannot be written.
            OSError: the file cannot be read.
        """
        if self.is_whole(digest):
            return
        incoming = f"{_INCOMING}/{uuid4().hex}"
        found = sha256()
        try:
            self._store.put(incoming, _read(path, found.update))
            if found.hexdigest() != digest:
                raise ContentChanged(path)
            _flush_to_disk(self._folder / incoming)
            # Another thread may have been faster; the content is the same.
            self._store.rename(incoming, _key(digest))
        except BaseError as error:
            # "Generic LocalFileSystem error: Unable to ...: No space left on device (os error 28)"
            reason = str(error).partition("\n")[0].rpartition(": ")[2]
            raise BlobNotKept(path, reason) from error
        finally:
            # What cannot be removed now is removed when the folder is opened again.
            with suppress(OSError):
                (self._folder / incoming).unlink()

    def has(self, digest: str) -> bool:
        return self.path_of(digest).is_file()

    def is_whole(self, digest: str) -> bool:
        """Tell whether the content is here and as it was put; reads all of it."""
        try:
            with self.path_of(digest).open("rb") as file:
                return file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def remove(self, digest: str) -> None:
        """Give content up; the caller knows that no project uses it."""
        self.path_of(digest).unlink(missing_ok=True)

    def path_of(self, digest: str) -> Path:
        """Give where the content can be read; it is there only once it was `put`."""
        return self._folder / _key(digest)


def _key(digest: str) -> str:
    # Two letters of folder keep folders small; tools that list them stay quick.
    return f"{digest[:2]}/{digest}"


def _read(path: Path, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            seen(piece)
            yield piece


def _flush_to_disk(path: Path) -> None:
    # The database will soon say that the content is here; a power cut must not prove it wrong.
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
