"""Bringing files into a session: as a form, or by their addresses on the web."""

import json
from typing import Any, Final

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import Field, ValidationError

from saycut.server.callers import PartsDep, Uploader
from saycut.server.edge.addresses import base_url_of
from saycut.server.edge.lingering import Lingering
from saycut.server.envelope import Body, Data, Envelope, failure
from saycut.server.errors import FAILURES, BadInput, outcome_of
from saycut.server.intake.files import FileData, file_data
from saycut.server.intake.forms import BadForm, FileTooLarge, FormTooLarge
from saycut.server.intake.receiving import Refused, UploadStopped, received
from saycut.server.intake.uploads import TakenIn, Uploads
from saycut.server.parts import Parts
from saycut.server.routes.common import AppName, SessionId, check_user, project_of

__all__ = ["router"]

router = APIRouter(tags=["uploads"], responses=FAILURES)

# Twenty addresses of the longest kind that is read.
_JSON_BYTES_MAX: Final = 256 * 1024


class UrlsOrder(Body):
    urls: list[str] = Field(description="http or https addresses that anyone may read.")
    url: str | None = Field(None, description="The same for a single one.")
    source_type: str = Field("url", description="`url`")


class RefusedData(Data):
    name: str
    code: int = Field(description="4001: type, 4002: size, 400 and others: see `message`.")
    message: str
    reason: str = Field(description="The same as `message`.")


class UploadData(FileData):
    """The first file, and all of them."""

    files: list[FileData] = Field(description="In the order sent; the same content is one file.")
    rejected: list[RefusedData]
    session_state_applied: bool = True


_FORM: Final = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "file": {"type": "string", "format": "binary", "description": "As `files`."},
    },
}


@router.post(
    "/api/upload-video/{app_name}/{user}/{session_id}",
    response_model=Envelope[UploadData],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": _FORM},
                "application/json": {"schema": UrlsOrder.model_json_schema(mode="validation")},
            },
        }
    },
)
async def upload(
    request: Request,
    parts: PartsDep,
    caller: Uploader,
    app_name: AppName,
    user: str,
    session_id: SessionId,
) -> Any:
    """Bring files into a session.

    Either multipart/form-data with a part named `files` for each, or JSON with `urls`. Of several
    the good ones stay, and `rejected` tells the others; it fails when none is good.
    """
    check_user(user, caller, session_id)
    await anyio.to_thread.run_sync(_check, parts, caller, session_id)
    if request.headers.get("content-type", "").startswith("application/json"):
        order = _urls_order(await _small_body(request))
        taken = await parts.uploads.take_urls(session_id, order.urls)
    else:
        try:
            taken = await _form(request, parts, session_id)
        except (BadForm, FileTooLarge, FormTooLarge, UploadStopped) as error:
            return Lingering(request, failure(*outcome_of(error), str(error)))
    base_url = base_url_of(request, parts)
    files = [file_data(parts, session_id, a, base_url) for a in taken.require_one().assets]
    rejected = [_refused_data(refused) for refused in taken.refused]
    return Envelope(data=UploadData(**files[0].model_dump(), files=files, rejected=rejected))


def _check(parts: Parts, caller: Uploader, session_id: str) -> None:
    with parts.store.reading() as tx:
        parts.uploads.check_quota(tx, project_of(tx, session_id, caller), "more files", 1)


async def _form(request: Request, parts: Parts, session_id: str) -> TakenIn:
    announced = request.headers.get("content-length", "")
    uploads: Uploads = parts.uploads
    async with received(
        request.stream(),
        request.headers.get("content-type", ""),
        announced_bytes=int(announced) if announced.isdecimal() else None,
        bounds=uploads.bounds,
        new_path=uploads.new_path,
    ) as delivery:
        return await uploads.take(session_id, delivery)


async def _small_body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _JSON_BYTES_MAX:
            raise BadInput(f"the body has more than {_JSON_BYTES_MAX} bytes; send fewer addresses")
    return body


def _urls_order(body: bytes) -> UrlsOrder:
    try:
        said = json.loads(body)
        if isinstance(said, dict) and "urls" not in said and "url" in said:
            said["urls"] = [said["url"]]
        return UrlsOrder.model_validate(said)
    except (ValidationError, ValueError, RecursionError):
        raise BadInput(
            'the body names no files: send {"urls": ["https://example.org/clip.mp4"]}, or the '
            "files themselves as multipart/form-data with parts named 'files'"
        ) from None


def _refused_data(refused: Refused) -> RefusedData:
    _, code = outcome_of(refused.error)
    message = str(refused.error)
    return RefusedData(name=refused.name, code=code, message=message, reason=message)
