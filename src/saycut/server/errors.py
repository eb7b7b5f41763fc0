"""What went wrong in a call, as HTTP: the one table from errors to statuses and codes."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from saycut.edit import UnknownAsset
from saycut.engine import AssetInUse, CacheUnusable, EmptyRequest, FilmNotWritten, MediaLost
from saycut.errors import SaycutError
from saycut.render import PoolClosed
from saycut.server.envelope import Failure, failure
from saycut.store import (
    BindRefused,
    BlobNotKept,
    BlobStoreRefused,
    BlobStoreUnreachable,
    DamagedDatabase,
    DataFolderUnusable,
    EmailTaken,
    MergeRefused,
    StaleBase,
    UnknownProject,
)

__all__ = [
    "FAILURES",
    "BadInput",
    "Forbidden",
    "NotFound",
    "SessionNotFound",
    "install",
    "outcome_of",
]

_log = logging.getLogger("saycut.server")


class BadInput(SaycutError):
    """A call lacks something, or holds what makes no sense."""

    code: ClassVar[int] = 400


class Forbidden(SaycutError):
    """The token does not allow it."""

    code: ClassVar[int] = 403

    def __init__(self, needed: str, held: str) -> None:
        super().__init__(
            f"this token may not do that: it needs the scope {needed!r} and has {held or 'none'}; "
            "make a token with that scope"
        )


class NotFound(SaycutError):
    """There is no such thing, or it is another user's."""

    code: ClassVar[int] = 404


class SessionNotFound(SaycutError):
    """There is no such session, or it is another user's."""

    code: ClassVar[int] = 1002

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"no session {session_id!r}: make a new one with "
            "POST /api/tasks/me/with-session/nemo_agent"
        )


# Codes of the protocol, and the statuses that go with them.
_STATUS_BY_CODE: Final = {
    400: 400,
    402: 402,
    403: 403,
    404: 404,
    409: 409,
    429: 429,
    1001: 401,
    1002: 404,
    2001: 403,
    4001: 415,
    4002: 413,
}
# Errors of the parts below, by class: what is not here is a request that cannot be done.
_BY_CLASS: Final[Mapping[type[SaycutError], tuple[int, int | None]]] = {
    UnknownProject: (404, 1002),
    StaleBase: (409, 409),
    AssetInUse: (409, None),
    UnknownAsset: (404, 404),
    EmptyRequest: (400, 400),
    EmailTaken: (409, None),
    MergeRefused: (409, None),
    BindRefused: (410, None),
    MediaLost: (500, None),
    CacheUnusable: (507, None),
    FilmNotWritten: (507, None),
    BlobNotKept: (507, None),
    BlobStoreUnreachable: (503, None),
    BlobStoreRefused: (500, None),
    PoolClosed: (503, None),
    DataFolderUnusable: (507, None),
    DamagedDatabase: (500, None),
}
_UNPROCESSABLE: Final = 422

# Written out: a model would be described as being of the type that the call answers otherwise.
_FAILURE: Final = {"application/json": {"schema": Failure.model_json_schema()}}
FAILURES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"content": _FAILURE, "description": "It could not be done; `message` says why."},
    "5XX": {"content": _FAILURE, "description": "The server is at fault or out of room."},
}
"""For `responses=`: every call may answer so."""


def outcome_of(error: SaycutError) -> tuple[int, int]:
    """Give the HTTP status and the code of the envelope for an error."""
    for kind, (status, code) in _BY_CLASS.items():
        if isinstance(error, kind):
            return status, code or error.code
    return _STATUS_BY_CODE.get(error.code, _UNPROCESSABLE), error.code


def install(app: FastAPI) -> None:
    """Make an app answer its errors in the envelope."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[JSONResponse]]] = {
        SaycutError: _on_saycut_error,
        RequestValidationError: _on_bad_input,
        HTTPException: _on_http_error,
        Exception: _on_fault,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _on_saycut_error(_: Request, error: SaycutError) -> JSONResponse:
    status, code = outcome_of(error)
    if status >= 500:
        _log.error("call failed", extra={"code": code, "error": str(error)})
    headers = {}
    if retry_after_s := getattr(error, "retry_after_s", None):
        headers["Retry-After"] = str(max(1, round(retry_after_s)))
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return failure(status, code, str(error), headers)


async def _on_bad_input(_: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    given = "" if first["type"] == "missing" else f", found {_short(first.get('input'))}"
    message = f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}{given}; see /openapi.json"
    return failure(400, 400, message)


async def _on_http_error(request: Request, error: HTTPException) -> JSONResponse:
    message = str(error.detail)
    if error.status_code == 404:
        message = f"there is no {request.url.path} here; /openapi.json lists the calls"
    elif error.status_code == 405:
        message = f"{request.url.path} takes no {request.method}; /openapi.json lists the calls"
    return failure(
        error.status_code,
        error.status_code,
        message,
        dict(error.headers) if error.headers else None,
    )


async def _on_fault(request: Request, error: Exception) -> JSONResponse:
    # The words of an unexpected error may hold anything; they go to the log alone.
    _log.error("fault", exc_info=error, extra={"path": request.url.path})
    return failure(500, 500, "this is a fault in Saycut; the log of the server says more")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
