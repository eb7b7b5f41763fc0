"""Who looks at a page: the session cookie, and the tokens that forms of pages carry.

A form is taken only with a token that this server wrote into it: a keyed hash of the session
(before sign-in: of a random cookie) and of what the form is for. Another site can send a form
here, but it can neither read the cookie nor make the token.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from fastapi import Depends, Request
from fastapi.responses import Response

from saycut.errors import SaycutError
from saycut.server.callers import PartsDep
from saycut.server.edge.addresses import scheme_of
from saycut.server.parts import Parts
from saycut.store import TokenRefused, User

__all__ = [
    "FormForged",
    "Visitor",
    "VisitorDep",
    "check_form",
    "form_token",
    "remember_session",
    "remember_visit",
    "visitor_of",
]

SESSION_COOKIE: Final = "saycut_session"
VISIT_COOKIE: Final = "saycut_visit"
SESSION_S: Final = 14 * 86_400

_VISIT: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class FormForged(SaycutError):
    """A form came without the token of its page, or with that of another."""

    code: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(
            "this form is no longer valid, or was sent by another site: go back, load the page "
            "anew and send it again; cookies must be allowed for this site"
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever looks at a page. `user` is None before sign-in.

    `secret` is that of the session, else of the visit; `is_new`: the browser has no cookie yet.
    """

    secret: str
    user: User | None = None
    is_new: bool = False


def visitor_of(request: Request, parts: PartsDep) -> Visitor:
    """Give who looks at a page. A session that is over is as good as none."""
    session = request.cookies.get(SESSION_COOKIE, "")
    if session and not parts.options.is_open:
        try:
            with parts.store.reading() as tx:
                token = tx.tokens.find(session, kinds=("web",))
                return Visitor(session, tx.users.get(token.user_id))
        except TokenRefused:
            pass
    visit = request.cookies.get(VISIT_COOKIE, "")
    if _VISIT.fullmatch(visit):
        return Visitor(visit)
    return Visitor(secrets.token_urlsafe(32), is_new=True)


VisitorDep = Annotated[Visitor, Depends(visitor_of)]


def form_token(parts: Parts, visitor: Visitor, purpose: str) -> str:
    """Give what a form of a page carries, so that it is known again."""
    words = f"form\n{purpose}\n{visitor.secret}".encode()
    return hmac.new(parts.signing_key, words, hashlib.sha256).hexdigest()


def check_form(parts: Parts, visitor: Visitor, purpose: str, token: str) -> None:
    """Let a form through that came from a page of ours that this visitor saw.

    Raises:
        FormForged
    """
    expected = form_token(parts, visitor, purpose).encode()
    if visitor.is_new or not hmac.compare_digest(expected, token.encode()):
        raise FormForged


def remember_session(response: Response, request: Request, parts: Parts, secret: str) -> None:
    """Sign the browser in; with an empty secret, out."""
    _set(response, request, parts, SESSION_COOKIE, secret, SESSION_S if secret else 0)
    # Forms of before the sign-in are not valid after it, nor the other way round.
    _set(response, request, parts, VISIT_COOKIE, "", 0)


def remember_visit(response: Response, request: Request, parts: Parts, visitor: Visitor) -> None:
    """Give a new visitor the cookie that their forms are known by."""
    if visitor.is_new:
        _set(response, request, parts, VISIT_COOKIE, visitor.secret, None)


def _set(
    response: Response, request: Request, parts: Parts, name: str, value: str, age_s: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=age_s,
        path="/",
        secure=scheme_of(request, parts) == "https",
        httponly=True,
        samesite="lax",
    )
