"""Who calls: a bearer token read once for each request, and what it allows."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from saycut.errors import SaycutError
from saycut.server.errors import Forbidden
from saycut.server.parts import Parts, parts_of
from saycut.store import LOCAL_USER

__all__ = [
    "ALL_SCOPES",
    "Caller",
    "Client",
    "ClientDep",
    "PartsDep",
    "Reader",
    "Renderer",
    "TokenMissing",
    "Uploader",
    "Writer",
]

ALL_SCOPES: Final = ("read", "write", "upload", "render")


class TokenMissing(SaycutError):
    """The call carries no token."""

    code = 1001

    def __init__(self) -> None:
        super().__init__(
            "this call needs a token: send Authorization: Bearer <token>; "
            "POST /api/auth/anonymous-token with X-Client-Id gives a free one"
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """The user on whose behalf a call is made. `token_id` is None on an open server."""

    user_id: str
    kind: str
    scopes: frozenset[str]
    plan: str = "free"
    token_id: str | None = None

    def may(self, scope: str) -> bool:
        return "*" in self.scopes or scope in self.scopes


_LOCAL: Final = Caller(LOCAL_USER, "local", frozenset({"*"}))
_bearer: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of this server."
)

PartsDep = Annotated[Parts, Depends(parts_of)]


def caller_with(
    needed: SecurityScopes,
    parts: PartsDep,
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Give the caller, who may do what the route needs.

    Raises:
        TokenMissing, TokenRefused: there is no token, or none that lives.
        CalledTooOften: the user called more often than one may.
        Forbidden: the token lacks a scope.
    """
    if parts.options.is_open:
        return _LOCAL
    if sent is None or not sent.credentials:
        raise TokenMissing
    caller = _caller_of(parts, sent.credentials)
    parts.rates.count(caller.user_id)
    for scope in needed.scopes:
        if not caller.may(scope):
            raise Forbidden(scope, " ".join(sorted(caller.scopes)))
    return caller


def _caller_of(parts: Parts, secret: str) -> Caller:
    with parts.store.reading() as tx:
        token = tx.tokens.find(secret, kinds=("anonymous", "api"))
        user = tx.users.get(token.user_id)
    if token.is_touch_due:
        with parts.store.transaction() as tx:
            tx.tokens.touch(token.id)
    return Caller(user.id, user.kind, frozenset(token.scopes), user.plan, token.id)


Reader = Annotated[Caller, Security(caller_with, scopes=["read"])]
Writer = Annotated[Caller, Security(caller_with, scopes=["write"])]
Uploader = Annotated[Caller, Security(caller_with, scopes=["upload"])]
Renderer = Annotated[Caller, Security(caller_with, scopes=["render"])]


@dataclass(frozen=True, slots=True)
class Client:
    """What calls, as its attribution headers say; "unknown" where they say nothing."""

    skill: str
    version: str
    platform: str
    is_complete: bool


_ATTRIBUTION: Final = ("x-skill-source", "x-skill-version", "x-skill-platform")
_LABEL_LETTERS_MAX: Final = 64


def client_of(request: Request) -> Client:
    """Read the attribution headers of a request."""
    said = [request.headers.get(name, "").strip()[:_LABEL_LETTERS_MAX] for name in _ATTRIBUTION]
    skill, version, platform = (word or "unknown" for word in said)
    return Client(skill, version, platform, is_complete=all(said))


ClientDep = Annotated[Client, Depends(client_of)]
