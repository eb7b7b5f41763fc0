"""Sessions: making one, the state of one, undo and redo, deleting one."""

from typing import Annotated, Any, Final

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import Field

from saycut.engine import LONG_ID_LENGTH, Snapshot, new_id
from saycut.engine.plain import one_line
from saycut.server.addresses import base_url_of
from saycut.server.callers import Caller, PartsDep, Reader, Writer
from saycut.server.envelope import Body, Data, Envelope, Nothing
from saycut.server.errors import FAILURES
from saycut.server.files import FileData, file_data
from saycut.server.parts import Parts
from saycut.server.routes.common import (
    AppName,
    SessionId,
    check_user,
    project_of,
    snapshot_for,
)
from saycut.store import Transaction
from saycut.timeline import Draft

__all__ = ["make_session", "router"]

router = APIRouter(tags=["sessions"], responses=FAILURES)

_DEFAULT_NAME: Final = "project"
_NAME_LETTERS_MAX: Final = 200
_BIND_S: Final = 3600


class SessionOrder(Body):
    task_name: str = Field(_DEFAULT_NAME, description="A name for the project.")
    language: str = Field(
        "", description="Of the user: a code such as en or zh-CN; anything else counts as unknown."
    )


class SessionData(Data):
    task_id: str = Field(description="The project; the same text as `session_id`.")
    session_id: str
    user_id: str
    bind_id: str = Field(description="For `/register?bind=`: takes the project over, for an hour.")


@router.post("/api/tasks/{user}/with-session/{app_name}")
def create_session(
    parts: PartsDep,
    caller: Writer,
    user: str,
    app_name: AppName,
    order: SessionOrder | None = None,
) -> Envelope[SessionData]:
    """Make a project and the session to talk about it."""
    check_user(user, caller)
    order = order or SessionOrder()
    with parts.store.transaction() as tx:
        session_id = make_session(tx, caller.user_id, order.task_name, order.language)
        bind_id = bind_of(tx, parts, caller.user_id)
    return Envelope(
        data=SessionData(
            task_id=session_id, session_id=session_id, user_id=caller.user_id, bind_id=bind_id
        )
    )


def make_session(
    tx: Transaction, user_id: str, name: str, language: str, session_id: str | None = None
) -> str:
    """Make an empty project of a user; gives its id."""
    project_id = session_id or new_id(LONG_ID_LENGTH)
    label = one_line(name)[:_NAME_LETTERS_MAX] or _DEFAULT_NAME
    code = language if 2 <= len(language) <= 16 and language[:2].isalpha() else ""
    tx.projects.create(project_id, label, Draft(), owner_id=user_id, language=code)
    return project_id


def bind_of(tx: Transaction, parts: Parts, user_id: str) -> str:
    """Give a fresh bind id of an anonymous user; "" for those who have nothing to bind."""
    if parts.options.is_open or tx.users.get(user_id).kind != "anonymous":
        return ""
    return tx.users.new_bind(user_id)


class StateData(Data):
    session_id: str
    version: int = Field(description="Only grows; the same number is the same state.")
    running: bool = Field(description="Whether a turn is under way.")
    bind_id: str
    state: dict[str, Any] = Field(
        description="`draft` (see docs/draft.md), `video_infos`, `canvas_config`, "
        "`generated_media`, `video_analyses`, and the fields above once more."
    )


@router.get(
    "/api/state/{app_name}/{user}/{session_id}/latest",
    responses={304: {"description": "Nothing changed since the state of that ETag."}},
    response_model=Envelope[StateData],
)
def latest_state(
    request: Request,
    response: Response,
    parts: PartsDep,
    caller: Reader,
    app_name: AppName,
    user: str,
    session_id: SessionId,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Any:
    """Tell how a session stands: its timeline, its files, its canvas."""
    check_user(user, caller, session_id)
    with parts.store.reading() as tx:
        snapshot = snapshot_for(tx, session_id, caller)
        is_running = tx.turns.running(session_id) is not None
    etag = f'"{snapshot.project.revision}{"r" if is_running else ""}"'
    if if_none_match and etag in (tag.strip() for tag in if_none_match.split(",")):
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    with parts.store.transaction() as tx:
        bind_id = bind_of(tx, parts, caller.user_id)
    files = [
        file_data(parts, session_id, asset, base_url_of(request, parts))
        for asset in snapshot.assets.values()
    ]
    data = StateData(
        session_id=session_id,
        version=snapshot.project.revision,
        running=is_running,
        bind_id=bind_id,
        state=_state(snapshot, files),
    )
    data.state |= data.model_dump(exclude={"state"})
    return Envelope(data=data)


def _state(snapshot: Snapshot, files: list[FileData]) -> dict[str, Any]:
    canvas = snapshot.draft.canvas
    return {
        "draft": snapshot.wire,
        "video_infos": [file.model_dump() for file in files],
        "canvas_config": {
            "width": canvas.width,
            "height": canvas.height,
            "fps": float(canvas.frame_rate),
            "ratio": canvas.ratio,
        },
        "generated_media": [],
        "video_analyses": [_analysis(snapshot, file.file_id) for file in files],
        "timeline": snapshot.summary,
        "name": snapshot.project.name,
    }


def _analysis(snapshot: Snapshot, asset_id: str) -> dict[str, Any]:
    facts = snapshot.assets[asset_id].facts
    return {
        "file_id": asset_id,
        "tempo_bpm": facts.tempo_bpm,
        "beat_count": len(facts.beats_ms),
        "loudness_lufs": facts.loudness_lufs,
        "face_count": len(facts.faces),
        "palette": list(facts.palette),
        "language": facts.language,
    }


class AbortData(Data):
    aborted: bool = Field(description="False when no turn was running.")


@router.post("/api/tasks/{user}/{session_id}/abort")
async def abort_turn(
    parts: PartsDep, caller: Writer, user: str, session_id: SessionId
) -> Envelope[AbortData]:
    """Stop the turn that runs in a session; what it had not written yet is not written."""
    check_user(user, caller, session_id)
    await anyio.to_thread.run_sync(_check_own, parts, caller, session_id)
    return Envelope(data=AbortData(aborted=await parts.chat.abort(session_id)))


def _check_own(parts: Parts, caller: Caller, session_id: str) -> None:
    with parts.store.reading() as tx:
        project_of(tx, session_id, caller)


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
