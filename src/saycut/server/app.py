"""The application: routes, what stands around them, and what lives as long as it does."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from saycut.server import errors
from saycut.server.edge.bodies import JsonBodies
from saycut.server.edge.bounds import BodyBounds
from saycut.server.edge.doors import Doors
from saycut.server.edge.logs import AccessLog
from saycut.server.edge.metrics import Metrics
from saycut.server.intake.resumable import Resumable
from saycut.server.intake.uploads import Uploads
from saycut.server.parts import Parts
from saycut.server.routes import ROUTERS
from saycut.server.talk.chat import Chat, Talk
from saycut.server.talk.sse import Streams

__all__ = ["create_app"]

_log = logging.getLogger("saycut.server")

_DESCRIPTION: Final = """\
Type what you want, add photos, clips and music, get a finished 1080p video.

Every answer is `{"code": 0, "message": "success", "data": {...}}`; a failed one has another code, a
message that says why and what to do, and the HTTP status that goes with it. Bodies take
snake_case and camelCase names. `docs/protocol.md` tells the whole contract.
"""
# Work that blocks: most calls take a thread for a few milliseconds, uploads for as long as a
# file is looked at.
_THREADS: Final = 80
# What scripts of other web pages may read of an answer.
_EXPOSED: Final = (
    "Content-Disposition",
    "ETag",
    "Location",
    "Retry-After",
    *(f"Tus-{name}" for name in ("Extension", "Max-Size", "Resumable", "Version")),
    *(f"Upload-{name}" for name in ("Expires", "Length", "Metadata", "Offset")),
    "Saycut-File",
    "Saycut-File-Id",
)
# How often turns and credits that were left behind are looked for.
_REAP_S: Final = 15.0


def create_app(parts: Parts, talk: Talk | None = None) -> FastAPI:
    """Give the application over working parts; it owns none of them. For `talk` see `Chat`."""
    app = FastAPI(
        title="Saycut",
        version=parts.options.version,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    parts.chat = Chat(parts, talk)
    parts.uploads = Uploads(parts)
    parts.resumable = Resumable(parts, parts.uploads)
    app.state.parts = parts
    app.state.streams = Streams(parts.options.heartbeat_s, parts.options.send_timeout_s)
    app.state.metrics = _metrics(parts, app.state.streams)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    # The last one added is the first to see a request.
    app.add_middleware(JsonBodies)
    app.add_middleware(BodyBounds)
    if parts.options.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(parts.options.allowed_origins),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=list(_EXPOSED),
        )
    app.add_middleware(Doors, options=parts.options)
    app.add_middleware(AccessLog, metrics=app.state.metrics)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    lost = await anyio.to_thread.run_sync(parts.chat.recover)
    if lost:
        _log.info("turns of the last run were given back", extra={"turns": lost})
    chores = [asyncio.create_task(_reap(parts)), asyncio.create_task(parts.resumable.tend())]
    try:
        yield
    finally:
        app.state.streams.stop()
        for chore in chores:
            chore.cancel()
            with suppress(asyncio.CancelledError):
                await chore
        await parts.chat.close()


async def _reap(parts: Parts) -> None:
    """End the turns of servers that are gone, and free what nobody works on, again and again."""
    while True:
        await asyncio.sleep(_REAP_S)
        try:
            gone = await anyio.to_thread.run_sync(parts.jobs.servers_gone)
            await anyio.to_thread.run_sync(parts.chat.reap, gone)
        except Exception as error:
            # The database may be away for a while.
            _log.warning("looking for lost turns failed", extra={"error": str(error)})


def _metrics(parts: Parts, streams: Streams) -> Metrics:
    metrics = Metrics()
    metrics.gauge("saycut_streams", "Event streams that are open", lambda: streams.open_count)
    metrics.gauge("saycut_turns", "Turns under way", lambda: parts.chat.running_count)
    metrics.gauge("saycut_exports", "Exports under way", lambda: parts.jobs.running_count)
    return metrics
