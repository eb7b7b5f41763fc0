"""Projects: listing them, their files and versions, typed edits, undo and redo, deleting one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from saycut.engine import Snapshot
from saycut.server.callers import PartsDep, Reader, Writer
from saycut.server.envelope import Body, Data, Envelope, Nothing
from saycut.server.errors import FAILURES
from saycut.server.routes.common import SessionId, project_of, snapshot_for

__all__ = ["router"]

router = APIRouter(tags=["sessions"], responses=FAILURES)


class ProjectData(Data):
    id: str
    name: str
    version: int
    created_ms: int = Field(description="Milliseconds since 1970, UTC.")
    updated_ms: int


class ProjectsData(Data):
    projects: list[ProjectData]


@router.get("/api/projects")
def list_projects(parts: PartsDep, caller: Reader) -> Envelope[ProjectsData]:
    """List the caller's projects, the newest first."""
    with parts.store.reading() as tx:
        found = tx.projects.recent(caller.user_id)
    return Envelope(
        data=ProjectsData(
            projects=[
                ProjectData(
                    id=p.id,
                    name=p.name,
                    version=p.revision,
                    created_ms=p.created_ms,
                    updated_ms=p.updated_ms,
                )
                for p in found
            ]
        )
    )


@router.delete("/api/projects/{session_id}/files/{file_id}")
def delete_file(
    parts: PartsDep,
    caller: Writer,
    session_id: SessionId,
    file_id: Annotated[str, Path(description="As the upload told it.")],
) -> Envelope[Nothing]:
    """Delete an uploaded file that the film does not use; its content is gone."""
    with parts.store.reading() as tx:
        snapshot = snapshot_for(tx, session_id, caller)
    parts.engine.delete_asset(snapshot, file_id)
    return Envelope(data=Nothing())


@router.delete("/api/projects/{session_id}")
def delete_project(parts: PartsDep, caller: Writer, session_id: SessionId) -> Envelope[Nothing]:
    """Delete a project with its media, its films and its history; nothing of it is kept."""
    with parts.store.reading() as tx:
        project_of(tx, session_id, caller)
    parts.jobs.forget_project(session_id)
    parts.engine.remove(session_id)
    return Envelope(data=Nothing())


class VersionData(Data):
    version: int
    timeline: str = Field(description="What lies on each track, in words.")
    draft: dict[str, Any] = Field(description="See docs/draft.md.")


@router.post("/api/projects/{session_id}/undo")
def undo(parts: PartsDep, caller: Writer, session_id: SessionId) -> Envelope[VersionData]:
    """Take the last edit back; `redo` brings it back."""
    with parts.store.reading() as tx:
        project_of(tx, session_id, caller)
    return _version(parts.engine.undo(session_id, caller.user_id))


@router.post("/api/projects/{session_id}/redo")
def redo(parts: PartsDep, caller: Writer, session_id: SessionId) -> Envelope[VersionData]:
    """Bring back the edit that was undone last."""
    with parts.store.reading() as tx:
        project_of(tx, session_id, caller)
    return _version(parts.engine.redo(session_id, caller.user_id))


class HistoryEntry(Data):
    number: int
    parent: int | None
    request: str = Field(description="What the user said; empty for the first.")
    reply: str
    created_ms: int
    is_current: bool


class HistoryData(Data):
    versions: list[HistoryEntry]


@router.get("/api/projects/{session_id}/versions")
def history(parts: PartsDep, caller: Reader, session_id: SessionId) -> Envelope[HistoryData]:
    """List all versions of a project, those that were undone too."""
    with parts.store.reading() as tx:
        project = project_of(tx, session_id, caller)
        versions = tx.projects.history(session_id)
    return Envelope(
        data=HistoryData(
            versions=[
                HistoryEntry(
                    number=v.number,
                    parent=v.parent,
                    request=v.request,
                    reply=v.reply,
                    created_ms=v.created_ms,
                    is_current=v.number == project.current,
                )
                for v in versions
            ]
        )
    )


class EditOrder(Body):
    name: str = Field(description="An operation; docs/operations.md lists them.")
    arguments: dict[str, Any] = Field(default_factory=dict)
    version: int | None = Field(
        None, description="The version that this was decided on; another one in force gives 409."
    )


@router.post("/api/projects/{session_id}/edits")
def edit(
    parts: PartsDep, caller: Writer, session_id: SessionId, order: EditOrder
) -> Envelope[VersionData]:
    """Change a project by a typed operation; one step of undo."""
    with parts.store.reading() as tx:
        before = snapshot_for(tx, session_id, caller)
    snapshot = parts.engine.apply(before, order.name, order.arguments, at_revision=order.version)
    return _version(snapshot)


def _version(snapshot: Snapshot) -> Envelope[VersionData]:
    return Envelope(
        data=VersionData(
            version=snapshot.project.revision, timeline=snapshot.summary, draft=snapshot.wire
        )
    )
