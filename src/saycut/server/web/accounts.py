"""Accounts: signing up and in, taking over what an anonymous user made, and the end of it all.

Wrong passwords are counted by account and by address before a password is looked at, so that
many tries at the same moment are no way around. An unknown address gets the same answer as a
wrong password, after the same work.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

from saycut.errors import SaycutError
from saycut.server.errors import BadInput, NotFound
from saycut.server.parts import Parts
from saycut.server.web.browsing import SESSION_S
from saycut.server.web.passwords import (
    checked_email,
    checked_password,
    hash_password,
    is_outdated,
    verify_password,
)
from saycut.store import (
    EmailTaken,
    Project,
    Token,
    TokenRefused,
    Transaction,
    UnknownProject,
    User,
    address_key,
)

__all__ = [
    "Claimed",
    "NoAccounts",
    "SignInRefused",
    "TakeOver",
    "change_password",
    "check_accounts",
    "claimed",
    "delete_account",
    "end_session",
    "forget_failures",
    "new_session",
    "sign_in",
    "sign_up",
    "take_over_all",
    "take_over_project",
    "to_take_over",
]

_WINDOW_MS: Final = 15 * 60_000
_FAILURES_PER_ACCOUNT: Final = 5
_FAILURES_PER_ADDRESS: Final = 20
_SIGN_UPS_PER_ADDRESS: Final = 20
# How they are counted, and what the message of a refusal calls them.
_ACCOUNT: Final = "wrong passwords"
_ADDRESS: Final = "wrong passwords from this address"
_SIGN_UP: Final = "sign-ups from this address"


class SignInRefused(SaycutError):
    """The email address is unknown or the password is wrong; which of them is not told."""

    code: ClassVar[int] = 1001

    def __init__(self) -> None:
        super().__init__(
            "the email address or the password is wrong: try again, or ask whoever runs this "
            "server for a new password (saycut admin password)"
        )


class NoAccounts(BadInput):
    """An open server has no accounts."""

    code: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__(
            "this server is open: everyone who can reach it may use it, and no account is needed; "
            "saycut serve --no-open has accounts"
        )


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What a bind brings an account: the credits come with everything, not with one project."""

    project_count: int
    credits: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """The project that a claim link shows; `is_free`: an account may take it over."""

    token: Token
    project: Project
    is_free: bool


def check_accounts(parts: Parts) -> None:
    """Raises NoAccounts."""
    if parts.options.is_open:
        raise NoAccounts


def sign_up(parts: Parts, email: str, password: str, address: str) -> User:
    """Make an account.

    Raises:
        NoAccounts
        EmailRefused, PasswordRefused: they are none.
        EmailTaken
        TooManyAttempts: from this address, not long ago.
    """
    check_accounts(parts)
    known_as, password = checked_email(email), checked_password(password)
    with parts.store.transaction() as tx:
        tx.attempts.take(
            _SIGN_UP, address_key(address), limit=_SIGN_UPS_PER_ADDRESS, window_ms=_WINDOW_MS
        )
        is_taken = tx.users.by_email(known_as) is not None
    if is_taken:
        raise EmailTaken(known_as)
    kept = hash_password(password)
    with parts.store.transaction() as tx:
        return tx.users.create_account(known_as, kept)


def sign_in(parts: Parts, email: str, password: str, address: str) -> User:
    """Give the account of an email address and its password.

    Raises:
        NoAccounts
        EmailRefused: it has not the shape of one.
        SignInRefused
        TooManyAttempts: of this account or from this address, not long ago.
    """
    check_accounts(parts)
    known_as, subject = checked_email(email), address_key(address)
    with parts.store.transaction() as tx:
        tx.attempts.take(_ACCOUNT, known_as, limit=_FAILURES_PER_ACCOUNT, window_ms=_WINDOW_MS)
        tx.attempts.take(_ADDRESS, subject, limit=_FAILURES_PER_ADDRESS, window_ms=_WINDOW_MS)
        user = tx.users.by_email(known_as)
    is_right = verify_password(user.password_hash if user else None, password)
    if user is None or not is_right:
        raise SignInRefused
    fresh = hash_password(password) if is_outdated(user.password_hash or "") else None
    with parts.store.transaction() as tx:
        tx.attempts.forget(_ACCOUNT, known_as)
        # Only this one: who has an account must not try others' passwords in between.
        tx.attempts.withdraw(_ADDRESS, subject)
        if fresh:
            tx.users.set_password(user.id, fresh)
    return user


def forget_failures(tx: Transaction, email: str) -> None:
    """Let an account be signed in to at once, however often a wrong password was tried."""
    tx.attempts.forget(_ACCOUNT, email)


def new_session(tx: Transaction, user: User, old: str = "") -> str:
    """Give the secret of a new session of a browser; the old one of it is over."""
    end_session(tx, old)
    return tx.tokens.issue("web", user.id, lifetime_ms=SESSION_S * 1000).secret


def end_session(tx: Transaction, secret: str) -> None:
    """Sign a browser out; a session that is over already stays so."""
    try:
        token = tx.tokens.find(secret, kinds=("web",))
    except TokenRefused:
        return
    tx.tokens.revoke(token.id, token.user_id)


def change_password(parts: Parts, user: User, old: str, new: str, address: str) -> None:
    """Give an account another password; all its browsers are signed out.

    Raises:
        SignInRefused, TooManyAttempts: as `sign_in`.
        PasswordRefused: the new one is too short or too long.
    """
    checked_password(new)
    sign_in(parts, user.email or "", old, address)
    kept = hash_password(new)
    with parts.store.transaction() as tx:
        tx.users.set_password(user.id, kept)
        tx.tokens.revoke_all(user.id, kinds=("web",))


def delete_account(parts: Parts, user: User, password: str, address: str) -> None:
    """Remove an account with all that is its: projects, media, films, tokens, credits.

    Raises:
        SignInRefused, TooManyAttempts: as `sign_in`.
    """
    sign_in(parts, user.email or "", password, address)
    with parts.store.transaction() as tx:
        # First, so that no program adds to it meanwhile.
        tx.tokens.revoke_all(user.id)
        projects = tx.projects.recent(user.id)
    for project in projects:
        parts.jobs.forget_project(project.id)
        parts.engine.remove(project.id)
    with parts.store.transaction() as tx:
        digests = tx.users.remove(user.id)
    parts.engine.drop_unused(digests)


def to_take_over(tx: Transaction, secret: str) -> TakeOver:
    """Tell what a bind would bring.

    Raises:
        BindRefused: it is unknown, used or expired.
    """
    bind = tx.users.bind(secret)
    if bind.project_id is not None:
        return TakeOver(1, 0, is_all=False)
    balance, projects = tx.credits.balance(bind.user_id), tx.projects.recent(bind.user_id)
    return TakeOver(len(projects), balance.total, is_all=True)


def take_over_all(parts: Parts, secret: str, user: User) -> TakeOver:
    """Let an account take over what a bind is of; gives what it brought.

    Raises:
        BindRefused: it is unknown, used or expired.
        MergeRefused: another account was faster.
    """
    with parts.store.transaction() as tx:
        brought = to_take_over(tx, secret)
        tx.users.take_bind(secret, user.id)
    return brought


def claimed(tx: Transaction, secret: str) -> Claimed:
    """Give the project that a claim link shows.

    Raises:
        NotFound: the link is unknown or has expired, or the project was deleted.
    """
    try:
        token = tx.tokens.find(secret, kinds=("claim",))
        project = tx.projects.get(token.project_id or "")
    except (TokenRefused, UnknownProject) as error:
        raise NotFound(
            "this link has expired, or the project was deleted: ask in the chat for a new link"
        ) from error
    # An account that shares a link shows its project; only what has no account is given away.
    is_free = tx.users.get(project.owner_id).kind == "anonymous"
    return Claimed(token, project, is_free)


def take_over_project(parts: Parts, secret: str, user: User) -> Project:
    """Let an account take over the one project of a claim link.

    Raises:
        NotFound: as `claimed`.
        MergeRefused: it belongs to an account.
    """
    with parts.store.transaction() as tx:
        found = claimed(tx, secret)
        tx.users.bind_project(found.project.id, found.project.owner_id, user.id)
    return found.project
