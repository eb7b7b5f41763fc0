"""The page of API tokens: making one, which is shown once, and revoking."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from saycut.errors import SaycutError
from saycut.server.callers import ALL_SCOPES, PartsDep
from saycut.server.errors import BadInput, NotFound
from saycut.server.parts import Parts
from saycut.server.web.browsing import Visitor, VisitorDep, check_form
from saycut.server.web.fields import FieldsDep
from saycut.server.web.html import PageRoute, page, problem, see_other
from saycut.store import UnknownToken, User
from saycut.store.projects import now_ms

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_DAY_MS: Final = 86_400_000
_NAME_LETTERS_MAX: Final = 100
_SCOPES: Final = (
    ("read", "sees projects, credits, exports and their files"),
    ("write", "makes projects and chats"),
    ("upload", "brings files"),
    ("render", "orders and cancels exports"),
    ("*", "may do everything, making tokens included"),
)
_LIFETIMES: Final = (
    ("7", "a week"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "a year"),
    ("", "until it is revoked"),
)


@router.api_route("/settings/tokens", methods=["GET", "HEAD"])
def tokens(request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """List the tokens of an account."""
    if parts.options.is_open:
        return page(request, parts, visitor, "open.html")
    if visitor.user is None:
        return see_other("/login?next=%2Fsettings%2Ftokens")
    return _tokens_page(request, parts, visitor, visitor.user)


@router.post("/settings/tokens")
def create(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Make a token and show it, this once."""
    check_form(parts, visitor, "tokens", fields["form_token"])
    if visitor.user is None:
        return see_other("/login?next=%2Fsettings%2Ftokens")
    name, chosen = fields["name"].strip(), fields.all("scopes")
    try:
        lifetime_ms = _checked(name, chosen, fields["expires_in_days"])
    except BadInput as error:
        return _tokens_page(
            request, parts, visitor, visitor.user, error=error, name=name, chosen=chosen
        )
    with parts.store.transaction() as tx:
        issued = tx.tokens.issue(
            "api", visitor.user.id, scopes=chosen, name=name, lifetime_ms=lifetime_ms
        )
    return _tokens_page(request, parts, visitor, visitor.user, secret=issued.secret)


@router.post("/settings/tokens/revoke")
def revoke(parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Make a token worthless at once."""
    check_form(parts, visitor, "revoke", fields["form_token"])
    if visitor.user is None:
        return see_other("/login?next=%2Fsettings%2Ftokens")
    try:
        with parts.store.transaction() as tx:
            tx.tokens.revoke(fields["token_id"], visitor.user.id)
    except UnknownToken as error:
        raise NotFound("this account has no such token") from error
    return see_other("/settings/tokens")


def _checked(name: str, scopes: tuple[str, ...], days: str) -> int | None:
    """Give how long a new token lives; None is until it is revoked."""
    if not 1 <= len(name) <= _NAME_LETTERS_MAX:
        raise BadInput(f"a token needs a name of 1 to {_NAME_LETTERS_MAX} characters")
    if not scopes or set(scopes) - {*ALL_SCOPES, "*"}:
        raise BadInput("choose at least one of the scopes below")
    if days not in dict(_LIFETIMES):
        raise BadInput("choose one of the times below")
    return int(days) * _DAY_MS if days else None


def _tokens_page(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    user: User,
    *,
    secret: str = "",
    error: SaycutError | None = None,
    name: str = "",
    chosen: tuple[str, ...] = ALL_SCOPES,
) -> Response:
    with parts.store.reading() as tx:
        found = tx.tokens.of_user(user.id, kinds=("anonymous", "api"))
    values: dict[str, Any] = {
        "tokens": [token for token in found if token.revoked_ms is None],
        "now_ms": now_ms(),
        "secret": secret,
        "scopes": _SCOPES,
        "lifetimes": _LIFETIMES,
        "name": name,
        "chosen": chosen,
    }
    if error is not None:
        return problem(request, parts, visitor, error, "tokens.html", **values)
    return page(request, parts, visitor, "tokens.html", error="", **values)
