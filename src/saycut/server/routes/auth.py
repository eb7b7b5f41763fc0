"""Tokens: a free one for whoever asks, links to claim a project, and those of an account."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request, Security
from pydantic import Field

from saycut.errors import SaycutError
from saycut.server.callers import ALL_SCOPES, Caller, PartsDep, Writer, caller_with
from saycut.server.edge.addresses import base_url_of, client_address
from saycut.server.envelope import Body, Data, Envelope, Nothing
from saycut.server.errors import FAILURES, BadInput, NotFound
from saycut.server.routes.common import project_of
from saycut.store import LOCAL_USER, Token, UnknownToken

__all__ = ["router"]

router = APIRouter(tags=["sign-in"], responses=FAILURES)

DAY_S: Final = 86_400
_CLAIM_S: Final = 7 * DAY_S
_CLIENT_ID_LETTERS_MAX: Final = 128

# Whoever makes tokens could give themselves any scope: that takes all of them.
Owner = Annotated[Caller, Security(caller_with, scopes=["*"])]


class TokenMissingId(SaycutError):
    """An anonymous token is asked for without a client id."""

    code = 400

    def __init__(self, found: str) -> None:
        super().__init__(
            f"X-Client-Id is {found[:40]!r}: send a text of 1 to 128 characters that your client "
            "makes once and keeps, such as a UUID"
        )


class AnonymousToken(Data):
    token: str
    user_id: str
    credits: int
    expires_in: int = Field(description="Seconds.")
    expires_at: str = Field(description="ISO 8601, UTC.")


@router.post("/api/auth/anonymous-token")
def anonymous_token(
    request: Request,
    parts: PartsDep,
    x_client_id: Annotated[
        str, Header(description="1 to 128 characters that the client makes once and keeps.")
    ] = "",
) -> Envelope[AnonymousToken]:
    """Give a free token. The same client id is the same user, with one token at a time."""
    if not 1 <= len(x_client_id.strip()) <= _CLIENT_ID_LETTERS_MAX:
        raise TokenMissingId(x_client_id)
    options = parts.options
    lifetime_s = options.token_days * DAY_S
    with parts.store.transaction() as tx:
        if options.is_open:
            issued = tx.tokens.issue(
                "anonymous", LOCAL_USER, scopes=ALL_SCOPES, lifetime_ms=lifetime_s * 1000
            )
            available = options.grant
        else:
            issued = tx.tokens.issue_anonymous(
                x_client_id.strip(),
                client_address(request, parts),
                grant=options.grant,
                lifetime_ms=lifetime_s * 1000,
                per_address=options.tokens_per_address,
            )
            available = tx.credits.balance(issued.token.user_id).available
    return Envelope(
        data=AnonymousToken(
            token=issued.secret,
            user_id=issued.token.user_id,
            credits=available,
            expires_in=lifetime_s,
            expires_at=_moment(issued.token.expires_ms) or "",
        )
    )


class ClaimOrder(Body):
    task_id: str | None = None
    session_id: str | None = None


class ClaimData(Data):
    claim_token: str
    expires_in: int
    url: str = Field(description="The page that shows the project to whoever has the link.")


@router.post("/api/auth/claim-token")
def claim_token(
    request: Request, parts: PartsDep, caller: Writer, order: ClaimOrder
) -> Envelope[ClaimData]:
    """Give a link that shows one project in a browser. It opens nothing else."""
    session_id = order.session_id or order.task_id
    if not session_id:
        raise BadInput("session_id is missing: send the one that the session was made with")
    with parts.store.transaction() as tx:
        project = project_of(tx, session_id, caller)
        secret = tx.tokens.issue(
            "claim", caller.user_id, lifetime_ms=_CLAIM_S * 1000, project_id=project.id
        ).secret
    url = f"{base_url_of(request, parts)}/workspace/claim?ct={secret}"
    return Envelope(data=ClaimData(claim_token=secret, expires_in=_CLAIM_S, url=url))


class TokenData(Data):
    id: str
    name: str
    kind: str = Field(description="anonymous or api")
    scopes: list[str]
    created_at: str = Field(description="ISO 8601, UTC.")
    expires_at: str | None = Field(description="None: it lives until it is revoked.")
    revoked_at: str | None
    used_at: str | None


class TokensData(Data):
    tokens: list[TokenData]


@router.get("/api/tokens")
def list_tokens(parts: PartsDep, caller: Owner) -> Envelope[TokensData]:
    """List the caller's tokens; the tokens themselves are not kept."""
    with parts.store.reading() as tx:
        found = tx.tokens.of_user(caller.user_id, kinds=("anonymous", "api"))
    return Envelope(data=TokensData(tokens=[_told(token) for token in found]))


class TokenOrder(Body):
    name: str = Field("", max_length=100)
    scopes: list[str] = Field(default_factory=lambda: list(ALL_SCOPES))
    expires_in_days: int | None = Field(None, ge=1, le=3650)


class NewToken(TokenData):
    token: str = Field(description="Shown this once.")


@router.post("/api/tokens")
def create_token(parts: PartsDep, caller: Owner, order: TokenOrder) -> Envelope[NewToken]:
    """Make a token for a program; it is shown once."""
    known = {*ALL_SCOPES, "*"}
    if unknown := sorted(set(order.scopes) - known):
        raise BadInput(f"scopes holds {unknown}: choose from {', '.join(sorted(known))}")
    with parts.store.transaction() as tx:
        issued = tx.tokens.issue(
            "api",
            caller.user_id,
            scopes=tuple(order.scopes),
            name=order.name,
            lifetime_ms=order.expires_in_days * DAY_S * 1000 if order.expires_in_days else None,
        )
    return Envelope(data=NewToken(**_told(issued.token).model_dump(), token=issued.secret))


@router.post("/api/tokens/{token_id}/revoke")
def revoke_token(
    parts: PartsDep, caller: Owner, token_id: Annotated[str, Path()]
) -> Envelope[Nothing]:
    """Make a token worthless at once."""
    with parts.store.transaction() as tx:
        try:
            tx.tokens.revoke(token_id, caller.user_id)
        except UnknownToken as error:
            raise NotFound(str(error)) from error
    return Envelope(data=Nothing())


def _told(token: Token) -> TokenData:
    return TokenData(
        id=token.id,
        name=token.name,
        kind=token.kind,
        scopes=sorted(token.scopes),
        created_at=_moment(token.created_ms) or "",
        expires_at=_moment(token.expires_ms),
        revoked_at=_moment(token.revoked_ms),
        used_at=_moment(token.used_ms),
    )


def _moment(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
