"""The calls, by what they are about."""

from typing import Final

from fastapi import APIRouter

from saycut.server.routes import (
    accounts,
    adk,
    auth,
    chat,
    credits,  # noqa: A004
    files,
    health,
    pages,
    projects,
    renders,
    sessions,
    signing_in,
    token_pages,
    tus,
    uploads,
    webhooks,
)

__all__ = ["ROUTERS"]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    auth.router,
    signing_in.router,
    sessions.router,
    projects.router,
    uploads.router,
    tus.router,
    chat.router,
    credits.router,
    renders.router,
    webhooks.router,
    files.router,
    adk.router,
    health.router,
    pages.router,
    accounts.router,
    token_pages.router,
)
