"""Media in a folder: on this disk, or on one that several servers see.

Plain files, without the object store library: adopting an upload is then one rename, and the
system's own words for a full disk reach the reader.
"""

import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from saycut.store.blobs import Blobs, blob_key, digest_of, settle
from saycut.store.errors import UnknownBlob

__all__ = ["FolderBlobs"]

_INCOMING: Final = "incoming"


class FolderBlobs(Blobs):
    """Files of a folder, named by their digest."""

    def __init__(self, folder: Path, *, server_id: str = "") -> None:
        """Open the folder; it is made when it is not there.

        Without a `server_id` the caller owns the folder (`FolderLock`). Servers that share one
        give theirs, and clear only what they left behind themselves.

        Raises:
            OSError: the folder cannot be made.
        """
        self._folder = folder
        self._incoming = folder / _INCOMING / server_id
        # Whatever is here belongs to a process that died.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True, exist_ok=True)

    def incoming(self) -> Path:
        return self._incoming / uuid4().hex

    def has(self, digest: str) -> bool:
        return self.path_of(digest).is_file()

    def is_whole(self, digest: str) -> bool:
        return digest_of(self.path_of(digest)) == digest

    def size_bytes(self, digest: str) -> int:
        try:
            return self.path_of(digest).stat().st_size
        except FileNotFoundError as error:
            raise UnknownBlob(digest) from error

    def path_of(self, digest: str) -> Path:
        return self._folder / blob_key(digest)

    def remove(self, digest: str) -> None:
        self.path_of(digest).unlink(missing_ok=True)

    def _take(self, path: Path, digest: str) -> None:
        # Another may have been faster; the content is the same.
        settle(path, self.path_of(digest))
