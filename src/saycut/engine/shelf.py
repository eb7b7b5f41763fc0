"""The projects of this machine as they stand: looked at, undone and redone, never rendered.

Nothing here loads a decoder or the planner, so it answers at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from saycut.engine.errors import MediaDeleted
from saycut.store import LOCAL_USER, Blobs, DataFolder, Project, Store, Transaction
from saycut.timeline import Asset, Draft
from saycut.timeline.summary import summary
from saycut.timeline.wire import draft_to_wire

__all__ = ["Shelf", "Snapshot", "snapshot_of", "whole"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A project as it stands: the version in force and all assets by id."""

    project: Project
    draft: Draft
    assets: Mapping[str, Asset]

    @property
    def summary(self) -> str:
        """What lies on each track, in words."""
        return summary(self.draft, self.assets)

    @property
    def wire(self) -> dict[str, Any]:
        """The draft as JSON values, with names for readers."""
        return draft_to_wire(self.draft, self.assets)


class Shelf:
    """The projects of this machine, held by one process at a time."""

    def __init__(self, folder: DataFolder) -> None:
        """The folder is closed with the shelf."""
        self.folder = folder

    @property
    def store(self) -> Store:
        return self.folder.store

    @property
    def blobs(self) -> Blobs:
        return self.folder.blobs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the data folder up."""
        self.folder.close()

    def projects(self) -> tuple[Project, ...]:
        """Give all projects, the newest first."""
        with self.store.reading() as tx:
            return tx.projects.recent()

    def show(self, reference: str, owner_id: str = LOCAL_USER) -> Snapshot:
        """Give a project of a user by its id or its name.

        Raises:
            UnknownProject, AmbiguousProject
        """
        with self.store.reading() as tx:
            return snapshot_of(tx, reference, owner_id)

    def undo(self, reference: str, owner_id: str = LOCAL_USER) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToUndo, MediaDeleted."""
        with self.store.transaction() as tx:
            project = tx.projects.find(reference, owner_id)
            tx.projects.undo(project.id)
            return whole(snapshot_of(tx, project.id, owner_id))

    def redo(self, reference: str, owner_id: str = LOCAL_USER) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToRedo, MediaDeleted."""
        with self.store.transaction() as tx:
            project = tx.projects.find(reference, owner_id)
            tx.projects.redo(project.id)
            return whole(snapshot_of(tx, project.id, owner_id))


def snapshot_of(tx: Transaction, reference: str, owner_id: str = LOCAL_USER) -> Snapshot:
    """Give a project of a user by its id or its name, as a transaction sees it."""
    project = tx.projects.find(reference, owner_id)
    assets = {asset.id: asset for asset in tx.projects.assets(project.id)}
    return Snapshot(project, tx.projects.version(project.id, project.current).draft, assets)


def whole(snapshot: Snapshot) -> Snapshot:
    """Let a version pass all of whose media are there.

    Raises:
        MediaDeleted: it shows files that were deleted since.
    """
    used = dict.fromkeys(s.asset_id for s in snapshot.draft.segments() if s.asset_id)
    if missing := [asset_id for asset_id in used if asset_id not in snapshot.assets]:
        raise MediaDeleted(missing)
    return snapshot
