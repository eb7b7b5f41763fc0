"""Files behind signed links: uploads as they came, and finished films."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from saycut.server.callers import PartsDep
from saycut.server.errors import FAILURES, NotFound
from saycut.server.parts import Parts
from saycut.server.signing import check_link
from saycut.store.exports import Export

__all__ = ["film_response", "router"]

router = APIRouter(tags=["files"], responses=FAILURES, include_in_schema=False)

# A link changes with what it opens, so what it opened may be kept.
_KEPT = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
# What an upload says it is decides nothing: no browser may take it for a page of ours.
_SHOWN_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "avi": "video/x-msvideo",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
}


@router.api_route("/files/exports/{uid}/{name}", methods=["GET", "HEAD"])
def film(request: Request, parts: PartsDep, uid: str, expires: int = 0, sig: str = "") -> Response:
    """Give a finished film to whoever has its link."""
    check_link(parts, _path(request), uid, expires, sig)
    with parts.store.reading() as tx:
        export = tx.exports.by_uid(uid)
    if export is None:
        raise NotFound("this film was deleted")
    return film_response(parts, export)


@router.api_route("/files/assets/{project_id}/{asset_id}/{name}", methods=["GET", "HEAD"])
def asset(
    request: Request,
    parts: PartsDep,
    project_id: str,
    asset_id: str,
    name: str,
    expires: int = 0,
    sig: str = "",
) -> Response:
    """Give an uploaded file to whoever has its link."""
    with parts.store.reading() as tx:
        found = next((a for a in tx.projects.assets(project_id) if a.id == asset_id), None)
    # One that is not there is told like a link that is not ours: who asks may be guessing.
    check_link(parts, _path(request), found.digest if found else "", expires, sig)
    assert found is not None
    suffix = found.name.rpartition(".")[2].lower()
    return FileResponse(
        parts.engine.blobs.path_of(found.digest),
        media_type=_SHOWN_TYPES.get(suffix, "application/octet-stream"),
        filename=name,
        content_disposition_type="inline" if suffix in _SHOWN_TYPES else "attachment",
        headers={**_KEPT, "ETag": f'"{found.digest}"'},
    )


def film_response(parts: Parts, export: Export, name: str | None = None) -> Response:
    """Give the film of an export, whole or the ranges that are asked for.

    Raises:
        NotFound: it is not finished, or was given up after its time.
    """
    if export.digest is None:
        raise NotFound(
            f"export {export.id!r} has no film: it is {export.state}"
            + ("; order it again" if export.state == "completed" else "")
        )
    return FileResponse(
        parts.engine.blobs.path_of(export.digest),
        media_type="video/mp4",
        filename=name or f"{export.id}.mp4",
        content_disposition_type="attachment" if name else "inline",
        headers={**_KEPT, "ETag": f'"{export.digest}"'},
    )


def _path(request: Request) -> str:
    """Give the path as it was sent: the signature is of that."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return bytes(raw).split(b"?")[0].decode("ascii", errors="replace")
