"""Pages of accounts: signing up and in, taking work over, projects and credits, tokens, the end."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from saycut.errors import SaycutError
from saycut.server.callers import PartsDep
from saycut.server.edge.addresses import client_address
from saycut.server.parts import Parts
from saycut.server.web.accounts import (
    TakeOver,
    change_password,
    delete_account,
    end_session,
    new_session,
    sign_in,
    sign_up,
    take_over_all,
    to_take_over,
)
from saycut.server.web.browsing import (
    SESSION_COOKIE,
    Visitor,
    VisitorDep,
    check_form,
    remember_session,
)
from saycut.server.web.fields import Fields, FieldsDep
from saycut.server.web.html import PageRoute, page, problem, see_other
from saycut.store import User

__all__ = ["router"]

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_READ: Final = ("GET", "HEAD")
_ENTRIES_SHOWN: Final = 100
_NOTICES: Final = {
    "taken": "Done: the work of the chat is part of this account now.",
    "password": "The password was changed; other browsers were signed out.",
}


@router.api_route("/register", methods=list(_READ))
def register_page(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    bind: str = "",
    next: str = "",  # noqa: A002
) -> Response:
    """Offer an account; to those who have one, what a bind would bring."""
    if parts.options.is_open:
        return page(request, parts, visitor, "open.html")
    # Raises for a bind that is over: nobody should sign up for what is not there any more.
    offer = _offer(parts, bind)
    if visitor.user is None:
        return _entrance(request, parts, visitor, "register.html", bind, next, offer=offer)
    if offer is None:
        return see_other(_inner(next))
    return page(request, parts, visitor, "take_over.html", bind=bind, offer=offer)


@router.post("/register")
def register(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Make an account and sign in."""
    if parts.options.is_open:
        return page(request, parts, visitor, "open.html")
    check_form(parts, visitor, "register", fields["form_token"])
    try:
        user = sign_up(parts, fields["email"], fields["password"], client_address(request, parts))
    except SaycutError as error:
        return _refused(request, parts, visitor, error, "register.html", fields, offer=None)
    return _signed_in(request, parts, user, fields)


@router.post("/register/take-over")
def take_over(parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Take over what a bind is of; the form comes from the page that told what that is."""
    bind = fields["bind"]
    check_form(parts, visitor, f"bind {bind}", fields["form_token"])
    if visitor.user is None:
        return see_other(f"/login?{urlencode({'bind': bind})}")
    take_over_all(parts, bind, visitor.user)
    return see_other("/account?done=taken")


@router.api_route("/login", methods=list(_READ))
def login_page(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    bind: str = "",
    next: str = "",  # noqa: A002
) -> Response:
    """Ask for email address and password."""
    if parts.options.is_open:
        return page(request, parts, visitor, "open.html")
    if visitor.user is not None:
        return see_other(_goal(bind, next))
    return _entrance(request, parts, visitor, "login.html", bind, next)


@router.post("/login")
def login(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Sign in."""
    if parts.options.is_open:
        return page(request, parts, visitor, "open.html")
    check_form(parts, visitor, "login", fields["form_token"])
    try:
        user = sign_in(parts, fields["email"], fields["password"], client_address(request, parts))
    except SaycutError as error:
        return _refused(request, parts, visitor, error, "login.html", fields)
    return _signed_in(request, parts, user, fields)


@router.post("/logout")
def logout(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """End the session of this browser."""
    check_form(parts, visitor, "logout", fields["form_token"])
    with parts.store.transaction() as tx:
        end_session(tx, visitor.secret)
    response = see_other("/")
    remember_session(response, request, parts, "")
    return response


@router.api_route("/account", methods=list(_READ))
def account(request: Request, parts: PartsDep, visitor: VisitorDep, done: str = "") -> Response:
    """Show what an account has."""
    if visitor.user is None:
        return see_other("/login?next=%2Faccount")
    return _account_page(request, parts, visitor, visitor.user, notice=_NOTICES.get(done, ""))


@router.post("/account/password")
def password(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Change the password; this browser stays signed in, others do not."""
    check_form(parts, visitor, "password", fields["form_token"])
    if visitor.user is None:
        return see_other("/login?next=%2Faccount")
    address = client_address(request, parts)
    try:
        change_password(parts, visitor.user, fields["password"], fields["new_password"], address)
    except SaycutError as error:
        return _account_page(request, parts, visitor, visitor.user, error=error)
    return _with_session(request, parts, visitor.user, see_other("/account?done=password"))


@router.post("/account/delete")
def delete(request: Request, parts: PartsDep, visitor: VisitorDep, fields: FieldsDep) -> Response:
    """Delete the account with everything in it."""
    check_form(parts, visitor, "delete", fields["form_token"])
    if visitor.user is None:
        return see_other("/login?next=%2Faccount")
    address = client_address(request, parts)
    try:
        delete_account(parts, visitor.user, fields["password"], address)
    except SaycutError as error:
        return _account_page(request, parts, visitor, visitor.user, error=error)
    response = see_other("/")
    remember_session(response, request, parts, "")
    return response


def _offer(parts: Parts, bind: str) -> TakeOver | None:
    if not bind:
        return None
    with parts.store.reading() as tx:
        return to_take_over(tx, bind)


def _entrance(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    template: str,
    bind: str,
    goal: str,
    **values: Any,
) -> Response:
    said = {"bind": bind, "next": goal}
    query = urlencode({name: value for name, value in said.items() if value})
    values = {"error": "", "email": "", **said, "query": f"?{query}" if query else "", **values}
    return page(request, parts, visitor, template, **values)


def _refused(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    error: SaycutError,
    template: str,
    fields: Fields,
    **values: Any,
) -> Response:
    said = {"bind": fields["bind"], "next": fields["next"]}
    query = urlencode({name: value for name, value in said.items() if value})
    return problem(
        request,
        parts,
        visitor,
        error,
        template,
        email=fields["email"][:254],
        query=f"?{query}" if query else "",
        **said,
        **values,
    )


def _signed_in(request: Request, parts: Parts, user: User, fields: Fields) -> Response:
    return _with_session(request, parts, user, see_other(_goal(fields["bind"], fields["next"])))


def _with_session(request: Request, parts: Parts, user: User, response: Response) -> Response:
    with parts.store.transaction() as tx:
        secret = new_session(tx, user, request.cookies.get(SESSION_COOKIE, ""))
    remember_session(response, request, parts, secret)
    return response


def _goal(bind: str, goal: str) -> str:
    """Give where somebody wanted to go who had to sign in first."""
    return f"/register?{urlencode({'bind': bind})}" if bind else _inner(goal)


def _inner(goal: str) -> str:
    """Give a page of ours, whatever was asked for: a link must not lead through us elsewhere."""
    is_ours = goal.startswith(("/account", "/settings/", "/workspace/")) and goal.isprintable()
    return goal if is_ours and "\\" not in goal else "/account"


def _account_page(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    user: User,
    *,
    notice: str = "",
    error: SaycutError | None = None,
) -> Response:
    with parts.store.reading() as tx:
        values: dict[str, Any] = {
            "projects": tx.projects.recent(user.id),
            "balance": tx.credits.balance(user.id),
            "entries": tx.credits.history(user.id, _ENTRIES_SHOWN),
            "notice": notice,
        }
    if error is not None:
        return problem(request, parts, visitor, error, "account.html", **values)
    return page(request, parts, visitor, "account.html", error="", **values)
