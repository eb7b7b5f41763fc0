"""Whether this server lives, whether it can work, and its figures."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from saycut.server.callers import PartsDep
from saycut.server.envelope import failure
from saycut.server.errors import FAILURES

__all__ = ["router"]

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str = Field(description="ok")
    version: str


@router.get("/healthz")
def healthz(parts: PartsDep) -> Health:
    """Tell that the process answers."""
    return Health(status="ok", version=parts.options.version)


@router.get("/readyz", response_class=PlainTextResponse, responses=FAILURES)
def readyz(request: Request, parts: PartsDep) -> Response:
    """Tell whether the server can work: its database answers and it is not stopping."""
    if request.app.state.streams.stopping.is_set():
        return failure(503, 503, "the server is stopping")
    try:
        with parts.store.reading() as tx:
            tx.projects.recent(limit=1)
    except Exception as error:
        return failure(503, 503, f"the database does not answer ({type(error).__name__})")
    return PlainTextResponse("ready\n")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Give the figures of this server in Prometheus' text format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")
