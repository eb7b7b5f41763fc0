"""Media by content: each file is kept once, under the SHA-256 of its bytes.

What callers may rely on is here, whatever the place: a folder (`blob_folder`) or an object
store (`blob_remote`). `blob_address` picks one of them by the address that was set.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from io import FileIO
from pathlib import Path
from typing import Final

from saycut.store.errors import BlobNotKept, ContentChanged

__all__ = ["Blobs", "blob_key", "digest_of", "settle"]

_READ_BYTES: Final = 4 * 1024 * 1024


class Blobs(ABC):
    """The media of a data folder, for any number of threads.

    Content appears whole or not at all: it is written under another name (`incoming`) on the
    disk where it will stay, flushed, and renamed. Memory does not grow with the file.
    """

    def put(self, path: Path, digest: str) -> None:
        """Keep a copy of a file; does nothing when its content is here already, whole.

        A copy that was damaged since it was kept is replaced.

        Raises:
            ContentChanged: the file does not have that digest (any more).
            BlobNotKept: the disk is full or cannot be written.
            BlobStoreUnreachable, BlobStoreRefused: what the object store said.
            OSError: the file cannot be read.
        """
        if self.is_whole(digest):
            return
        copy = self.incoming()
        try:
            if _copied(path, copy) != digest:
                raise ContentChanged(path)
            with _not_kept(path):
                self._take(copy, digest)
        finally:
            # What cannot be removed now is removed when the folder is opened again.
            with suppress(OSError):
                copy.unlink()

    @abstractmethod
    def incoming(self) -> Path:
        """Give a fresh path for a file under way, on the disk where `adopt` wants it.

        Nothing is there yet. What is left there when the process ends is removed when the data
        folder is opened again.
        """

    def adopt(self, path: Path, digest: str) -> None:
        """Take over a file that was written at `incoming()` and hashed by who wrote it.

        It is not read again to check the digest, and no second copy is made. Afterwards nothing
        is at `path`; when this raises, the file is still there.

        Raises:
            BlobNotKept: the disk is full or cannot be written.
            BlobStoreUnreachable, BlobStoreRefused: what the object store said.
        """
        with _not_kept(path):
            self._take(path, digest)

    @abstractmethod
    def has(self, digest: str) -> bool:
        """Tell whether the content was kept; its bytes are not looked at."""

    @abstractmethod
    def is_whole(self, digest: str) -> bool:
        """Tell whether the content is here and as it was put; reads all of it."""

    @abstractmethod
    def size_bytes(self, digest: str) -> int:
        """Raises UnknownBlob: the content is not kept."""

    @abstractmethod
    def path_of(self, digest: str) -> Path:
        """Give where the content can be read on this machine, fetched first where it must be.

        Nothing is there when the content is not kept, or no longer has its digest where it is
        kept (as `is_whole` will tell).

        Raises:
            DataFolderUnusable: there is no room for a local copy.
            BlobStoreUnreachable, BlobStoreRefused: what the object store said.
        """

    @abstractmethod
    def remove(self, digest: str) -> None:
        """Give content up; the caller knows that no project uses it."""

    @abstractmethod
    def _take(self, path: Path, digest: str) -> None:
        """Do what `adopt` says, with the errors of the disk as they come."""


def blob_key(digest: str) -> str:
    """Give the name of content relative to the place where all of it is kept."""
    # Two letters of folder keep folders small; tools that list them stay quick.
    return f"{digest[:2]}/{digest}"


def digest_of(path: Path) -> str | None:
    """Give the SHA-256 of a file; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def settle(path: Path, target: Path) -> None:
    """Move a file to its place, on the same disk, so that a power cut cannot take it back.

    The database will soon say that the content is here; a power cut must not prove it wrong.
    """
    _flush_to_disk(path)
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        _flush_to_disk(target.parent.parent)
    path.replace(target)
    _flush_to_disk(target.parent)


def _copied(path: Path, copy: Path) -> str:
    """Copy a file piece by piece; gives the digest of what was read."""
    seen = sha256()
    with path.open("rb") as source:
        with _not_kept(path):
            target = copy.open("xb", buffering=0)
        with target:
            while piece := source.read(_READ_BYTES):
                seen.update(piece)
                with _not_kept(path):
                    _write(target, piece)
    return seen.hexdigest()


@contextmanager
def _not_kept(path: Path) -> Iterator[None]:
    """Say of a disk's refusal which file it was about."""
    try:
        yield
    except OSError as error:
        raise BlobNotKept(path, error.strerror or str(error)) from error


def _write(file: FileIO, piece: bytes) -> None:
    # A nearly full disk takes a part of it, and refuses only the rest.
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def _flush_to_disk(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
