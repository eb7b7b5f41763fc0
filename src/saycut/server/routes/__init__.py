"""The calls, by what they are about."""

from typing import Final

from fastapi import APIRouter

from saycut.server.routes import (
    adk,
    auth,
    chat,
    credits,  # noqa: A004
    files,
    health,
    renders,
    sessions,
    tus,
    uploads,
)

__all__ = ["ROUTERS"]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    auth.router,
    sessions.router,
    uploads.router,
    tus.router,
    chat.router,
    credits.router,
    renders.router,
    files.router,
    adk.router,
    health.router,
)
