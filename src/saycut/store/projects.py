"""Projects, their versions and their assets.

Versions are append-only and numbered from 1, which is the draft a project began with. Each
knows its parent. The project points at the version in force:

    1 --- 2 --- 3          undo moves the pointer from 3 to 2, redo moves it back;
           \\--- 4          an edit made at 2 becomes 4, and 3 stays in the history

Redo goes to the newest child, so it retraces what undo left, however many steps.

`revision` counts every change of a project, undo and new assets too, so that whoever looks at
a project can tell whether it is still what they saw.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from saycut.store.errors import (
    AmbiguousProject,
    NothingToRedo,
    NothingToUndo,
    StaleBase,
    UnknownProject,
)
from saycut.store.schema import LOCAL_USER, assets, exports, projects, versions
from saycut.store.words import try_lock_word
from saycut.timeline import Asset, Draft
from saycut.timeline.wire import draft_from_wire, draft_to_wire

__all__ = ["Project", "Projects", "Version", "now_ms", "word_of"]


@dataclass(frozen=True, slots=True)
class Project:
    """A film being made. `current` is the number of the version in force."""

    id: str
    name: str
    created_ms: int
    current: int
    owner_id: str = LOCAL_USER
    language: str = ""
    revision: int = 1
    updated_ms: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A draft and the exchange that led to it; `parent` is None for the first."""

    number: int
    parent: int | None
    draft: Draft
    request: str
    reply: str
    created_ms: int


class Projects:
    """Reads and writes of projects within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def recent(self, owner_id: str = LOCAL_USER, limit: int | None = None) -> tuple[Project, ...]:
        """Give the projects of a user, the newest first; all where there is no limit."""
        newest_first = (
            select(projects)
            .where(projects.c.user_id == owner_id)
            .order_by(projects.c.created_ms.desc(), projects.c.id)
            .limit(limit)
        )
        return tuple(_project(row) for row in self._connection.execute(newest_first))

    def find(self, reference: str, owner_id: str = LOCAL_USER) -> Project:
        """Give the project of that id, else the one of that name, among those of a user.

        Raises:
            UnknownProject, AmbiguousProject
        """
        fits = (projects.c.id == reference) | (projects.c.name == reference)
        fits &= projects.c.user_id == owner_id
        found = [_project(row) for row in self._connection.execute(select(projects).where(fits))]
        if not found:
            raise UnknownProject(reference)
        by_id = next((project for project in found if project.id == reference), None)
        if by_id is None and len(found) > 1:
            raise AmbiguousProject(reference, [project.id for project in found])
        return by_id or found[0]

    def get(self, project_id: str, owner_id: str | None = None) -> Project:
        """Give the project of that id; with an owner, only when it is theirs.

        Raises:
            UnknownProject
        """
        row = self._connection.execute(
            select(projects).where(projects.c.id == project_id)
        ).one_or_none()
        if row is None or owner_id not in (None, row.user_id):
            raise UnknownProject(project_id)
        return _project(row)

    def lock(self, project_id: str) -> Project:
        """Give a project that no other transaction changes until this one ends.

        Raises:
            UnknownProject
        """
        return self._project(project_id)

    def create(
        self,
        project_id: str,
        name: str,
        draft: Draft,
        *,
        owner_id: str = LOCAL_USER,
        language: str = "",
    ) -> Project:
        """Make a project whose first version is `draft`. The id must be new."""
        made_ms = now_ms()
        project = Project(
            project_id, name, made_ms, 1, owner_id, language=language, updated_ms=made_ms
        )
        row = {
            "id": project.id,
            "name": name,
            "user_id": owner_id,
            "language": language,
            "created_ms": made_ms,
            "updated_ms": made_ms,
            "current": 1,
        }
        self._connection.execute(insert(projects).values(row))
        self._append(project_id, Version(1, None, draft, "", "", made_ms))
        return project

    def rename(self, project_id: str, name: str) -> None:
        """Give a project another name, which is no change of the film; names need not be unique."""
        renamed = update(projects).where(projects.c.id == project_id).values(name=name)
        self._connection.execute(renamed)

    def remove(self, project_id: str) -> frozenset[str]:
        """Remove a project with all that belongs to it; gives the blobs that it used.

        Which of them nothing uses any more, `uses` tells.
        """
        used: set[str] = set()
        for table in (assets, exports):
            digests = select(table.c.digest).where(table.c.project_id == project_id)
            used |= {digest for digest in self._connection.scalars(digests) if digest}
        self._connection.execute(delete(projects).where(projects.c.id == project_id))
        return frozenset(used)

    def assets(self, project_id: str) -> tuple[Asset, ...]:
        """Give the assets of a project in the order they came."""
        rows = self._connection.scalars(
            select(assets.c.descriptor)
            .where(assets.c.project_id == project_id, assets.c.digest != _DELETED)
            .order_by(assets.c.position)
        )
        return tuple(_ASSET.validate_python(row) for row in rows)

    def asset_count(self, project_id: str) -> int:
        """Give how many assets a project ever had; ids are numbered on from there."""
        taken = select(func.count()).where(assets.c.project_id == project_id)
        return self._connection.scalar(taken) or 0

    def add_assets(self, project_id: str, added: Iterable[Asset]) -> None:
        """Add assets after those that are there. Their ids must be new in the project."""
        count = self.asset_count(project_id)
        rows = [
            {
                "project_id": project_id,
                "id": asset.id,
                "position": position,
                "digest": asset.digest,
                "name": asset.name,
                "size_bytes": asset.size_bytes,
                "descriptor": _ASSET.dump_python(asset, mode="json"),
            }
            for position, asset in enumerate(added, start=count)
        ]
        if rows:
            self._connection.execute(insert(assets), rows)
            self._change(project_id)

    def remove_asset(self, project_id: str, asset_id: str) -> str | None:
        """Remove an asset; gives its blob, None when there is none.

        Its id stays taken: in older versions it must not come to mean another file.
        """
        fits = (assets.c.project_id == project_id) & (assets.c.id == asset_id)
        fits &= assets.c.digest != _DELETED
        digest: str | None = self._connection.scalar(select(assets.c.digest).where(fits))
        if digest is not None:
            nothing = {"digest": _DELETED, "name": "", "size_bytes": 0, "descriptor": {}}
            self._connection.execute(update(assets).where(fits).values(**nothing))
            self._change(project_id)
        return digest

    def uses(self, digest: str) -> bool:
        """Tell whether an asset or a finished film of any project has that content."""
        users = (
            select(func.count()).select_from(table).where(table.c.digest == digest)
            for table in (assets, exports)
        )
        return any(self._connection.scalar(count) for count in users)

    def lock_unused(self, digest: str) -> bool:
        """Tell whether a content may be given up; until the transaction ends nobody keeps it.

        No project uses it, and nobody is keeping it (`Store.keeping`).
        """
        return try_lock_word(self._connection, word_of(digest)) and not self.uses(digest)

    def stored_bytes(self, owner_id: str) -> int:
        """Give how much the assets and the finished films of a user take."""
        of_user = select(projects.c.id).where(projects.c.user_id == owner_id)
        taken = (
            select(func.coalesce(func.sum(table.c.size_bytes), 0)).where(
                table.c.project_id.in_(of_user)
            )
            for table in (assets, exports)
        )
        return sum(int(self._connection.scalar(size) or 0) for size in taken)

    def current(self, project_id: str) -> Version:
        """Give the version in force.

        Raises:
            UnknownProject
        """
        return self.version(project_id, self.get(project_id).current)

    def version(self, project_id: str, number: int) -> Version:
        """Give one version; the number must exist."""
        row = self._connection.execute(_version_row(project_id, number)).one()
        return _version(row)

    def history(self, project_id: str) -> tuple[Version, ...]:
        """Give all versions in order of their numbers, those that were undone too."""
        rows = select(versions).where(versions.c.project_id == project_id)
        return tuple(
            _version(row) for row in self._connection.execute(rows.order_by(versions.c.number))
        )

    def write(self, project_id: str, *, base: int, draft: Draft, request: str, reply: str) -> int:
        """Add a version made on version `base` and put it in force; gives its number.

        Raises:
            UnknownProject: there is no such project.
            StaleBase: another version than `base` is in force by now.
        """
        project = self._project(project_id)
        if project.current != base:
            raise StaleBase(project.id, base, project.current)
        last = select(func.max(versions.c.number)).where(versions.c.project_id == project.id)
        number = (self._connection.scalar(last) or 0) + 1
        self._append(project.id, Version(number, base, draft, request, reply, now_ms()))
        self._point(project.id, number)
        return number

    def undo(self, project_id: str) -> Version:
        """Put the parent of the version in force back in force.

        Raises:
            UnknownProject, NothingToUndo
        """
        project = self._project(project_id)
        parent = self.version(project.id, project.current).parent
        if parent is None:
            raise NothingToUndo(project.id)
        self._point(project.id, parent)
        return self.version(project.id, parent)

    def redo(self, project_id: str) -> Version:
        """Put the newest child of the version in force in force.

        Raises:
            UnknownProject, NothingToRedo
        """
        project = self._project(project_id)
        child = self._connection.scalar(
            select(func.max(versions.c.number)).where(
                versions.c.project_id == project.id, versions.c.parent == project.current
            )
        )
        if child is None:
            raise NothingToRedo(project.id)
        self._point(project.id, child)
        return self.version(project.id, child)

    def _project(self, project_id: str) -> Project:
        # Held until the transaction ends where the database knows row locks, so that two
        # writers of one project follow each other.
        held = select(projects).where(projects.c.id == project_id).with_for_update()
        row = self._connection.execute(held).one_or_none()
        if row is None:
            raise UnknownProject(project_id)
        return _project(row)

    def _append(self, project_id: str, version: Version) -> None:
        row = {
            "project_id": project_id,
            "number": version.number,
            "parent": version.parent,
            "draft": draft_to_wire(version.draft),
            "request": version.request,
            "reply": version.reply,
            "created_ms": version.created_ms,
        }
        self._connection.execute(insert(versions).values(row))

    def _point(self, project_id: str, number: int) -> None:
        self._change(project_id, current=number)

    def _change(self, project_id: str, **values: Any) -> None:
        changed = update(projects).where(projects.c.id == project_id)
        values |= {"revision": projects.c.revision + 1, "updated_ms": now_ms()}
        self._connection.execute(changed.values(**values))


# The digest of what was deleted.
_DELETED: Final = ""

_ASSET: TypeAdapter[Asset] = TypeAdapter(Asset)


def word_of(digest: str) -> str:
    """Give what stands for a content among the words that are locked."""
    return f"content {digest}"


def _version_row(project_id: str, number: int) -> Select[Any]:
    return select(versions).where(versions.c.project_id == project_id, versions.c.number == number)


def _project(row: Row[Any]) -> Project:
    return Project(
        id=row.id,
        name=row.name,
        created_ms=row.created_ms,
        current=row.current,
        owner_id=row.user_id,
        language=row.language,
        revision=row.revision,
        updated_ms=row.updated_ms,
    )


def _version(row: Row[Any]) -> Version:
    return Version(
        number=row.number,
        parent=row.parent,
        draft=draft_from_wire(row.draft),
        request=row.request,
        reply=row.reply,
        created_ms=row.created_ms,
    )


def now_ms() -> int:
    """Give the time as the tables hold it."""
    return time.time_ns() // 1_000_000
