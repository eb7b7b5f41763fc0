"""Users, and how an account takes over what an anonymous user made.

    anonymous --> merged        an account took all over: what is known of it is where it went
    account                     signs in by email and password
    local                       the one user of a machine without accounts

The link to that is a bind: a secret that is used once and not for long, of which only the
hash is kept. A bind of one project takes over that project alone.
"""

import secrets as random_source
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)

from saycut.errors import SaycutError
from saycut.store.credits import Credits
from saycut.store.errors import UnknownUser
from saycut.store.hashes import hash_of, new_secret
from saycut.store.projects import Projects, now_ms
from saycut.store.schema import (
    LOCAL_USER,
    attempts,
    binds,
    exports,
    projects,
    tokens,
    turns,
    uploads,
    users,
)

__all__ = ["Bind", "BindRefused", "EmailTaken", "MergeRefused", "User", "Users"]

ANONYMOUS: Final = "anonymous"
ACCOUNT: Final = "account"

# Long enough to sign up with, short enough that a link left in a log opens nothing.
_BIND_LIFETIME_MS: Final = 3_600_000

# Tables with a user and a project, besides the projects themselves.
_BELONGINGS: Final[tuple[Table, ...]] = (exports, uploads, turns)


class EmailTaken(SaycutError):
    """An account of that email address is there already."""

    code: ClassVar[int] = 4902

    def __init__(self, email: str) -> None:
        super().__init__(
            f"cannot sign up with {email!r}: an account has that address; sign in with it, or "
            "use another"
        )
        self.email = email


class BindRefused(SaycutError):
    """A bind opens nothing; `reason` is unknown, used or expired."""

    code: ClassVar[int] = 4903

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"this link cannot be used: it is {reason}; ask in the chat for a new one, "
            "which is good for an hour and for one use"
        )
        self.reason = reason


class MergeRefused(SaycutError):
    """One user cannot take over what is another's."""

    code: ClassVar[int] = 4904

    def __init__(self, from_id: str, reason: str) -> None:
        super().__init__(
            f"cannot take over what user {from_id!r} made: {reason}; sign in to the account "
            "that should have it, and use a fresh link of an anonymous user"
        )


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who owns projects; `kind` is local, anonymous or account."""

    id: str
    kind: str
    email: str | None
    password_hash: str | None = field(repr=False)
    plan: str
    created_ms: int
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class Bind:
    """What a bind lets an account take over: all of a user's, or one project."""

    user_id: str
    project_id: str | None
    expires_ms: int


class Users:
    """Reads and writes of users within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: str) -> User:
        """Give the user of that id.

        Raises:
            UnknownUser
        """
        return self._get(user_id, is_held=False)

    def by_email(self, email: str) -> User | None:
        """Give the account of that address; None when there is none."""
        fits = select(users).where(users.c.email == _normal(email))
        row = self._connection.execute(fits).one_or_none()
        return _user(row) if row is not None else None

    def recent(self, limit: int | None = None) -> tuple[User, ...]:
        """Give the users, the newest first; all where there is no limit."""
        newest_first = select(users).order_by(users.c.created_ms.desc(), users.c.id).limit(limit)
        return tuple(_user(row) for row in self._connection.execute(newest_first))

    def create_anonymous(self) -> User:
        """Make a user who is known by tokens alone."""
        return self._create(ANONYMOUS)

    def create_account(self, email: str, password_hash: str) -> User:
        """Make a user who signs in; the address is kept in lower case.

        Raises:
            EmailTaken
        """
        return self._create(ACCOUNT, _normal(email), password_hash)

    def set_password(self, user_id: str, password_hash: str) -> None:
        """Give an account another password; its tokens stay, see `Tokens.revoke_all`.

        Raises:
            UnknownUser: there is no account of that id.
        """
        self._set(user_id, password_hash=password_hash)

    def set_plan(self, user_id: str, plan: str) -> None:
        """Give an account another plan.

        Raises:
            UnknownUser: there is no account of that id.
        """
        self._set(user_id, plan=plan)

    def new_bind(
        self,
        user_id: str,
        project_id: str | None = None,
        lifetime_ms: int = _BIND_LIFETIME_MS,
    ) -> str:
        """Give a new secret by which an account may take over, once; it is kept nowhere.

        Raises:
            UnknownUser
        """
        self.get(user_id)
        secret, made_ms = new_secret(), now_ms()
        # Each answer of a chat carries a new one: those that are over would only pile up.
        over = (binds.c.user_id == user_id) & (binds.c.expires_ms <= made_ms)
        self._connection.execute(delete(binds).where(over))
        row = {
            "bind_hash": hash_of(secret),
            "user_id": user_id,
            "project_id": project_id,
            "created_ms": made_ms,
            "expires_ms": made_ms + lifetime_ms,
        }
        self._connection.execute(insert(binds).values(row))
        return secret

    def bind(self, secret: str) -> Bind:
        """Tell what a bind would take over, and leave it as it is.

        Raises:
            BindRefused
        """
        fits = binds.c.bind_hash == hash_of(secret)
        row = self._connection.execute(select(binds).where(fits)).one_or_none()
        if row is None:
            raise BindRefused("unknown")
        if row.used_ms is not None:
            raise BindRefused("used")
        if row.expires_ms <= now_ms():
            raise BindRefused("expired")
        return Bind(row.user_id, row.project_id, row.expires_ms)

    def take_bind(self, secret: str, account_id: str) -> Bind:
        """Let an account take over what the bind is of; it can be used no more.

        Raises:
            BindRefused, MergeRefused
            UnknownUser: there is no account of that id.
            UnknownProject: the project is not the anonymous user's any more.
        """
        taken = self.bind(secret)
        used = update(binds).where(binds.c.bind_hash == hash_of(secret), binds.c.used_ms.is_(None))
        if self._connection.execute(used.values(used_ms=now_ms())).rowcount != 1:
            raise BindRefused("used")
        if taken.project_id is None:
            self.merge(taken.user_id, account_id)
        else:
            self.bind_project(taken.project_id, taken.user_id, account_id)
        return taken

    def merge(self, anonymous_id: str, account_id: str) -> None:
        """Let an account take over all that an anonymous user has; the same again does nothing.

        The tokens follow, so a chat that is under way goes on, as the account. The client id
        does not: it is no secret, and asking again with it makes a new anonymous user.

        Raises:
            UnknownUser
            MergeRefused: one is no anonymous user, the other no account, or it was taken over.
        """
        taken = self._get(anonymous_id, is_held=True)
        if taken.kind == ANONYMOUS and taken.merged_into == account_id:
            return
        self._check_merge(taken, account_id)
        # Projects before credits: whoever runs a turn locks them in that order.
        self._give(projects, projects.c.user_id == anonymous_id, account_id)
        for table in _BELONGINGS:
            self._give(table, table.c.user_id == anonymous_id, account_id)
        self._give(tokens, tokens.c.user_id == anonymous_id, account_id)
        Credits(self._connection).move(anonymous_id, account_id, key=f"merge:{anonymous_id}")
        is_open = (binds.c.user_id == anonymous_id) & binds.c.used_ms.is_(None)
        self._connection.execute(delete(binds).where(is_open))
        merged = update(users).where(users.c.id == anonymous_id)
        self._connection.execute(merged.values(merged_into=account_id))

    def bind_project(self, project_id: str, anonymous_id: str, account_id: str) -> None:
        """Let an account take over one project of an anonymous user, who no longer has it.

        Raises:
            UnknownUser, MergeRefused
            UnknownProject: the project is not that user's.
        """
        self._check_merge(self._get(anonymous_id, is_held=True), account_id)
        Projects(self._connection).get(project_id, anonymous_id)
        self._give(projects, projects.c.id == project_id, account_id)
        for table in _BELONGINGS:
            self._give(table, table.c.project_id == project_id, account_id)
        self._give(tokens, tokens.c.project_id == project_id, account_id)

    def remove(self, user_id: str) -> frozenset[str]:
        """Remove a user with all that is theirs; gives the blobs that it used.

        Which of them nothing uses any more, `Projects.uses` tells.

        Raises:
            UnknownUser
        """
        if user_id == LOCAL_USER:
            raise ValueError("the local user of a machine cannot be removed")
        user = self.get(user_id)
        digests: set[str] = set()
        gone_ids = (*self._merged(user_id), user_id)
        for gone_id in gone_ids:
            digests |= self._remove_projects(gone_id)
            # The balance is locked before the user, as by all who move credits.
            Credits(self._connection).lock(gone_id)
            self._connection.execute(delete(users).where(users.c.id == gone_id))
        subjects = [*gone_ids, *([user.email] if user.email else [])]
        self._connection.execute(delete(attempts).where(attempts.c.subject.in_(subjects)))
        return frozenset(digests)

    def _remove_projects(self, user_id: str) -> set[str]:
        films = select(exports.c.digest).where(exports.c.user_id == user_id)
        digests = {digest for digest in self._connection.scalars(films) if digest}
        owned = select(projects.c.id).where(projects.c.user_id == user_id)
        for project_id in self._connection.scalars(owned).all():
            digests |= Projects(self._connection).remove(project_id)
        return digests

    def _merged(self, user_id: str) -> Sequence[str]:
        merged = select(users.c.id).where(users.c.merged_into == user_id)
        return self._connection.scalars(merged).all()

    def _check_merge(self, taken: User, account_id: str) -> None:
        if taken.kind != ANONYMOUS:
            raise MergeRefused(taken.id, "it is no anonymous user")
        if taken.merged_into is not None:
            raise MergeRefused(taken.id, "another account did so already")
        if self.get(account_id).kind != ACCOUNT:
            raise MergeRefused(taken.id, "only an account can take over")

    def _rename_exports(self, account_id: str, fits: ColumnElement[bool]) -> None:
        """Make room for exports whose id the account has used: clients number them by seconds."""
        own = select(exports.c.id).where(exports.c.user_id == account_id)
        clashes = update(exports).where(fits, exports.c.id.in_(own))
        self._connection.execute(clashes.values(id=exports.c.id + "-" + exports.c.uid))

    def _give(self, table: Table, fits: ColumnElement[bool], account_id: str) -> None:
        if table is exports:
            self._rename_exports(account_id, fits)
        self._connection.execute(update(table).where(fits).values(user_id=account_id))

    def _create(
        self, kind: str, email: str | None = None, password_hash: str | None = None
    ) -> User:
        user_id = f"u-{random_source.token_hex(10)}"
        # Of two who sign up with one address at the same moment the database takes one.
        created = text(
            "INSERT INTO users (id, kind, email, password_hash, created_ms) "
            "VALUES (:id, :kind, :email, :password_hash, :created_ms) "
            "ON CONFLICT (email) DO NOTHING"
        )
        row = {"id": user_id, "kind": kind, "email": email, "password_hash": password_hash}
        if self._connection.execute(created, {**row, "created_ms": now_ms()}).rowcount != 1:
            raise EmailTaken(email or "")
        return self.get(user_id)

    def _set(self, user_id: str, **values: Any) -> None:
        changed = update(users).where(users.c.id == user_id, users.c.kind == ACCOUNT)
        if self._connection.execute(changed.values(**values)).rowcount != 1:
            raise UnknownUser(user_id)

    def _get(self, user_id: str, *, is_held: bool) -> User:
        rows = select(users).where(users.c.id == user_id)
        if is_held:
            # The weaker lock: rows that refer to the user may still be added meanwhile.
            rows = rows.with_for_update(key_share=True)
        row = self._connection.execute(rows).one_or_none()
        if row is None:
            raise UnknownUser(user_id)
        return _user(row)


def _normal(email: str) -> str:
    return email.strip().lower()


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        kind=row.kind,
        email=row.email,
        password_hash=row.password_hash,
        plan=row.plan,
        created_ms=row.created_ms,
        merged_into=row.merged_into,
    )
