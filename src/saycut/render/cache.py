"""Where finished chunks are kept between exports."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

__all__ = ["ChunkCache", "FolderCache"]


class ChunkCache(Protocol):
    """Bytes by name. A name is the digest, in hex, of all that went in: it never changes."""

    def has(self, name: str) -> bool: ...

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, data: bytes) -> None: ...

    def drop(self, name: str) -> None: ...


class FolderCache:
    """The folder `chunks` in `folder`, least recently used out first once `bytes_max` is passed.

    Several processes may share it: files appear whole, and one that is removed meanwhile is
    simply made again.
    """

    # Room is made for a tenth more at a time, so that not every write lists the folder.
    _SHRINK_TO: Final = 0.9

    def __init__(self, folder: Path, bytes_max: int) -> None:
        # A folder of its own: what else lies where the cache was put is not ours to remove.
        self._folder = folder / "chunks"
        self._bytes_max = bytes_max
        self._folder.mkdir(parents=True, exist_ok=True)
        self._size_bytes = sum(size for _, size, _ in self._files())

    def has(self, name: str) -> bool:
        """Tell whether it is there; that counts as a use."""
        try:
            os.utime(self._path(name))
        except FileNotFoundError:
            return False
        return True

    def get(self, name: str) -> bytes | None:
        path = self._path(name)
        try:
            data = path.read_bytes()
            os.utime(path)
        except FileNotFoundError:
            return None
        return data

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            part.write_bytes(data)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self._size_bytes += len(data)
        if self._size_bytes > self._bytes_max:
            self._shrink()

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _shrink(self) -> None:
        files = self._files()
        size = sum(size for _, size, _ in files)
        for _, file_bytes, path in sorted(files):
            if size <= self._bytes_max * self._SHRINK_TO:
                break
            path.unlink(missing_ok=True)
            size -= file_bytes
        self._size_bytes = size

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found
