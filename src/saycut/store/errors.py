"""What can go wrong between a project and the data folder that keeps it."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from saycut.errors import SaycutError

__all__ = [
    "AmbiguousProject",
    "BadBlobsAddress",
    "BlobNotKept",
    "BlobStoreRefused",
    "BlobStoreUnreachable",
    "ContentChanged",
    "DamagedDatabase",
    "DataFolderInUse",
    "DataFolderUnusable",
    "DatabaseNotReached",
    "NameTaken",
    "NewerData",
    "NothingToRedo",
    "NothingToUndo",
    "StaleBase",
    "UnknownBlob",
    "UnknownProject",
    "UnknownUser",
    "ValueNotTaken",
]


class UnknownProject(SaycutError):
    """No project has that id or name."""

    code: ClassVar[int] = 4401

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"no project {reference!r}: use the id or the name that `saycut projects` lists"
        )
        self.reference = reference


class AmbiguousProject(SaycutError):
    """Several projects have that name."""

    code: ClassVar[int] = 4402

    def __init__(self, name: str, project_ids: Sequence[str]) -> None:
        super().__init__(
            f"{len(project_ids)} projects are named {name!r}: use one of the ids "
            f"{', '.join(project_ids)}"
        )
        self.project_ids = tuple(project_ids)


class StaleBase(SaycutError):
    """The project moved on since the version that an edit was made on."""

    code: ClassVar[int] = 4403

    def __init__(self, project_id: str, base: int, current: int) -> None:
        super().__init__(
            f"cannot save an edit of version {base} of project {project_id!r}: the project is "
            f"at version {current} by now; look at it and make the edit again"
        )
        self.base = base
        self.current = current


class NothingToUndo(SaycutError):
    """The project is as it was when it began."""

    code: ClassVar[int] = 4404

    def __init__(self, project_id: str) -> None:
        super().__init__(f"nothing to undo in project {project_id!r}: it is at its first version")


class NothingToRedo(SaycutError):
    """Nothing was undone since the last edit."""

    code: ClassVar[int] = 4405

    def __init__(self, project_id: str) -> None:
        super().__init__(f"nothing to redo in project {project_id!r}: it is at its newest version")


class DataFolderInUse(SaycutError):
    """Another process owns the data folder; `holder` describes it."""

    code: ClassVar[int] = 4406

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"cannot open the data folder {folder}: {holder} is using it; wait until it is "
            "done or stop it, or set SAYCUT_DATA to work in another folder"
        )
        self.folder = folder
        self.holder = holder


class DataFolderUnusable(SaycutError):
    """The system does not let us read or write the data folder."""

    code: ClassVar[int] = 4411

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"cannot use the data folder {folder}: {reason}; make room or change its permissions, "
            "or set SAYCUT_DATA to a folder that can be written"
        )
        self.folder = folder


class DatabaseNotReached(SaycutError):
    """The database is no Postgres, or does not let us in; its password is not told."""

    code: ClassVar[int] = 4413

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"cannot open the database {address}: {reason}; check that it runs and the address, "
            "which is written postgresql://user:password@host:5432/name"
        )
        self.address = address


class DamagedDatabase(SaycutError):
    """The file that holds the projects is not what was written; it is left as it is."""

    code: ClassVar[int] = 4412

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the projects in {path}: {reason}; put back a copy of the file, or move "
            "it away to begin without projects, or set SAYCUT_DATA to another folder"
        )
        self.path = path


class NameTaken(SaycutError):
    """A project of that name is there already."""

    code: ClassVar[int] = 4407

    def __init__(self, name: str, project_id: str) -> None:
        super().__init__(
            f"cannot name a new project {name!r}: project {project_id!r} has that name; "
            f"change it with `saycut edit {project_id}` or choose another name"
        )
        self.project_id = project_id


class ContentChanged(SaycutError):
    """A file is no longer what was inspected."""

    code: ClassVar[int] = 4408

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"cannot keep {path.name!r}: it changed while it was read; try again once it is whole"
        )
        self.path = path


class BlobNotKept(SaycutError):
    """A file could not be copied into the data folder."""

    code: ClassVar[int] = 4410

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot keep {path.name!r} in the data folder: {reason}; make room or set "
            "SAYCUT_DATA to a folder with space, and try again"
        )
        self.path = path


class UnknownBlob(SaycutError):
    """No media of that digest are kept."""

    code: ClassVar[int] = 4421

    def __init__(self, digest: str) -> None:
        super().__init__(f"no file of SHA-256 {digest!r} is kept: add the file again")
        self.digest = digest


class BadBlobsAddress(SaycutError):
    """The place that was named for media cannot be opened."""

    code: ClassVar[int] = 4422

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"cannot keep media at {address!r}: {reason}; give s3://bucket/prefix, "
            "gs://bucket/prefix, az://container/prefix or file:///folder"
        )
        self.address = address


class BlobStoreUnreachable(SaycutError):
    """The object store that holds the media gives no answer; trying again later may help."""

    code: ClassVar[int] = 4423

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"no answer from the object store of {address}: {reason}; check the network and the "
            "address in the environment (AWS_ENDPOINT_URL for stores that are not Amazon's), "
            "and try again"
        )
        self.address = address


class BlobStoreRefused(SaycutError):
    """The object store that holds the media does not let us work in it."""

    code: ClassVar[int] = 4424

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"the object store of {address} refused: {reason}; check that the bucket exists and "
            "that the credentials in the environment may list, read, write and delete in it"
        )
        self.address = address


class NewerData(SaycutError):
    """The database was written by a newer Saycut."""

    code: ClassVar[int] = 4409

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"cannot open this data folder: a newer Saycut wrote it (schema {revision}); "
            "upgrade Saycut, or set SAYCUT_DATA to another folder"
        )
        self.revision = revision


class UnknownUser(SaycutError):
    """No user has that id."""

    code: ClassVar[int] = 4901

    def __init__(self, user_id: str) -> None:
        super().__init__(
            f"no user {user_id!r}: it was removed or never there; sign in again or sign up"
        )
        self.user_id = user_id


class ValueNotTaken(SaycutError):
    """The database takes no such text or number: a text has a zero byte, a number no end."""

    code: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__(
            "a text or a number of this request is none that a database takes: leave out zero "
            "bytes, and use the ids that were given"
        )
