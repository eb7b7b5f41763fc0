"""Exports: films that were ordered, how each stands, and the file it led to.

    pending ----> processing ----> completed      begin, complete
       |              |  ^
       |              +--+                        begin again: a server ended, another goes on
       |              |
       +--> failed <--+                           fail
       +--> cancelled <--+                        cancel a pending one; stop one that was processing

- An order is known by its owner and the id that the owner gave; ordering it again changes nothing.
- What has ended (`finished_ms`) never changes its state. Several servers may work on one export
  when one of them was thought to be gone: the first to end it has ended it.
- A request to cancel what is being processed is only noted (`is_cancelled`); the worker sees it.
- The digest of a film is written before its content is kept (`announce`) and counts only once the
  export is completed, so no content is ever kept that no row tells of.
- A completed export gives up its file when that expires (`forget`), and stays completed.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Connection, Row, case, insert, select, update
from sqlalchemy.exc import IntegrityError

from saycut.errors import SaycutError
from saycut.store.projects import now_ms
from saycut.store.schema import exports

__all__ = ["Export", "Exports", "Film", "OrderReused"]

PENDING: Final = "pending"
PROCESSING: Final = "processing"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"

_UNFINISHED: Final = (PENDING, PROCESSING)


class OrderReused(SaycutError):
    """The id of an export was used for another order."""

    code: ClassVar[int] = 409

    def __init__(self, export_id: str) -> None:
        super().__init__(
            f"the export id {export_id!r} was used for another order; use a new id for each order, "
            "and the same one only to repeat it"
        )


@dataclass(frozen=True, slots=True)
class Film:
    """A finished file: its content, its picture in pixels, what looking at it found."""

    digest: str
    size_bytes: int
    width: int
    height: int
    duration_ms: int
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """One ordered film. `uid` is ours, `id` the owner's; `options` is what the file should be.

    `digest` is None while there is no file, and again once it was given up.
    """

    uid: str
    user_id: str
    id: str
    project_id: str
    fingerprint: str
    draft: Mapping[str, Any]
    options: Mapping[str, Any]
    webhook: str | None
    state: str
    is_cancelled: bool
    progress: int
    error_code: int | None
    error: str | None
    digest: str | None
    size_bytes: int | None
    width: int | None
    height: int | None
    duration_ms: int | None
    report: Mapping[str, Any] | None
    created_ms: int
    started_ms: int | None
    finished_ms: int | None
    expires_ms: int | None

    @property
    def has_ended(self) -> bool:
        return self.state not in _UNFINISHED


class Exports:
    """Reads and writes of exports within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def order(
        self,
        *,
        user_id: str,
        export_id: str,
        project_id: str,
        fingerprint: str,
        draft: Mapping[str, Any],
        options: Mapping[str, Any],
        webhook: str | None = None,
    ) -> Export:
        """Note an order, or give the one of that owner and id.

        Raises:
            OrderReused: the one of that id has another fingerprint.
        """
        row = {
            "uid": _new_uid(),
            "user_id": user_id,
            "id": export_id,
            "project_id": project_id,
            "fingerprint": fingerprint,
            "draft": draft,
            "options": options,
            "webhook": webhook,
            "state": PENDING,
            "created_ms": now_ms(),
        }
        if self.get(user_id, export_id) is None:
            try:
                with self._connection.begin_nested():
                    self._connection.execute(insert(exports).values(row))
            except IntegrityError:
                # The same order came a moment ago; any other reason is told again below.
                if self.get(user_id, export_id) is None:
                    raise
        known = self.get(user_id, export_id)
        assert known is not None
        if known.fingerprint != fingerprint:
            raise OrderReused(export_id)
        return known

    def get(self, user_id: str, export_id: str) -> Export | None:
        """Give the export of an owner by the id that the owner gave."""
        return self._one((exports.c.user_id == user_id) & (exports.c.id == export_id))

    def by_uid(self, uid: str) -> Export | None:
        return self._one(exports.c.uid == uid)

    def of_project(self, project_id: str) -> tuple[Export, ...]:
        """Give the exports of a project in the order they came."""
        return self._all(exports.c.project_id == project_id)

    def of_owner(self, user_id: str) -> tuple[Export, ...]:
        """Give the exports of a user in the order they came."""
        return self._all(exports.c.user_id == user_id)

    def unfinished(self) -> tuple[str, ...]:
        """Give the uids of what has not ended, in the order it came."""
        rows = select(exports.c.uid).where(exports.c.state.in_(_UNFINISHED)).order_by(*_AGE)
        return tuple(self._connection.scalars(rows))

    def expired(self, at_ms: int) -> tuple[Export, ...]:
        """Give the exports whose file was to be kept until then at most."""
        return self._all(exports.c.digest.is_not(None) & (exports.c.expires_ms <= at_ms))

    def begin(self, uid: str) -> Export | None:
        """Start an export, or go on with it.

        None when it has ended, is to be cancelled, or is gone.
        """
        started = case((exports.c.started_ms.is_(None), now_ms()), else_=exports.c.started_ms)
        is_on = self._change(uid, _GOES_ON, state=PROCESSING, started_ms=started)
        return self.by_uid(uid) if is_on else None

    def advance(self, uid: str, progress: int) -> bool:
        """Note how far an export is, of 100; False when there is no reason to go on with it."""
        further = case((exports.c.progress > progress, exports.c.progress), else_=progress)
        return self._change(uid, _GOES_ON, progress=further)

    def announce(self, uid: str, digest: str) -> tuple[bool, str | None]:
        """Note which content is about to be kept.

        Gives whether to go on, and the content that an earlier try announced.
        """
        row = exports.c.digest
        before: str | None = self._connection.scalar(select(row).where(exports.c.uid == uid))
        return self._change(uid, _GOES_ON, digest=digest), before

    def complete(self, uid: str, film: Film, *, expires_ms: int) -> bool:
        """End an export with its file, which was announced.

        False when it has ended otherwise, is to be cancelled, or another file was announced
        since: who announced that one has given this one up.
        """
        return self._change(
            uid,
            _GOES_ON & (exports.c.digest == film.digest),
            state=COMPLETED,
            progress=100,
            size_bytes=film.size_bytes,
            width=film.width,
            height=film.height,
            duration_ms=film.duration_ms,
            report=film.report,
            finished_ms=now_ms(),
            expires_ms=expires_ms,
        )

    def fail(self, uid: str, code: int, message: str) -> str | None:
        """End an export without a file; gives the content that was announced, to be given up."""
        return self._end(uid, _IS_UNFINISHED, state=FAILED, error_code=code, error=message)

    def cancel(self, uid: str) -> bool:
        """End what waits; ask what is being processed to end. Tells whether it has ended now."""
        self._change(uid, exports.c.state == PROCESSING, is_cancelled=True)
        waits = exports.c.state == PENDING
        return self._change(uid, waits, state=CANCELLED, finished_ms=now_ms())

    def stop(self, uid: str) -> str | None:
        """End what was to be cancelled; gives the content that was announced, to be given up."""
        return self._end(uid, _IS_UNFINISHED & exports.c.is_cancelled, state=CANCELLED)

    def forget(self, uid: str) -> str | None:
        """Give up the file of a completed export; gives its content."""
        digest: str | None = self._connection.scalar(
            select(exports.c.digest).where(exports.c.uid == uid)
        )
        self._change(uid, exports.c.state == COMPLETED, digest=None, size_bytes=None)
        return digest

    def _end(self, uid: str, where: ColumnElement[bool], **values: Any) -> str | None:
        announced = select(exports.c.digest).where(exports.c.uid == uid)
        digest: str | None = self._connection.scalar(announced)
        ended = self._change(uid, where, digest=None, finished_ms=now_ms(), **values)
        return digest if ended else None

    def _change(self, uid: str, where: ColumnElement[bool], **values: Any) -> bool:
        changed = update(exports).where((exports.c.uid == uid) & where).values(**values)
        return self._connection.execute(changed).rowcount == 1

    def _one(self, where: ColumnElement[bool]) -> Export | None:
        row = self._connection.execute(select(exports).where(where)).one_or_none()
        return _export(row) if row is not None else None

    def _all(self, where: ColumnElement[bool]) -> tuple[Export, ...]:
        rows: Iterable[Row[Any]] = self._connection.execute(
            select(exports).where(where).order_by(*_AGE)
        )
        return tuple(_export(row) for row in rows)


_AGE: Final = (exports.c.created_ms, exports.c.uid)
_IS_UNFINISHED: Final = exports.c.state.in_(_UNFINISHED)
_GOES_ON: Final = _IS_UNFINISHED & ~exports.c.is_cancelled


def _new_uid() -> str:
    # Sorted by time: of two orders within a millisecond the first is made first.
    return f"{time.time_ns():016x}{token_hex(8)}"


def _export(row: Row[Any]) -> Export:
    values = dict(row._mapping)
    if row.state != COMPLETED:
        # Announced, not yet there.
        values["digest"] = None
    return Export(**values)
