"""The data folder: projects with their versions in SQL, media by content in blobs.

One process owns a folder at a time. Nothing here knows how drafts are made or rendered.
"""

from saycut.store.blob_address import open_blobs
from saycut.store.blobs import Blobs
from saycut.store.database import Database, open_database
from saycut.store.errors import (
    AmbiguousProject,
    BadBlobsAddress,
    BlobNotKept,
    BlobStoreRefused,
    BlobStoreUnreachable,
    ContentChanged,
    DamagedDatabase,
    DataFolderInUse,
    DataFolderUnusable,
    NameTaken,
    NewerData,
    NothingToRedo,
    NothingToUndo,
    StaleBase,
    UnknownBlob,
    UnknownProject,
)
from saycut.store.folder import DataFolder
from saycut.store.lock import FolderLock
from saycut.store.projects import Project, Projects, Version
from saycut.store.schema import LOCAL_USER
from saycut.store.secrets import Secrets
from saycut.store.store import Store, Transaction
from saycut.store.turns import Event, KeyReused, Turn, TurnRunning, Turns
from saycut.store.usage import Usage

__all__ = [
    "LOCAL_USER",
    "AmbiguousProject",
    "BadBlobsAddress",
    "BlobNotKept",
    "BlobStoreRefused",
    "BlobStoreUnreachable",
    "Blobs",
    "ContentChanged",
    "DamagedDatabase",
    "DataFolder",
    "DataFolderInUse",
    "DataFolderUnusable",
    "Database",
    "Event",
    "FolderLock",
    "KeyReused",
    "NameTaken",
    "NewerData",
    "NothingToRedo",
    "NothingToUndo",
    "Project",
    "Projects",
    "Secrets",
    "StaleBase",
    "Store",
    "Transaction",
    "Turn",
    "TurnRunning",
    "Turns",
    "UnknownBlob",
    "UnknownProject",
    "Usage",
    "Version",
    "open_blobs",
    "open_database",
]
