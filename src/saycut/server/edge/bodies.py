"""Requests as clients really send them: `curl -d '{...}'` calls JSON a form."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["JsonBodies"]

_JSON_PATHS: Final = ("/api/", "/run_sse", "/run", "/apps/")
_MISTAKEN: Final = (b"", b"application/x-www-form-urlencoded", b"text/plain")


class JsonBodies:
    """Takes the body of an API call for JSON where its type is missing or is curl's default."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_JSON_PATHS):
            kept = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
            said = next((v for name, v in scope["headers"] if name == b"content-type"), b"")
            if said.split(b";")[0].strip().lower() in _MISTAKEN:
                # In place: those around us read from the scope which route it came to.
                scope["headers"] = [*kept, (b"content-type", b"application/json")]
        await self._app(scope, receive, send)
