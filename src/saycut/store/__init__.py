"""The data folder: projects with their versions in SQL, media by content in blobs.

One process owns a folder at a time. Nothing here knows how drafts are made or rendered.
"""

from saycut.store.attempts import Attempts, TooManyAttempts, address_key
from saycut.store.blob_address import open_blobs
from saycut.store.blobs import Blobs
from saycut.store.credits import (
    Balance,
    Credits,
    Entry,
    EntryKeyReused,
    Hold,
    HoldEnded,
    NotEnoughCredits,
    UnknownHold,
)
from saycut.store.database import Database, open_database
from saycut.store.errors import (
    AmbiguousProject,
    BadBlobsAddress,
    BlobNotKept,
    BlobStoreRefused,
    BlobStoreUnreachable,
    ContentChanged,
    DamagedDatabase,
    DatabaseNotReached,
    DataFolderInUse,
    DataFolderUnusable,
    NameTaken,
    NewerData,
    NothingToRedo,
    NothingToUndo,
    StaleBase,
    UnknownBlob,
    UnknownProject,
    UnknownUser,
    ValueNotTaken,
)
from saycut.store.exports import Export, Exports, Film, OrderReused
from saycut.store.folder import DataFolder, open_beside
from saycut.store.lock import FolderLock
from saycut.store.projects import Project, Projects, Version
from saycut.store.retention import Retention
from saycut.store.schema import LOCAL_USER
from saycut.store.secrets import Secrets
from saycut.store.servers import Server, Servers
from saycut.store.store import Store, Transaction
from saycut.store.tokens import Issued, Token, TokenAlive, TokenRefused, Tokens, UnknownToken
from saycut.store.turns import Event, KeyReused, Turn, TurnRunning, Turns
from saycut.store.uploads import UnknownUpload, Upload, Uploads
from saycut.store.usage import Usage
from saycut.store.users import Bind, BindRefused, EmailTaken, MergeRefused, User, Users

__all__ = [
    "LOCAL_USER",
    "AmbiguousProject",
    "Attempts",
    "BadBlobsAddress",
    "Balance",
    "Bind",
    "BindRefused",
    "BlobNotKept",
    "BlobStoreRefused",
    "BlobStoreUnreachable",
    "Blobs",
    "ContentChanged",
    "Credits",
    "DamagedDatabase",
    "DataFolder",
    "DataFolderInUse",
    "DataFolderUnusable",
    "Database",
    "DatabaseNotReached",
    "EmailTaken",
    "Entry",
    "EntryKeyReused",
    "Event",
    "Export",
    "Exports",
    "Film",
    "FolderLock",
    "Hold",
    "HoldEnded",
    "Issued",
    "KeyReused",
    "MergeRefused",
    "NameTaken",
    "NewerData",
    "NotEnoughCredits",
    "NothingToRedo",
    "NothingToUndo",
    "OrderReused",
    "Project",
    "Projects",
    "Retention",
    "Secrets",
    "Server",
    "Servers",
    "StaleBase",
    "Store",
    "Token",
    "TokenAlive",
    "TokenRefused",
    "Tokens",
    "TooManyAttempts",
    "Transaction",
    "Turn",
    "TurnRunning",
    "Turns",
    "UnknownBlob",
    "UnknownHold",
    "UnknownProject",
    "UnknownToken",
    "UnknownUpload",
    "UnknownUser",
    "Upload",
    "Uploads",
    "Usage",
    "User",
    "Users",
    "ValueNotTaken",
    "Version",
    "address_key",
    "open_beside",
    "open_blobs",
    "open_database",
]
