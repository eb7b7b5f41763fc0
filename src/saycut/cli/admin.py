"""What the commands of an operator do: short transactions beside a server that may be running.

No folder is taken and no job is started: a server owns its folder for as long as it runs, and
its database takes writes from more than one process. See `store.open_beside`.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import uuid4

import typer

from saycut.bootstrap import open_store
from saycut.cli.plain import counted, printable
from saycut.engine.plain import one_line
from saycut.errors import SaycutError
from saycut.store import Store, Transaction, UnknownUser, User

__all__ = ["grant", "password", "plan", "show", "usage", "users"]

_ENTRIES_SHOWN: Final = 50
_LABEL_LETTERS_MAX: Final = 64


class NoSuchUser(SaycutError):
    """Nobody is known by that id or email address."""

    code: ClassVar[int] = 4901

    def __init__(
        self, named: str, hint: str = "`saycut admin users` lists those there are"
    ) -> None:
        super().__init__(f"no user {named!r}: {hint}")


class NoPassword(SaycutError):
    """There is nobody to ask for a password, and none was piped in."""

    code: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__(
            "there is no terminal to ask for the password on: pipe it in and write - after the "
            "email address"
        )


def password(email: str, source: str | None, *, create: bool, is_json: bool) -> None:
    # Loaded here: the rules of passwords come with the server, which is half a second.
    from saycut.server.web.accounts import forget_failures
    from saycut.server.web.passwords import checked_email, checked_password, hash_password

    known_as = checked_email(email)
    with _opened() as store:
        # Nobody types a password twice to be told that there is no such account.
        with store.reading() as tx:
            if not create and tx.users.by_email(known_as) is None:
                raise NoSuchUser(known_as, "add --create to make the account")
        kept = hash_password(checked_password(_new_password(source)))
        with store.transaction() as tx:
            user = tx.users.by_email(known_as)
            is_new = user is None
            if user is None:
                user = tx.users.create_account(known_as, kept)
            else:
                tx.users.set_password(user.id, kept)
            forget_failures(tx, known_as)
            closed = tx.tokens.revoke_all(user.id, kinds=("web",))
    done = "made with that password" if is_new else "has the new password"
    _tell(
        {"user": user.id, "email": known_as, "created": is_new, "signed_out": closed},
        [f"{known_as} {done}; {counted(closed, 'browser')} signed out"],
        is_json=is_json,
    )


def users(*, is_json: bool) -> None:
    with _opened() as store, store.reading() as tx:
        rows = [_about(tx, user) for user in tx.users.recent()]
    lines = [
        f"{row['id']}  {row['kind']:<9}  {row['email'] or '-'}  plan {row['plan']}  "
        f"{counted(row['credits'], 'credit')}  {counted(row['projects'], 'project')}"
        for row in rows
    ]
    _tell({"users": rows}, lines, is_json=is_json)


def plan(email: str, name: str, *, is_json: bool) -> None:
    label = one_line(name)[:_LABEL_LETTERS_MAX]
    with _opened() as store, store.transaction() as tx:
        user = _user(tx, email)
        tx.users.set_plan(user.id, label)
    told = {"user": user.id, "plan": label}
    _tell(told, [f"{user.email} has the plan {label}"], is_json=is_json)


def usage(days: int, *, is_json: bool) -> None:
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    with _opened() as store, store.reading() as tx:
        rows = tx.usage.since(first.isoformat())
    lines = [
        f"{row['day']}  {row['count']:>6}  {row['action']}  {row['skill']} {row['version']} "
        f"({row['platform']})"
        for row in rows
    ]
    _tell({"usage": list(rows)}, lines or ["Nothing was counted in that time."], is_json=is_json)


def grant(named: str, amount: int, note: str, *, is_json: bool) -> None:
    with _opened() as store, store.transaction() as tx:
        user = _user(tx, named)
        tx.credits.grant(user.id, amount, key=f"admin:{uuid4().hex}", note=one_line(note))
        balance = tx.credits.balance(user.id)
    told = {"user": user.id, "available": balance.available, "frozen": balance.frozen}
    line = f"{user.email or user.id} has {counted(balance.available, 'credit')} now"
    _tell(told, [line], is_json=is_json)


def show(named: str, *, is_json: bool) -> None:
    with _opened() as store, store.reading() as tx:
        user = _user(tx, named)
        balance = tx.credits.balance(user.id)
        entries = tx.credits.history(user.id, _ENTRIES_SHOWN)
    rows = [
        {"kind": e.kind, "amount": e.amount, "note": e.note, "created_ms": e.created_ms}
        for e in entries
    ]
    lines = [
        f"{user.email or user.id}: {balance.available} available, {balance.frozen} held",
        *(f"{_moment(e.created_ms)}  {e.amount:>+7}  {e.kind:<7}  {e.note}" for e in entries),
    ]
    told = {"user": user.id, "available": balance.available, "frozen": balance.frozen}
    _tell({**told, "entries": rows}, lines, is_json=is_json)


@contextmanager
def _opened() -> Iterator[Store]:
    with closing(open_store()) as store:
        yield store


def _user(tx: Transaction, named: str) -> User:
    """Give the user of an id or an email address. Raises NoSuchUser."""
    try:
        found = tx.users.by_email(named.strip()) if "@" in named else tx.users.get(named)
    except UnknownUser:
        found = None
    if found is None:
        raise NoSuchUser(named)
    return found


def _about(tx: Transaction, user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "kind": "merged" if user.merged_into else user.kind,
        "email": user.email,
        "plan": user.plan,
        "credits": tx.credits.balance(user.id).total,
        "projects": len(tx.projects.recent(user.id)),
        "created_ms": user.created_ms,
    }


def _new_password(source: str | None) -> str:
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if source is not None:
        # Whatever stands on a command line, others on the machine can read.
        raise typer.BadParameter("a password does not go on the command line; write - or nothing")
    if not sys.stdin.isatty():
        raise NoPassword
    typed: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    return typed


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def _tell(told: dict[str, Any], lines: Sequence[str], *, is_json: bool) -> None:
    if is_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
