"""Exports as they are ordered over HTTP: what may be ordered, by whom, and how one stands."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import Field

from saycut.edit import check_edit
from saycut.engine import snapshot_of
from saycut.engine.plain import whole_json
from saycut.fetch import check_url
from saycut.server.callers import Caller, Client
from saycut.server.envelope import Body, Data
from saycut.server.errors import BadInput
from saycut.server.exportable import ExportBlocked, check_film, check_plan
from saycut.server.parts import Parts
from saycut.server.routes.common import project_of
from saycut.server.signing import export_link
from saycut.store import Transaction
from saycut.store.exports import Export, OrderReused
from saycut.timeline import Draft, InvalidDraft, WireError
from saycut.timeline.wire import draft_from_wire

__all__ = ["RenderOrder", "RenderReply", "order_export", "reply_of"]

_ID_LETTERS_MAX: Final = 128
# Far beyond any film; which sizes can be made is told by the jobs.
_SIDE_MAX_PX: Final = 100_000


class OutputOrder(Body):
    """The file that is wanted; what is left out is as the film is."""

    format: str = "mp4"
    quality: str | None = Field(None, description="low, medium, high, or a height such as 720p")
    resolution: str | None = Field(None, description="1920x1080, 1080p or 4k")
    width: int | None = Field(None, ge=1, le=_SIDE_MAX_PX)
    height: int | None = Field(None, ge=1, le=_SIDE_MAX_PX)


class RenderOrder(Body):
    id: str = Field(
        min_length=1,
        max_length=_ID_LETTERS_MAX,
        # It stands in the paths of the calls about the export.
        pattern=r"^[^/\\?#\x00-\x1f]+$",
        description="The client makes it: any text without slashes.",
    )
    session_id: str
    draft: dict[str, Any] | str | None = Field(
        None, description="A draft (docs/draft.md), or its JSON; none takes the one in force."
    )
    output: OutputOrder = Field(default_factory=OutputOrder)
    webhook: str | None = Field(None, description="Is sent the finished job; signed.")


class FilmData(Data):
    url: str = Field(description="Absolute and signed: works without a token, for a week.")
    format: str
    width: int
    height: int
    duration_ms: int
    duration: float = Field(description="The same in seconds.")
    size_bytes: int
    size: int
    report: dict[str, Any] = Field(description="What was checked of the file, and what was found.")


class JobData(Data):
    """How an export stands."""

    id: str
    status: str = Field(description="pending, processing, completed or failed")
    progress: int = Field(description="0..100")
    output: FilmData | None = None
    outputUrl: str | None = None  # noqa: N815 - older clients read it so
    error: str | None = None
    error_code: int | None = None
    createdAt: str  # noqa: N815
    completedAt: str | None = None  # noqa: N815


class RenderReply(JobData):
    """The job at top level and under `data`: clients read it at either place."""

    code: int = 0
    message: str = "success"
    success: bool = True
    taskId: str  # noqa: N815
    data: JobData


def order_export(
    tx: Transaction, parts: Parts, caller: Caller, client: Client, order: RenderOrder
) -> Export:
    """Order an export; the same order again gives the same job.

    Raises:
        OrderReused: the id was used for another order.
        ExportBlocked: the plan does not allow it, or headers are missing.
        SessionNotFound, BadInput, InvalidDraft, WireError: the order makes no sense.
        SaycutError: see `jobs.Jobs.order`.
    """
    fingerprint = _fingerprint(order)
    if known := tx.exports.get(caller.user_id, order.id):
        # Whatever has changed since: who repeats an order did not hear of the job.
        if known.fingerprint != fingerprint:
            raise OrderReused(order.id)
        return known
    _check_client(parts, client)
    check_plan(parts, caller.plan)
    project = project_of(tx, order.session_id, caller)
    snapshot = snapshot_of(tx, project.id, caller.user_id)
    draft = snapshot.draft
    if order.draft is not None:
        draft = _draft(order.draft)
        # Before anything is rendered: a draft may name the assets of its own session alone.
        check_edit(Draft(), draft, snapshot.assets)
    check_film(draft, project.id)
    if order.webhook:
        check_url(order.webhook, guard=parts.options.guard)
    return parts.jobs.order(
        tx,
        user_id=caller.user_id,
        export_id=order.id,
        project_id=project.id,
        draft=draft,
        output=order.output.model_dump(exclude_none=True),
        webhook=order.webhook,
        fingerprint=fingerprint,
    )


def reply_of(parts: Parts, export: Export, base_url: str) -> RenderReply:
    """Tell how an export stands."""
    job = _job(parts, export, base_url)
    return RenderReply(**job.model_dump(), taskId=export.id, data=job)


def _check_client(parts: Parts, client: Client) -> None:
    if not parts.options.is_open and not client.is_complete:
        raise ExportBlocked(
            "an export must say which client orders it: send the headers X-Skill-Source, "
            "X-Skill-Version and X-Skill-Platform"
        )


def _draft(raw: dict[str, Any] | str) -> Draft:
    if isinstance(raw, str):
        try:
            raw = whole_json(json.loads(raw))
        except (ValueError, RecursionError) as error:
            raise BadInput(
                f"draft is a text that is no JSON that is taken ({error}); see docs/draft.md"
            ) from error
    try:
        return draft_from_wire(raw)
    except (WireError, InvalidDraft) as error:
        raise BadInput(f"draft: {error}; see docs/draft.md") from error


def _fingerprint(order: RenderOrder) -> str:
    text = json.dumps(order.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


_STATUS: Final = {"cancelled": "failed"}


def _job(parts: Parts, export: Export, base_url: str) -> JobData:
    film = _film(parts, export, base_url)
    return JobData(
        id=export.id,
        status=_STATUS.get(export.state, export.state),
        progress=export.progress,
        output=film,
        outputUrl=film.url if film else None,
        error=export.error or ("cancelled" if export.state == "cancelled" else None),
        error_code=export.error_code,
        createdAt=_moment(export.created_ms) or "",
        completedAt=_moment(export.finished_ms),
    )


def _film(parts: Parts, export: Export, base_url: str) -> FilmData | None:
    if export.digest is None:
        return None
    duration_ms, size_bytes = export.duration_ms or 0, export.size_bytes or 0
    return FilmData(
        url=export_link(parts, export, base_url),
        format="mp4",
        width=export.width or 0,
        height=export.height or 0,
        duration_ms=duration_ms,
        duration=duration_ms / 1000,
        size_bytes=size_bytes,
        size=size_bytes,
        report=dict(export.report or {}),
    )


def _moment(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
