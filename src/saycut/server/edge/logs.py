"""Log lines as JSON, and the access log: paths without their queries, which may hold secrets."""

import json
import logging
import sys
import time
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from saycut.server.edge.metrics import Metrics

__all__ = ["AccessLog", "set_up_logs"]

_access = logging.getLogger("saycut.access")
# What every record holds; the rest was given by whoever wrote it.
_USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


def set_up_logs(log_format: str) -> None:
    """Make this process log to stderr, a line a record."""
    handler = logging.StreamHandler(sys.stderr)
    if log_format == "json":
        handler.setFormatter(_JsonLines())
    else:
        handler.setFormatter(_TextLines("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # They log each call they make and each query they run; what matters of that, we say.
    for name in ("httpx", "httpcore", "alembic", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _given(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _USUAL}


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_given(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        given = " ".join(f"{key}={_shown(value)}" for key, value in _given(record).items())
        return f"{super().format(record)} {given}".rstrip()


def _shown(value: Any) -> str:
    """Write a value so that a path with a line break cannot pass for a line of its own."""
    text = str(value)
    return text if text.isprintable() else ascii(text)


class AccessLog:
    """Writes a line for each request once it has ended, and counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_s = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took_s = time.perf_counter() - started_s
            # The pattern, not the path: ids are many, and some paths are made by scanners.
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.request(scope["method"], route, status, took_s)
            _access.info(
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "ms": round(took_s * 1000, 1),
                    "client": (scope.get("client") or ("",))[0],
                },
            )
