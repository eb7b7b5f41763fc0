"""The projects of this machine as they stand: looked at, undone and redone, never rendered.

Nothing here loads a decoder or the planner, so it answers at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from saycut.bootstrap.errors import BadSetting
from saycut.settings import Settings
from saycut.store import DataFolder, Project, Transaction
from saycut.timeline import Asset, Draft
from saycut.timeline.summary import summary
from saycut.timeline.wire import draft_to_wire

__all__ = ["Shelf", "Snapshot", "snapshot_of"]


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

    def __init__(self, settings: Settings) -> None:
        """Raises as `store.DataFolder`: DataFolderInUse, DataFolderUnusable, NewerData, ..."""
        self._settings = settings
        self._folder = DataFolder(settings.data_folder)

    @classmethod
    def open(cls) -> Self:
        """Open what the environment describes.

        Raises:
            BadSetting: a variable of the environment is wrong.
            DataFolderInUse, DataFolderUnusable, NewerData, DamagedDatabase: see
                `store.DataFolder`.
        """
        try:
            settings = Settings.from_environment()
        except ValueError as error:
            raise BadSetting(str(error)) from error
        return cls(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the data folder up."""
        self._folder.close()

    def projects(self) -> tuple[Project, ...]:
        """Give all projects, the newest first."""
        with self._folder.projects.transaction() as tx:
            return tx.recent()

    def show(self, reference: str) -> Snapshot:
        """Give a project by its id or its name.

        Raises:
            UnknownProject, AmbiguousProject
        """
        with self._folder.projects.transaction() as tx:
            return snapshot_of(tx, reference)

    def undo(self, reference: str) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToUndo."""
        with self._folder.projects.transaction() as tx:
            project = tx.find(reference)
            tx.undo(project.id)
            return snapshot_of(tx, project.id)

    def redo(self, reference: str) -> Snapshot:
        """Raises UnknownProject, AmbiguousProject, NothingToRedo."""
        with self._folder.projects.transaction() as tx:
            project = tx.find(reference)
            tx.redo(project.id)
            return snapshot_of(tx, project.id)


def snapshot_of(tx: Transaction, reference: str) -> Snapshot:
    """Give a project by its id or its name, as a transaction sees it."""
    project = tx.find(reference)
    assets = {asset.id: asset for asset in tx.assets(project.id)}
    return Snapshot(project, tx.version(project.id, project.current).draft, assets)
