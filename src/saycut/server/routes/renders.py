"""Exports: ordering one, seeing how it stands, stopping it, fetching the film."""

import asyncio
import time
from typing import Annotated, Final

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from saycut.server.callers import Caller, ClientDep, PartsDep, Reader, Renderer
from saycut.server.edge.addresses import base_url_of
from saycut.server.envelope import Data, Envelope
from saycut.server.errors import FAILURES, NotFound
from saycut.server.exports import JobData, RenderOrder, RenderReply, order_export, reply_of
from saycut.server.parts import Parts
from saycut.server.routes.common import SessionId, project_of
from saycut.server.routes.files import film_response
from saycut.store.exports import Export

__all__ = ["router"]

router = APIRouter(tags=["exports"], responses=FAILURES)

_WAIT_S_MAX: Final = 60.0
_LOOK_S: Final = 0.4

ExportId = Annotated[str, Path(description="The id of the order.")]


@router.post("/api/render/proxy/lambda")
@router.post("/api/render/proxy/draft")
def order_render(
    request: Request, parts: PartsDep, caller: Renderer, client: ClientDep, order: RenderOrder
) -> RenderReply:
    """Order a film. The same id and body again is the same job; another body gives 409."""
    with parts.store.transaction() as tx:
        export = order_export(tx, parts, caller, client, order)
        tx.usage.count(client.skill, client.version, client.platform, "export")
    parts.jobs.wake()
    return reply_of(parts, export, base_url_of(request, parts))


@router.get("/api/render/proxy/lambda/{export_id}")
@router.get("/api/render/proxy/{export_id}")
async def poll_render(
    request: Request,
    parts: PartsDep,
    caller: Reader,
    export_id: ExportId,
    wait: float = Query(0, ge=0, le=_WAIT_S_MAX, description="Seconds to wait for a change."),
) -> RenderReply:
    """Tell how an export stands; with `wait`, once that has changed."""
    export = await anyio.to_thread.run_sync(_export, parts, caller, export_id)
    seen, until_s = _stand(export), time.monotonic() + wait
    stopping: asyncio.Event = request.app.state.streams.stopping
    while (
        _stand(export) == seen
        and export.finished_ms is None
        and time.monotonic() < until_s
        and not stopping.is_set()
    ):
        await asyncio.sleep(_LOOK_S)
        export = await anyio.to_thread.run_sync(_export, parts, caller, export_id)
    return reply_of(parts, export, base_url_of(request, parts))


@router.post("/api/render/proxy/lambda/{export_id}/cancel")
@router.post("/api/render/proxy/{export_id}/cancel")
def cancel_render(
    request: Request, parts: PartsDep, caller: Renderer, export_id: ExportId
) -> RenderReply:
    """Stop an export; one that has ended stays as it is."""
    export = parts.jobs.cancel(_export(parts, caller, export_id).uid)
    return reply_of(parts, export, base_url_of(request, parts))


@router.api_route(
    "/api/render/proxy/{export_id}/download", methods=["GET"], response_class=FileResponse
)
def download(parts: PartsDep, caller: Reader, export_id: ExportId) -> Response:
    """Give the film; `Range` and `If-Range` work."""
    export = _export(parts, caller, export_id)
    return film_response(parts, export, f"{export.id}.mp4")


class ExportsData(Data):
    exports: list[JobData]


@router.get("/api/projects/{session_id}/exports")
def list_exports(
    request: Request, parts: PartsDep, caller: Reader, session_id: SessionId
) -> Envelope[ExportsData]:
    """List the exports of a project, the newest first."""
    with parts.store.reading() as tx:
        found = tx.exports.of_project(project_of(tx, session_id, caller).id)
    base_url = base_url_of(request, parts)
    jobs = [reply_of(parts, export, base_url).data for export in reversed(found)]
    return Envelope(data=ExportsData(exports=jobs))


def _export(parts: Parts, caller: Caller, export_id: str) -> Export:
    with parts.store.reading() as tx:
        export = tx.exports.get(caller.user_id, export_id)
    if export is None:
        raise NotFound(f"no export {export_id!r}: use the id that the order was sent with")
    return export


def _stand(export: Export) -> tuple[str, int]:
    return export.state, export.progress
