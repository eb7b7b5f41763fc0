"""A data folder opened: the lock on it, its database and its blobs, together."""

from pathlib import Path
from typing import Final, Self

from sqlalchemy.engine import URL

from saycut.store.blobs import Blobs
from saycut.store.database import open_database
from saycut.store.errors import DataFolderUnusable
from saycut.store.lock import FolderLock
from saycut.store.store import Store

__all__ = ["DataFolder"]

_DATABASE_NAME: Final = "saycut.db"
_BLOBS_NAME: Final = "blobs"


class DataFolder:
    """The projects and the media of one folder, owned by this process until `close`.

    Raises:
        DataFolderInUse: another process owns the folder.
        NewerData: a newer version of this program wrote it.
        DamagedDatabase: its database is broken.
        DataFolderUnusable: it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = FolderLock(folder)
        try:
            url = URL.create("sqlite", database=str(folder / _DATABASE_NAME))
            self.store = Store(open_database(url))
            self.blobs = Blobs(folder / _BLOBS_NAME)
        except BaseException as error:
            self._lock.release()
            if isinstance(error, OSError):
                raise DataFolderUnusable(folder, error.strerror or str(error)) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder up."""
        try:
            self.store.close()
        finally:
            self._lock.release()
