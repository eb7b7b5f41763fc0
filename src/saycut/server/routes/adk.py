"""Sessions as Agent Development Kit front ends know them: bare JSON, no envelope."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from saycut.engine import UNNAMED
from saycut.errors import SaycutError
from saycut.server.callers import Caller, PartsDep, Reader, Writer
from saycut.server.envelope import Body
from saycut.server.errors import FAILURES
from saycut.server.routes.common import APPS, AppName, SessionId, check_user, snapshot_for
from saycut.server.routes.sessions import make_session
from saycut.store import Project, Transaction, UnknownProject

__all__ = ["router"]

router = APIRouter(tags=["adk"], responses=FAILURES)


class SessionIdTaken(SaycutError):
    """A session of that id is there already."""

    code = 409

    def __init__(self, session_id: str) -> None:
        super().__init__(f"the session id {session_id!r} is taken: choose another, or leave it out")


_OWN_ID: Final = r"^[A-Za-z0-9_-]{8,64}$"


@router.get("/list-apps")
def list_apps() -> list[str]:
    """List the names of this server's one app."""
    return list(APPS)


class AdkSession(BaseModel):
    """A session; `state` holds what is in force, `events` all that was said."""

    id: str
    app_name: str = Field(serialization_alias="appName")
    user_id: str = Field(serialization_alias="userId")
    state: dict[str, Any]
    events: list[dict[str, Any]]
    last_update_time: float = Field(
        serialization_alias="lastUpdateTime", description="Seconds since 1970, UTC."
    )


class AdkSessionOrder(Body):
    session_id: str | None = Field(None, pattern=_OWN_ID)
    state: dict[str, Any] | None = Field(None, description="`name` and `language` count.")


@router.get("/apps/{app_name}/users/{user}/sessions")
def list_sessions(
    parts: PartsDep, caller: Reader, app_name: AppName, user: str
) -> list[AdkSession]:
    """List the caller's sessions, the newest first, without their events."""
    check_user(user, caller)
    with parts.store.reading() as tx:
        found = tx.projects.recent(caller.user_id)
    return [_session(app_name, project, {}, []) for project in found]


@router.post("/apps/{app_name}/users/{user}/sessions")
def create_session(
    parts: PartsDep,
    caller: Writer,
    app_name: AppName,
    user: str,
    order: AdkSessionOrder | None = None,
) -> AdkSession:
    """Make a session."""
    check_user(user, caller)
    return _created(parts, caller, app_name, order or AdkSessionOrder())


@router.post("/apps/{app_name}/users/{user}/sessions/{session_id}")
def create_named_session(
    parts: PartsDep,
    caller: Writer,
    app_name: AppName,
    user: str,
    session_id: Annotated[str, Path(pattern=_OWN_ID)],
    order: AdkSessionOrder | None = None,
) -> AdkSession:
    """Make a session of an id that the client chose."""
    check_user(user, caller)
    order = (order or AdkSessionOrder()).model_copy(update={"session_id": session_id})
    return _created(parts, caller, app_name, order)


@router.get("/apps/{app_name}/users/{user}/sessions/{session_id}")
def get_session(
    parts: PartsDep, caller: Reader, app_name: AppName, user: str, session_id: SessionId
) -> AdkSession:
    """Give a session with all that was said in it."""
    check_user(user, caller, session_id)
    with parts.store.reading() as tx:
        return _whole(tx, caller, app_name, session_id)


@router.delete("/apps/{app_name}/users/{user}/sessions/{session_id}")
def delete_session(
    parts: PartsDep, caller: Writer, app_name: AppName, user: str, session_id: SessionId
) -> None:
    """Delete a session with its media, its films and its history."""
    check_user(user, caller, session_id)
    with parts.store.reading() as tx:
        snapshot_for(tx, session_id, caller)
    parts.jobs.forget_project(session_id)
    parts.engine.remove(session_id)


def _created(parts: PartsDep, caller: Caller, app_name: str, order: AdkSessionOrder) -> AdkSession:
    state = order.state or {}
    name, language = str(state.get("name") or UNNAMED), str(state.get("language") or "")
    with parts.store.transaction() as tx:
        if order.session_id is not None:
            _check_free(tx, order.session_id)
        session_id = make_session(tx, caller.user_id, name, language, order.session_id)
        return _whole(tx, caller, app_name, session_id)


def _check_free(tx: Transaction, session_id: str) -> None:
    try:
        tx.projects.get(session_id)
    except UnknownProject:
        return
    raise SessionIdTaken(session_id)


def _whole(tx: Transaction, caller: Caller, app_name: str, session_id: str) -> AdkSession:
    snapshot = snapshot_for(tx, session_id, caller)
    events = [dict(event.payload) for event in tx.turns.events(session_id)]
    state = {
        "version": snapshot.project.revision,
        "name": snapshot.project.name,
        "duration_ms": snapshot.draft.duration_ms,
        "timeline": snapshot.summary,
    }
    return _session(app_name, snapshot.project, state, events)


def _session(
    app_name: str, project: Project, state: dict[str, Any], events: list[dict[str, Any]]
) -> AdkSession:
    return AdkSession(
        id=project.id,
        app_name=app_name,
        user_id=project.owner_id,
        state=state,
        events=events,
        last_update_time=project.updated_ms / 1000,
    )
