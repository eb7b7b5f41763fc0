"""Who may come in at all: which names this server is asked by, and from which web pages.

An open server trusts everyone who can reach it. A web page that somebody looks at must not be
among them: it could call any address of this machine through the browser. So a request must
name a host that is ours (a page cannot make a name of its own point here: DNS rebinding), and
one that a page sent must come from a page of ours or one that was allowed.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from saycut.server.envelope import failure
from saycut.server.parts import Options

__all__ = ["Doors", "host_of"]

FORM_PATHS: Final = ("/register", "/login", "/logout", "/account", "/settings/", "/workspace/")
"""Where forms of pages go; each of them is checked by `browsing.check_form`."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Doors:
    """Refuses requests by their Host, Origin and Sec-Fetch headers."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self._app = app
        self._origins = frozenset(options.allowed_origins)
        self._hosts = _hosts(options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := self._reason(scope)):
            await failure(403, 403, reason)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _reason(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        named = headers.get("host", "")
        if self._hosts is not None and host_of(named) not in self._hosts:
            return (
                f"this server is not known as {named[:100]!r}; add the name to "
                "SAYCUT_ALLOWED_HOSTS if it should be"
            )
        origin = headers.get("origin")
        if origin is not None and not _is_own_form(scope, origin):
            return None if self._is_ours(origin, named) else _foreign(origin)
        if headers.get("sec-fetch-site") == "cross-site" and not _is_visit(scope, headers):
            return _foreign("another web page")
        return None

    def _is_ours(self, origin: str, named: str) -> bool:
        return origin in self._origins or _netloc_of(origin) == named.lower()


def host_of(text: str) -> str:
    """Give the name in a Host header or an address, in lower case and without its port."""
    try:
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _netloc_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_own_form(scope: Scope, origin: str) -> bool:
    """Tell whether a form may be one of our pages, which say who sent them by a token of their own.

    Our pages send no referrer, and browsers then call the origin of their forms "null".
    """
    return origin == "null" and scope["path"].startswith(FORM_PATHS)


def _is_visit(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Tell whether somebody followed a link: that shows a page and changes nothing."""
    return scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"


def _hosts(options: Options) -> frozenset[str] | None:
    """Give the names that this server answers to; None is any."""
    given = (*options.allowed_hosts, options.public_url or "")
    # With a port or as an address of the web: people write them so, and the name is what counts.
    known = {*options.allowed_hosts, *map(host_of, given)} - {""}
    if not options.is_open and not known:
        return None
    return frozenset({*_LOOPBACK, *known, options.address[0]})


def _foreign(origin: str) -> str:
    return (
        f"{origin[:100]!r} may not call this server; add it to SAYCUT_ALLOWED_ORIGINS if it should"
    )
