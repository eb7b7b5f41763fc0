"""The folder of finished chunks, whose troubles with the disk say what to change."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saycut.engine.errors import CacheUnusable
from saycut.render import FolderCache

__all__ = ["NamedCache"]


class NamedCache:
    """A `FolderCache` that raises CacheUnusable where that one raises OSError."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self._folder = folder
        with self._named():
            self._cache = FolderCache(folder, bytes_max)

    def has(self, name: str) -> bool:
        with self._named():
            return self._cache.has(name)

    def get(self, name: str) -> bytes | None:
        with self._named():
            return self._cache.get(name)

    def put(self, name: str, data: bytes) -> None:
        with self._named():
            self._cache.put(name, data)

    def drop(self, name: str) -> None:
        with self._named():
            self._cache.drop(name)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CacheUnusable(self._folder, error.strerror or str(error)) from error
