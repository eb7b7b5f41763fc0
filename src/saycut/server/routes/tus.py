"""Resumable uploads: tus 1.0 (core, creation, creation-with-upload, expiration, checksum,
termination), as `tus.io/protocols/resumable-upload` tells.
"""

import base64
import binascii
import json
from collections.abc import Callable, Coroutine, Mapping
from email.utils import formatdate
from typing import Annotated, Any, Final

import anyio.to_thread
from fastapi import APIRouter, Header, Path, Request
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.responses import Response

from saycut.errors import SaycutError
from saycut.server.callers import Caller, PartsDep, Uploader
from saycut.server.edge.addresses import base_url_of
from saycut.server.edge.lingering import Lingering
from saycut.server.envelope import Data, Envelope, failure
from saycut.server.errors import FAILURES, BadInput, outcome_of
from saycut.server.intake.files import FileData, file_data
from saycut.server.intake.resumable import Resumable
from saycut.server.intake.tails import ALGORITHMS, Checksum
from saycut.server.parts import Parts
from saycut.store import Upload

__all__ = ["router"]

_VERSION: Final = "1.0.0"
_EXTENSIONS: Final = "creation,creation-with-upload,expiration,checksum,termination"
_BYTES_TYPE: Final = "application/offset+octet-stream"
# Codes of this protocol that are statuses; 460 is its own.
_STATUSES: Final = frozenset({408, 409, 410, 412, 415, 423, 460})
_METADATA_LETTERS_MAX: Final = 4096


class WrongVersion(SaycutError):
    """The client speaks another version of the protocol, or does not say which."""

    code = 412

    def __init__(self, said: str | None) -> None:
        found = "is missing" if said is None else f"is {said[:20]!r}"
        super().__init__(f"Tus-Resumable {found}: send Tus-Resumable: {_VERSION}")


class WrongType(SaycutError):
    """The bytes are not announced as such."""

    code = 415

    def __init__(self, said: str) -> None:
        super().__init__(f"Content-Type is {said[:60]!r}: send {_BYTES_TYPE}")


class _TusRoute(APIRoute):
    """Answers as the protocol wants it: its version on everything, its statuses for errors."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except SaycutError as error:
                response = Lingering(request, _failed(error))
            response.headers["Tus-Resumable"] = _VERSION
            return response

        return answer


router = APIRouter(tags=["uploads"], responses=FAILURES, route_class=_TusRoute)


def _failed(error: SaycutError) -> Response:
    status, code = outcome_of(error)
    headers = {"Cache-Control": "no-store"}
    if error.code in _STATUSES:
        status = error.code
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 412:
        headers["Tus-Version"] = _VERSION
    return failure(status, code, str(error), headers)


TusResumable = Annotated[str | None, Header(description="1.0.0")]
UploadId = Annotated[str, Path(description="The last part of the Location of the upload.")]


def _check_version(said: str | None) -> None:
    if said != _VERSION:
        raise WrongVersion(said)


@router.options("/api/uploads/", status_code=204, response_class=Response)
async def options(parts: PartsDep) -> Response:
    """Tell what of the protocol this server knows."""
    headers = {
        "Tus-Version": _VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(parts.options.upload_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=headers)


@router.options("/api/uploads/{upload_id}", status_code=204, response_class=Response)
async def options_of(parts: PartsDep, upload_id: UploadId) -> Response:
    """Tell the same of an upload."""
    return await options(parts)


@router.post("/api/uploads/", status_code=201, response_class=Response)
async def begin(
    request: Request,
    parts: PartsDep,
    caller: Uploader,
    upload_length: Annotated[str | None, Header(description="Bytes of the whole file.")] = None,
    upload_metadata: Annotated[
        str,
        Header(
            description="session_id and filename, each with its value in base64, commas between."
        ),
    ] = "",
    tus_resumable: TusResumable = None,
) -> Response:
    """Begin an upload; the first bytes may come with it."""
    _check_version(tus_resumable)
    said = _metadata(upload_metadata)
    session_id = said.get("session_id") or said.get("sessionId") or ""
    if not session_id:
        raise BadInput(
            "Upload-Metadata names no session: send session_id and filename, each followed by a "
            "space and its value in base64, with a comma between"
        )
    resumable: Resumable = parts.resumable
    upload = await resumable.begin(
        caller.user_id,
        session_id,
        said.get("filename") or said.get("name") or "file",
        _count("Upload-Length", upload_length),
    )
    if request.headers.get("content-type") == _BYTES_TYPE and not upload.is_over:
        upload = await resumable.append(
            upload.id, caller.user_id, 0, request.stream(), _checksum(request), _announced(request)
        )
    headers = await _headers(request, parts, upload)
    headers["Location"] = f"{base_url_of(request, parts)}/api/uploads/{upload.id}"
    return Response(status_code=201, headers=headers)


@router.head("/api/uploads/{upload_id}", response_class=Response)
async def look(
    request: Request,
    parts: PartsDep,
    caller: Uploader,
    upload_id: UploadId,
    tus_resumable: TusResumable = None,
) -> Response:
    """Tell how much has arrived."""
    _check_version(tus_resumable)
    upload = await parts.resumable.look(upload_id, caller.user_id)
    headers = await _headers(request, parts, upload)
    headers["Upload-Length"] = str(upload.length_bytes)
    headers["Upload-Metadata"] = ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}"
        for key, value in (("session_id", upload.project_id), ("filename", upload.name))
    )
    return Response(status_code=200, headers=headers)


@router.patch("/api/uploads/{upload_id}", status_code=204, response_class=Response)
async def append(
    request: Request,
    parts: PartsDep,
    caller: Uploader,
    upload_id: UploadId,
    upload_offset: Annotated[str | None, Header(description="Where the bytes begin.")] = None,
    tus_resumable: TusResumable = None,
) -> Response:
    """Append bytes; the last ones take the file in, as any upload."""
    return await _append(request, parts, caller, upload_id, upload_offset, tus_resumable)


async def _append(
    request: Request,
    parts: Parts,
    caller: Caller,
    upload_id: str,
    upload_offset: str | None,
    tus_resumable: str | None,
) -> Response:
    _check_version(tus_resumable)
    if (kind := request.headers.get("content-type", "")) != _BYTES_TYPE:
        raise WrongType(kind)
    offset_bytes = _count("Upload-Offset", upload_offset)
    upload = await parts.resumable.append(
        upload_id,
        caller.user_id,
        offset_bytes,
        request.stream(),
        _checksum(request),
        _announced(request),
    )
    return Response(status_code=204, headers=await _headers(request, parts, upload))


@router.delete("/api/uploads/{upload_id}", status_code=204, response_class=Response)
async def give_up(
    parts: PartsDep, caller: Uploader, upload_id: UploadId, tus_resumable: TusResumable = None
) -> Response:
    """Give an upload up; nothing of it stays but a file that it became."""
    _check_version(tus_resumable)
    await parts.resumable.remove(upload_id, caller.user_id)
    return Response(status_code=204)


@router.post("/api/uploads/{upload_id}", status_code=204, response_class=Response)
async def overridden(
    request: Request,
    parts: PartsDep,
    caller: Uploader,
    upload_id: UploadId,
    x_http_method_override: Annotated[str, Header(description="PATCH or DELETE")] = "",
    upload_offset: Annotated[str | None, Header()] = None,
    tus_resumable: TusResumable = None,
) -> Response:
    """Append or give up, for clients that cannot send the right method."""
    match x_http_method_override.upper():
        case "PATCH":
            return await _append(request, parts, caller, upload_id, upload_offset, tus_resumable)
        case "DELETE":
            return await give_up(parts, caller, upload_id, tus_resumable)
    raise BadInput("X-HTTP-Method-Override is missing: send PATCH or DELETE there")


class UploadStateData(Data):
    upload_id: str
    session_id: str
    name: str
    offset_bytes: int
    length_bytes: int
    status: str = Field(description="uploading, completed or refused")
    file: FileData | None = Field(description="What it became.")
    error: str | None = Field(description="Why it was refused.")
    error_code: int | None


@router.get("/api/uploads/{upload_id}")
async def state(
    request: Request, parts: PartsDep, caller: Uploader, upload_id: UploadId
) -> Envelope[UploadStateData]:
    """Tell how an upload stands, and the file that it became."""
    upload = await parts.resumable.look(upload_id, caller.user_id)
    file = await _file(request, parts, upload)
    status = "refused" if upload.error is not None else "completed" if file else "uploading"
    return Envelope(
        data=UploadStateData(
            upload_id=upload.id,
            session_id=upload.project_id,
            name=upload.name,
            offset_bytes=upload.offset_bytes,
            length_bytes=upload.length_bytes,
            status=status,
            file=file,
            error=upload.error,
            error_code=upload.error_code,
        )
    )


async def _headers(request: Request, parts: Parts, upload: Upload) -> dict[str, str]:
    """Tell how an upload stands; what it became too, for clients that read no bodies."""
    headers = {
        "Upload-Offset": str(upload.offset_bytes if not upload.is_over else upload.length_bytes),
        "Upload-Expires": formatdate(upload.expires_ms / 1000, usegmt=True),
        "Cache-Control": "no-store",
    }
    if file := await _file(request, parts, upload):
        headers["Saycut-File-Id"] = file.file_id
        # ASCII, with other letters escaped.
        headers["Saycut-File"] = json.dumps(file.model_dump(), separators=(",", ":"))
    return headers


async def _file(request: Request, parts: Parts, upload: Upload) -> FileData | None:
    if upload.asset_id is None:
        return None

    def find() -> FileData | None:
        with parts.store.reading() as tx:
            assets = tx.projects.assets(upload.project_id)
        found = (asset for asset in assets if asset.id == upload.asset_id)
        base_url = base_url_of(request, parts)
        return next((file_data(parts, upload.project_id, a, base_url) for a in found), None)

    return await anyio.to_thread.run_sync(find)


def _metadata(header: str) -> Mapping[str, str]:
    """Read keys with their values in base64; a key may stand without one."""
    if len(header) > _METADATA_LETTERS_MAX:
        raise BadInput(f"Upload-Metadata has more than {_METADATA_LETTERS_MAX} characters")
    said = {}
    for pair in header.split(",") if header.strip() else ():
        key, _, value = pair.strip().partition(" ")
        try:
            said[key] = base64.b64decode(value.strip(), validate=True).decode(errors="replace")
        except binascii.Error:
            raise BadInput(f"Upload-Metadata: the value of {key[:40]!r} is no base64") from None
    return said


def _checksum(request: Request) -> Checksum | None:
    said = request.headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, value = said.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadInput(
            f"Upload-Checksum is in {algorithm[:20]!r}: this server knows {', '.join(ALGORITHMS)}"
        )
    try:
        return Checksum(algorithm, base64.b64decode(value, validate=True))
    except binascii.Error:
        raise BadInput("Upload-Checksum: the value is no base64") from None


def _count(name: str, said: str | None) -> int:
    # More digits than any size has would only take long to read.
    if said is None or not (said.isascii() and said.isdecimal() and len(said) <= 18):
        found = "is missing" if said is None else f"is {said[:20]!r}"
        raise BadInput(f"{name} {found}: send a whole number of bytes")
    return int(said)


def _announced(request: Request) -> int:
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0
