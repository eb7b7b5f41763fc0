"""Pages as answers: templates, the headers around them, and errors that people read."""

import hashlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from anyio import to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from saycut.errors import SaycutError
from saycut.server.errors import outcome_of
from saycut.server.parts import Parts
from saycut.server.web.browsing import Visitor, form_token, remember_visit, visitor_of

__all__ = ["ASSET_TYPES", "PageRoute", "asset_response", "page", "problem", "see_other"]

_log = logging.getLogger("saycut.server")

# Nothing but what is ours, and nothing inline: a name of a project can never become a script.
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Addresses of pages hold secrets (claims, binds): no other site learns them, no cache keeps them.
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASSET_TYPES: Final = {"style.css": "text/css", "icon.svg": "image/svg+xml"}


def page(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """Give a page of `pages/`, filled in."""
    purposes: list[str] = []

    def token(purpose: str) -> str:
        purposes.append(purpose)
        return form_token(parts, visitor, purpose)

    body = (
        _templates()
        .get_template(template)
        .render(visitor=visitor, is_open=parts.options.is_open, form_token=token, **values)
    )
    response = HTMLResponse(body, status, {**HEADERS, **(headers or {})})
    # Who is only shown something gets no cookie.
    if purposes:
        remember_visit(response, request, parts, visitor)
    return response


def problem(
    request: Request,
    parts: Parts,
    visitor: Visitor,
    error: SaycutError,
    template: str,
    **values: Any,
) -> HTMLResponse:
    """Give a page once more that says why a form could not be taken."""
    return page(
        request,
        parts,
        visitor,
        template,
        status=outcome_of(error)[0],
        headers=_retry(error),
        error=str(error),
        **values,
    )


def see_other(where: str) -> RedirectResponse:
    """Send the browser on after a form, so that loading anew sends nothing twice."""
    return RedirectResponse(where, 303, HEADERS)


def asset_response(name: str) -> Response:
    """Give the style sheet or the icon of the pages."""
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(_asset(name), media_type=ASSET_TYPES[name], headers=headers)


class PageRoute(APIRoute):
    """A route whose errors are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except SaycutError as error:
                parts: Parts = request.app.state.parts
                visitor = await to_thread.run_sync(visitor_of, request, parts)
                status = outcome_of(error)[0]
                return _error_page(request, visitor, status, str(error), _retry(error))
            except HTTPException:
                raise  # the body stopped arriving: there is nobody to show a page to
            except RequestValidationError:
                return _error_page(request, _NOBODY, 400, "this address or form is not complete")
            except Exception as error:
                # The words of an unexpected error may hold anything; they go to the log alone.
                _log.error("fault", exc_info=error, extra={"path": request.url.path})
                told = "this is a fault in Saycut; the log of the server says more"
                return _error_page(request, _NOBODY, 500, told)

        return shown


def _error_page(
    request: Request,
    visitor: Visitor,
    status: int,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    parts: Parts = request.app.state.parts
    return page(
        request,
        parts,
        visitor,
        "problem.html",
        status=status,
        headers=headers,
        title=_TITLES.get(status, "That did not work"),
        error=message,
    )


_NOBODY: Final = Visitor("")
_TITLES: Final = {
    403: "Not allowed",
    404: "Not found",
    410: "No longer there",
    429: "Too many tries",
    500: "A fault",
}


def _retry(error: SaycutError) -> dict[str, str]:
    retry_after_s = getattr(error, "retry_after_s", None)
    return {"Retry-After": str(max(1, round(retry_after_s)))} if retry_after_s else {}


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("saycut.server.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["moment"] = _moment
    templates.filters["playtime"] = _playtime
    templates.globals["asset"] = _asset_address
    return templates


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%d %b %Y, %H:%M} UTC"


def _playtime(duration_ms: int) -> str:
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02}"


@cache
def _asset(name: str) -> bytes:
    return files("saycut.server.web").joinpath("pages", name).read_bytes()


def _asset_address(name: str) -> str:
    # Browsers keep it for a year; a new version has another address.
    return f"/pages/{name}?v={hashlib.sha256(_asset(name)).hexdigest()[:8]}"
