"""Tokens: who may call, what for, and until when. Only the hash of a token is kept.

    live --> expired | revoked      neither comes back

An anonymous client is known by an id that it made; the same id is the same user for as long
as no account took that user over. It has one live token at a time, and one address gets a few
in a week, so that free credits cannot be had by asking often.
"""

import secrets as random_source
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, text, update

from saycut.errors import SaycutError
from saycut.store.attempts import Attempts, address_key
from saycut.store.credits import Credits
from saycut.store.hashes import hash_of, new_secret
from saycut.store.projects import now_ms
from saycut.store.schema import clients, tokens
from saycut.store.users import User, Users
from saycut.store.words import lock_word

__all__ = ["Issued", "Token", "TokenAlive", "TokenRefused", "Tokens", "UnknownToken"]

ANONYMOUS: Final = "anonymous"
CLAIM: Final = "claim"

_PREFIX: Final = "syc_"
_CLAIM_PREFIX: Final = "clm_"

_WEEK_MS: Final = 7 * 86_400_000
_ANONYMOUS_SCOPES: Final = ("read", "write", "upload", "render")
# The limits of the protocol.
_PER_ADDRESS_MAX: Final = 10
_ISSUING: Final = "anonymous-token"

# Writing at each call would make every read a write.
_TOUCH_EVERY_MS: Final = 60_000


class TokenRefused(SaycutError):
    """A token opens nothing; `reason` is unknown, expired, revoked or unfit."""

    code: ClassVar[int] = 1001

    def __init__(self, reason: str) -> None:
        super().__init__(_REFUSALS[reason])
        self.reason = reason


_REFUSALS: Final = {
    "unknown": "this token is not known here: check it, or get a new one",
    "expired": "this token has expired: get a new one",
    "revoked": "this token was revoked: get a new one",
    "unfit": "this kind of token does not open this: a claim token is for its link alone, and "
    "calls of the API need a token of theirs",
}


class TokenAlive(SaycutError):
    """A client has a token that still lives; it may ask again after `retry_after_s`."""

    code: ClassVar[int] = 429

    def __init__(self, left_ms: int) -> None:
        self.retry_after_s = max(1, -(-left_ms // 1000))
        super().__init__(
            "this client id has a token that is still good: use that one, or ask again in "
            f"{self.retry_after_s} s when it has expired"
        )


class UnknownToken(SaycutError):
    """A user has no token of that id."""

    code: ClassVar[int] = 4907

    def __init__(self, token_id: str) -> None:
        super().__init__(f"no token {token_id!r}: GET /api/tokens lists those that there are")
        self.token_id = token_id


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; `kind` is anonymous, api, web or claim."""

    id: str
    user_id: str
    kind: str
    name: str
    scopes: tuple[str, ...]
    project_id: str | None
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    used_ms: int | None

    @property
    def refusal(self) -> str | None:
        """Why it opens nothing; None while it lives."""
        if self.revoked_ms is not None:
            return "revoked"
        if self.expires_ms is not None and self.expires_ms <= now_ms():
            return "expired"
        return None

    @property
    def is_touch_due(self) -> bool:
        """Whether the moment of its last use, as it is kept, is more than a minute old."""
        return self.used_ms is None or self.used_ms <= now_ms() - _TOUCH_EVERY_MS


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its secret, which is shown once."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        return f"Issued(token={self.token!r})"


class Tokens:
    """Reads and writes of tokens within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issue(
        self,
        kind: str,
        user_id: str,
        *,
        scopes: Iterable[str] = (),
        name: str = "",
        lifetime_ms: int | None = None,
        project_id: str | None = None,
    ) -> Issued:
        """Make a token of a user; without a lifetime it lives until it is revoked.

        The user and the project must exist.
        """
        secret = new_secret(_CLAIM_PREFIX if kind == CLAIM else _PREFIX)
        made_ms = now_ms()
        row = {
            "id": random_source.token_hex(10),
            "user_id": user_id,
            "kind": kind,
            "token_hash": hash_of(secret),
            "name": name,
            "scopes": " ".join(scopes),
            "project_id": project_id,
            "created_ms": made_ms,
            "expires_ms": None if lifetime_ms is None else made_ms + lifetime_ms,
        }
        self._connection.execute(insert(tokens).values(row))
        made = select(tokens).where(tokens.c.id == row["id"])
        return Issued(_token(self._connection.execute(made).one()), secret)

    def issue_anonymous(
        self,
        client_id: str,
        address: str,
        *,
        grant: int,
        lifetime_ms: int = _WEEK_MS,
        per_address: int = _PER_ADDRESS_MAX,
    ) -> Issued:
        """Make a token of the anonymous user with that client id, a new user where it is new.

        A new user gets `grant` credits, once.

        Raises:
            TokenAlive: the client has a token that lives.
            TooManyAttempts: the address was given as many as it may have in a week.
        """
        client_hash = hash_of(client_id)
        # Of two requests at the same moment the second finds the token of the first.
        lock_word(self._connection, f"client {client_hash}")
        user = self._client(client_hash)
        if user is not None:
            self._refuse_alive(user)
        attempts = Attempts(self._connection)
        subject = address_key(address)
        attempts.take(_ISSUING, subject, limit=per_address, window_ms=_WEEK_MS)
        if user is None or user.merged_into is not None:
            user = self._new_client(client_hash)
            if grant:
                key = f"anonymous:{user.id}"
                Credits(self._connection).grant(user.id, grant, key=key, note="welcome")
        return self.issue(ANONYMOUS, user.id, scopes=_ANONYMOUS_SCOPES, lifetime_ms=lifetime_ms)

    def find(self, secret: str, *, kinds: Collection[str] | None = None) -> Token:
        """Give the live token of that secret, which must be of one of the kinds.

        Raises:
            TokenRefused: `reason` says why not.
        """
        fits = select(tokens).where(tokens.c.token_hash == hash_of(secret))
        row = self._connection.execute(fits).one_or_none()
        if row is None:
            raise TokenRefused("unknown")
        token = _token(row)
        if kinds is not None and token.kind not in kinds:
            raise TokenRefused("unfit")
        if (refusal := token.refusal) is not None:
            raise TokenRefused(refusal)
        return token

    def touch(self, token_id: str) -> bool:
        """Keep that a token is used now; False where that was kept less than a minute ago."""
        moment_ms = now_ms()
        used_ms = tokens.c.used_ms
        is_due = or_(used_ms.is_(None), used_ms <= moment_ms - _TOUCH_EVERY_MS)
        touched = update(tokens).where(tokens.c.id == token_id, is_due)
        return self._connection.execute(touched.values(used_ms=moment_ms)).rowcount == 1

    def of_user(self, user_id: str, kinds: Collection[str] | None = None) -> tuple[Token, ...]:
        """Give the tokens of a user, of those kinds, the newest first; the dead ones too."""
        fits = _of(user_id, kinds)
        rows = select(tokens).where(fits).order_by(tokens.c.created_ms.desc(), tokens.c.id)
        return tuple(_token(row) for row in self._connection.execute(rows))

    def revoke(self, token_id: str, user_id: str) -> Token:
        """End a token of a user; one that was revoked before stays as it is.

        Raises:
            UnknownToken: the user has no token of that id.
        """
        fits = (tokens.c.id == token_id) & (tokens.c.user_id == user_id)
        revoked = update(tokens).where(fits, tokens.c.revoked_ms.is_(None))
        self._connection.execute(revoked.values(revoked_ms=now_ms()))
        row = self._connection.execute(select(tokens).where(fits)).one_or_none()
        if row is None:
            raise UnknownToken(token_id)
        return _token(row)

    def revoke_all(self, user_id: str, kinds: Collection[str] | None = None) -> int:
        """End all live tokens of a user, of those kinds; gives how many there were."""
        revoked = update(tokens).where(_of(user_id, kinds), _is_live())
        return self._connection.execute(revoked.values(revoked_ms=now_ms())).rowcount

    def _client(self, client_hash: str) -> User | None:
        known = select(clients.c.user_id).where(clients.c.client_hash == client_hash)
        user_id = self._connection.scalar(known)
        return Users(self._connection).get(user_id) if user_id is not None else None

    def _new_client(self, client_hash: str) -> User:
        user = Users(self._connection).create_anonymous()
        row = {"client_hash": client_hash, "user_id": user.id, "created_ms": user.created_ms}
        known = text(
            "INSERT INTO clients (client_hash, user_id, created_ms) "
            "VALUES (:client_hash, :user_id, :created_ms) "
            "ON CONFLICT (client_hash) DO UPDATE SET user_id = :user_id, created_ms = :created_ms"
        )
        self._connection.execute(known, row)
        return user

    def _refuse_alive(self, user: User) -> None:
        # The tokens of a user who was taken over went with the rest: one of them still counts.
        owner_id = user.merged_into or user.id
        fits = _of(owner_id, (ANONYMOUS,)) & _is_live()
        row = self._connection.execute(
            select(tokens.c.expires_ms).where(fits).order_by(tokens.c.expires_ms.desc()).limit(1)
        ).one_or_none()
        if row is not None:
            raise TokenAlive((row.expires_ms or now_ms() + _WEEK_MS) - now_ms())


def _of(user_id: str, kinds: Collection[str] | None) -> ColumnElement[bool]:
    owned = tokens.c.user_id == user_id
    return owned if kinds is None else owned & tokens.c.kind.in_(list(kinds))


def _is_live() -> ColumnElement[bool]:
    is_current = or_(tokens.c.expires_ms.is_(None), tokens.c.expires_ms > now_ms())
    return tokens.c.revoked_ms.is_(None) & is_current


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        user_id=row.user_id,
        kind=row.kind,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        project_id=row.project_id,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
        used_ms=row.used_ms,
    )
