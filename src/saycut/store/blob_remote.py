"""Media in an object store, with local copies for what has to read files by name."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Condition
from typing import Final

from saycut.store.blob_copies import LocalCopies
from saycut.store.blobs import Blobs, blob_key, digest_of
from saycut.store.errors import DataFolderUnusable, UnknownBlob
from saycut.store.object_store import ObjectStore

__all__ = ["RemoteBlobs"]

# Up to this size one request carries the file, and the store can be told to create it only
# once. Larger ones go up in parts of this size: such an upload replaces what is there, which
# harms nobody because the content is the same.
_PART_BYTES: Final = 8 * 1024 * 1024


class RemoteBlobs(Blobs):
    """Objects named by their digest; any number of servers may share them.

    A file that is put or adopted stays as a local copy too. What one server removes may stay
    among the copies of another until it goes there as the least recently used.
    """

    def __init__(self, store: ObjectStore, copies: LocalCopies) -> None:
        self._store = store
        self._copies = copies
        self._turns = _Turns()

    def incoming(self) -> Path:
        return self._copies.incoming()

    def has(self, digest: str) -> bool:
        return self._store.size_bytes(blob_key(digest)) is not None

    def is_whole(self, digest: str) -> bool:
        """Tell whether the content is in the store and as it was put.

        All of a local copy is read, and made anew when it is gone or damaged.
        """
        with self._turns.of(digest):
            copy = self._copies.path(digest)
            if self._copies.lend(digest) and digest_of(copy) == digest:
                return self._store.size_bytes(blob_key(digest)) == copy.stat().st_size
            self._copies.remove(digest)
            return self._fetch(digest)

    def size_bytes(self, digest: str) -> int:
        if (size := self._store.size_bytes(blob_key(digest))) is None:
            raise UnknownBlob(digest)
        return size

    def path_of(self, digest: str) -> Path:
        with self._turns.of(digest):
            if not self._copies.lend(digest) and self._fetch(digest):
                self._copies.lend(digest)
        return self._copies.path(digest)

    def remove(self, digest: str) -> None:
        with self._turns.of(digest):
            self._store.delete(blob_key(digest))
            self._copies.remove(digest)

    def _take(self, path: Path, digest: str) -> None:
        with self._turns.of(digest):
            self._upload(path, digest)
            self._copies.take(path, digest)

    def _upload(self, path: Path, digest: str) -> None:
        key = blob_key(digest)
        if path.stat().st_size <= _PART_BYTES and self._store.create(key, path):
            return
        # An object that is there may be damaged: reading it costs no more than sending it.
        if self._digest_in_store(key) != digest:
            self._store.replace(key, path, part_bytes=_PART_BYTES)

    def _digest_in_store(self, key: str) -> str | None:
        if (pieces := self._store.pieces(key)) is None:
            return None
        seen = sha256()
        for piece in pieces:
            seen.update(piece)
        return seen.hexdigest()

    def _fetch(self, digest: str) -> bool:
        """Make the local copy; tells whether the store had the content, whole."""
        if (pieces := self._store.pieces(blob_key(digest))) is None:
            return False
        arriving = self._copies.incoming()
        try:
            if _written(pieces, arriving) != digest:
                return False
            self._copies.take(arriving, digest)
        except OSError as error:
            raise DataFolderUnusable(arriving.parent, error.strerror or str(error)) from error
        finally:
            # What cannot be removed now is removed when the folder is opened again.
            with suppress(OSError):
                arriving.unlink()
        return True


def _written(pieces: Iterator[bytes], path: Path) -> str:
    """Write a file piece by piece; gives its digest."""
    seen = sha256()
    with path.open("xb") as file:
        for piece in pieces:
            seen.update(piece)
            file.write(piece)
    return seen.hexdigest()


class _Turns:
    """One thread at a time for each digest: those who want the same content fetch it once."""

    def __init__(self) -> None:
        self._busy: set[str] = set()
        self._changed = Condition()

    @contextmanager
    def of(self, digest: str) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: digest not in self._busy)
            self._busy.add(digest)
        try:
            yield
        finally:
            with self._changed:
                self._busy.remove(digest)
                self._changed.notify_all()
