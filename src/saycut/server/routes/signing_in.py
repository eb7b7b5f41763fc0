"""Signing up and in for programs: the same rules as the pages, answered with an API token."""

from datetime import UTC, datetime
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from saycut.server.callers import PartsDep
from saycut.server.edge.addresses import client_address
from saycut.server.envelope import Body, Data, Envelope
from saycut.server.errors import FAILURES
from saycut.server.parts import Parts
from saycut.server.web.accounts import sign_in, sign_up
from saycut.store import User

__all__ = ["router"]

router = APIRouter(tags=["sign-in"], responses=FAILURES)

_DAY_MS: Final = 86_400_000
_DAYS: Final = 90

Scope = Literal["read", "write", "upload", "render", "*"]
_USUAL_SCOPES: Final[list[Scope]] = ["read", "write", "upload", "render"]


class Credentials(Body):
    email: str = Field(description="Of the account; letter case does not matter.")
    password: str = Field(description="10 to 200 characters.")
    name: str = Field("signed in", max_length=100, description="A name for the token.")
    scopes: list[Scope] = Field(default=_USUAL_SCOPES, min_length=1)
    expires_in_days: int | None = Field(
        _DAYS, ge=1, le=3650, description="null: it lives until it is revoked."
    )


class AccountToken(Data):
    token: str = Field(description="Shown this once.")
    user_id: str
    email: str
    scopes: list[str]
    expires_at: str | None = Field(description="ISO 8601, UTC.")


@router.post("/api/auth/register")
def register(request: Request, parts: PartsDep, sent: Credentials) -> Envelope[AccountToken]:
    """Make an account and give a token for it.

    What an anonymous user made is taken over on the page `/register?bind=`, by a person.
    """
    user = sign_up(parts, sent.email, sent.password, client_address(request, parts))
    return _token(parts, user, sent)


@router.post("/api/auth/login")
def login(request: Request, parts: PartsDep, sent: Credentials) -> Envelope[AccountToken]:
    """Give a token for an account. Five wrong passwords close it for a quarter of an hour."""
    user = sign_in(parts, sent.email, sent.password, client_address(request, parts))
    return _token(parts, user, sent)


def _token(parts: Parts, user: User, sent: Credentials) -> Envelope[AccountToken]:
    days = sent.expires_in_days
    with parts.store.transaction() as tx:
        issued = tx.tokens.issue(
            "api",
            user.id,
            scopes=sent.scopes,
            name=sent.name,
            lifetime_ms=days * _DAY_MS if days else None,
        )
    expires_ms = issued.token.expires_ms
    moment = datetime.fromtimestamp(expires_ms / 1000, UTC) if expires_ms else None
    return Envelope(
        data=AccountToken(
            token=issued.secret,
            user_id=user.id,
            email=user.email or "",
            scopes=sorted(issued.token.scopes),
            expires_at=moment.isoformat(timespec="seconds") if moment else None,
        )
    )
