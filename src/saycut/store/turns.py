"""Turns of a chat and the log of their events.

A turn is begun, logs events, and ends once:

    running --> done | failed | aborted       by the server that runs it
    running --> lost                          by another, when that server is gone
    lost    --> running                       when the client sends the same turn again

At most one turn of a project runs. Events are numbered through the project in the order they
were logged, and each is logged before anybody is sent it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from saycut.errors import SaycutError
from saycut.store.errors import UnknownProject
from saycut.store.projects import now_ms
from saycut.store.schema import events, projects, turns

__all__ = ["Event", "KeyReused", "Turn", "TurnRunning", "Turns"]

RUNNING: Final = "running"
LOST: Final = "lost"


class TurnRunning(SaycutError):
    """Another turn of the project has not ended."""

    code: ClassVar[int] = 409

    def __init__(self, project_id: str) -> None:
        super().__init__(
            f"cannot begin a turn in session {project_id!r}: another one is running; wait until it "
            f"ends, or stop it with POST /api/tasks/me/{project_id}/abort"
        )


class KeyReused(SaycutError):
    """The key of a turn was used for other words."""

    code: ClassVar[int] = 409

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the idempotency key {key!r} was used for another message; use a new key for each "
            "message, and the same one only to repeat it"
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. `fingerprint` is of all that was asked; `key` names it for the client."""

    id: str
    project_id: str
    user_id: str
    key: str
    fingerprint: str
    request: str
    state: str
    server_id: str
    started_ms: int
    ended_ms: int | None

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING


@dataclass(frozen=True, slots=True)
class Event:
    """What was logged; `seq` counts from 1 in each project."""

    seq: int
    turn_id: str | None
    payload: Mapping[str, Any]


class Turns:
    """Reads and writes of turns and events within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, new: Turn) -> tuple[Turn, bool]:
        """Begin a turn, or give the one of that key; True where it is to be run now.

        Raises:
            UnknownProject, TurnRunning
            KeyReused: the turn of that key has another fingerprint.
        """
        self._lock(new.project_id)
        fits = (turns.c.project_id == new.project_id) & (turns.c.key == new.key)
        known = self._connection.execute(select(turns).where(fits)).one_or_none()
        if known is not None and known.fingerprint != new.fingerprint:
            raise KeyReused(new.key)
        if known is not None and known.state != LOST:
            return _turn(known), False
        if self.running(new.project_id):
            raise TurnRunning(new.project_id)
        values = {"state": RUNNING, "server_id": new.server_id, "started_ms": now_ms()}
        if known is not None:
            again = update(turns).where(turns.c.id == known.id)
            self._connection.execute(again.values(**values, ended_ms=None))
            return self.get(known.id), True
        row = {
            "id": new.id,
            "project_id": new.project_id,
            "user_id": new.user_id,
            "key": new.key,
            "fingerprint": new.fingerprint,
            "request": new.request,
        }
        self._connection.execute(insert(turns).values(**row, **values))
        return self.get(new.id), True

    def get(self, turn_id: str) -> Turn:
        """Give a turn; the id must exist."""
        return _turn(self._connection.execute(select(turns).where(turns.c.id == turn_id)).one())

    def find(self, turn_id: str) -> Turn | None:
        """Give a turn; None when it went with its project."""
        fits = select(turns).where(turns.c.id == turn_id)
        row = self._connection.execute(fits).one_or_none()
        return _turn(row) if row is not None else None

    def running(self, project_id: str) -> Turn | None:
        """Give the turn that runs in a project."""
        fits = (turns.c.project_id == project_id) & (turns.c.state == RUNNING)
        row = self._connection.execute(select(turns).where(fits)).one_or_none()
        return _turn(row) if row is not None else None

    def running_on(self, server_ids: Iterable[str]) -> tuple[Turn, ...]:
        """Give the turns that servers run, or ran when they ended."""
        fits = (turns.c.state == RUNNING) & turns.c.server_id.in_(list(server_ids))
        return tuple(_turn(row) for row in self._connection.execute(select(turns).where(fits)))

    def servers(self) -> frozenset[str]:
        """Give the servers that turns are said to run on."""
        rows = select(turns.c.server_id).where(turns.c.state == RUNNING).distinct()
        return frozenset(self._connection.scalars(rows))

    def end(self, turn_id: str, state: str) -> bool:
        """End a turn that runs; False when it has ended already."""
        # The project first, as all do who write what is of one: else they wait for each other.
        of_turn = select(turns.c.project_id).where(turns.c.id == turn_id).scalar_subquery()
        held = select(projects.c.id).where(projects.c.id == of_turn).with_for_update()
        self._connection.execute(held).one_or_none()
        fits = (turns.c.id == turn_id) & (turns.c.state == RUNNING)
        ended = update(turns).where(fits).values(state=state, ended_ms=now_ms())
        return self._connection.execute(ended).rowcount == 1

    def log(self, project_id: str, turn_id: str, payload: Mapping[str, Any]) -> Event:
        """Add an event after those of the project.

        Raises:
            UnknownProject
        """
        (event,) = self.log_each([(project_id, turn_id, payload)])
        if event is None:
            raise UnknownProject(project_id)
        return event

    def log_each(
        self, entries: Sequence[tuple[str, str, Mapping[str, Any]]]
    ) -> tuple[Event | None, ...]:
        """Add events of several turns at once: project, turn and payload of each.

        None stands for an event whose project is gone.
        """
        ids = sorted({project_id for project_id, _, _ in entries})
        last = select(projects.c.id, func.coalesce(_LAST_SEQ, 0)).where(projects.c.id.in_(ids))
        held = last.order_by(projects.c.id).with_for_update()
        seqs = {row[0]: row[1] for row in self._connection.execute(held)}
        logged: list[Event | None] = []
        rows = []
        for project_id, turn_id, payload in entries:
            if project_id not in seqs:
                logged.append(None)
                continue
            seqs[project_id] += 1
            event = Event(seqs[project_id], turn_id, payload)
            logged.append(event)
            row = {"project_id": project_id, "seq": event.seq, "turn_id": turn_id}
            rows.append({**row, "payload": payload, "created_ms": now_ms()})
        if rows:
            self._connection.execute(insert(events), rows)
        return tuple(logged)

    def events(
        self, project_id: str, *, after: int = 0, turn_id: str | None = None
    ) -> tuple[Event, ...]:
        """Give the events of a project, or of one turn, with numbers above `after`."""
        fits = (events.c.project_id == project_id) & (events.c.seq > after)
        if turn_id is not None:
            fits &= events.c.turn_id == turn_id
        rows = select(events).where(fits).order_by(events.c.seq)
        return tuple(
            Event(row.seq, row.turn_id, row.payload) for row in self._connection.execute(rows)
        )

    def _lock(self, project_id: str) -> None:
        """Let writers of one project follow each other where the database knows row locks."""
        held = select(projects.c.id).where(projects.c.id == project_id).with_for_update()
        if self._connection.execute(held).one_or_none() is None:
            raise UnknownProject(project_id)


_LAST_SEQ: Final = (
    select(func.max(events.c.seq))
    .where(events.c.project_id == projects.c.id)
    .correlate(projects)
    .scalar_subquery()
)


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        key=row.key,
        fingerprint=row.fingerprint,
        request=row.request,
        state=row.state,
        server_id=row.server_id,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
    )
