"""The calls, by what they are about."""

from typing import Final

from fastapi import APIRouter

from saycut.server.routes import adk, auth, chat, credits, files, health, renders, sessions

__all__ = ["ROUTERS"]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    auth.router,
    sessions.router,
    chat.router,
    credits.router,
    renders.router,
    files.router,
    adk.router,
    health.router,
)
