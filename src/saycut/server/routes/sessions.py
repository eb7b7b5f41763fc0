"""Sessions: making one, the state of one, stopping what runs in one."""

from typing import Annotated, Any, Final

import anyio.to_thread
from fastapi import APIRouter, Header, Request, Response
from pydantic import Field

from saycut.engine import LONG_ID_LENGTH, UNNAMED, Snapshot, new_id
from saycut.engine.plain import one_line
from saycut.server.callers import Caller, PartsDep, Reader, Writer
from saycut.server.edge.addresses import base_url_of
from saycut.server.envelope import Body, Data, Envelope
from saycut.server.errors import FAILURES
from saycut.server.intake.files import FileData, file_data
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

_NAME_LETTERS_MAX: Final = 200


class SessionOrder(Body):
    task_name: str = Field(UNNAMED, description="A name for the project.")
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
    label = one_line(name)[:_NAME_LETTERS_MAX] or UNNAMED
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
