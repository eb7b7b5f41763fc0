"""A data folder opened: the lock on it, its database and its blobs, together.

The database and the blobs may be elsewhere, shared with other servers; the folder is then still
what makes this one server: it holds its id, its local copies and its lock.
"""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from sqlalchemy.engine import URL

from saycut.store.blob_address import open_blobs
from saycut.store.blob_copies import COPIES_BYTES
from saycut.store.blobs import settle
from saycut.store.database import is_current, open_database
from saycut.store.errors import DataFolderUnusable
from saycut.store.lock import FolderLock
from saycut.store.store import Store

__all__ = ["DataFolder", "open_beside"]

_DATABASE_NAME: Final = "saycut.db"
_SERVER_ID_NAME: Final = "server-id"
_SERVER_ID: Final = re.compile(r"[0-9a-f]{32}")


class DataFolder:
    """The projects and the media of one folder, owned by this process until `close`.

    `server_id` is random and stays with the folder: durable work that this server began is
    found under it after a restart.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str | None = None,
        blobs_url: str | None = None,
        copies_bytes: int = COPIES_BYTES,
    ) -> None:
        """Open the folder; what is missing is made.

        Args:
            database_url: None is SQLite in the folder; else see `open_database`.
            blobs_url: None is a folder in the folder; else see `open_blobs`.
            copies_bytes: the limit on local copies of media that an object store keeps.

        Raises:
            DataFolderInUse: another process owns the folder.
            NewerData: a newer version of this program wrote it.
            DamagedDatabase: its database is broken.
            DataFolderUnusable: it cannot be read or written.
            BadBlobsAddress, BlobStoreUnreachable, BlobStoreRefused: of `blobs_url`.
        """
        self.path = folder
        with ExitStack() as opened:
            opened.enter_context(FolderLock(folder))
            try:
                self.server_id = _server_id(folder)
                self.blobs = open_blobs(
                    blobs_url, folder, server_id=self.server_id, copies_bytes=copies_bytes
                )
                self.store = Store(open_database(database_url or _sqlite(folder)))
            except OSError as error:
                raise DataFolderUnusable(folder, error.strerror or str(error)) from error
            opened.callback(self.store.close)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder up; a second call does nothing."""
        self._opened.close()


def open_beside(folder: Path, database_url: str | None = None) -> Store:
    """Open the database of a folder without owning the folder, for short work beside its owner.

    Both databases keep the writers of several processes apart: in SQLite a writer waits some
    seconds for the other, and no transaction of a server lasts that long. Tables that have to be
    made or brought up to date first are the owner's work, so the folder is taken for that moment.

    Raises:
        DataFolderInUse: the tables are not up to date, and another process owns the folder.
        NewerData, DamagedDatabase, DataFolderUnusable: as `DataFolder`.
    """
    if database_url is None and not is_current(_sqlite(folder)):
        DataFolder(folder).close()
    return Store(open_database(database_url or _sqlite(folder)))


def _sqlite(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / _DATABASE_NAME))


def _server_id(folder: Path) -> str:
    """Give the id in the folder; a new one when there is none, or none that can be read."""
    path = folder / _SERVER_ID_NAME
    try:
        known = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        known = ""
    if _SERVER_ID.fullmatch(known):
        return known
    made = uuid4().hex
    draft = folder / f"{_SERVER_ID_NAME}.new"
    draft.write_text(made + "\n", encoding="ascii")
    settle(draft, path)
    return made
