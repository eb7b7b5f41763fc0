"""What several routes need: names in paths, and sessions that are the caller's."""

from typing import Annotated, Final

from fastapi import Depends, Path

from saycut.engine import Snapshot, snapshot_of
from saycut.server.callers import Caller
from saycut.server.errors import BadInput, NotFound, SessionNotFound
from saycut.store import Project, Transaction, UnknownProject

__all__ = ["APPS", "AppName", "SessionId", "check_user", "project_of", "snapshot_for"]

APPS: Final = ("nemo_agent", "saycut")


def _app_name(app_name: Annotated[str, Path(description="nemo_agent or saycut")]) -> str:
    if app_name not in APPS:
        raise NotFound(f"no app {app_name!r}: there is {' and '.join(APPS)}")
    return app_name


AppName = Annotated[str, Depends(_app_name)]
SessionId = Annotated[str, Path(description="The session, as it was given when it was made.")]


def check_user(named: str | None, caller: Caller, session_id: str = "") -> None:
    """Let pass `me`, nothing and the caller's own id.

    Raises:
        SessionNotFound: it is somebody else, whose sessions are as good as missing.
    """
    if named not in (None, "", "me", caller.user_id):
        raise SessionNotFound(session_id)


def project_of(tx: Transaction, session_id: str, caller: Caller) -> Project:
    """Give the project of a session.

    Raises:
        SessionNotFound: there is none, or it is another user's.
    """
    try:
        return tx.projects.get(session_id, caller.user_id)
    except UnknownProject:
        raise SessionNotFound(session_id) from None


def snapshot_for(tx: Transaction, session_id: str, caller: Caller) -> Snapshot:
    """Give a session as it stands. Raises SessionNotFound."""
    if not session_id:
        raise BadInput("session_id is missing: send the one that the session was made with")
    return snapshot_of(tx, project_of(tx, session_id, caller).id, caller.user_id)
