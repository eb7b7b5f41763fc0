"""Bringing files to a session: small ones in forms, large ones piece by piece, and by address.

Forms are streamed from the disk. Large files go by tus 1.0, which takes up a broken line where it
broke; a server that does not speak it gets them in a form too.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import httpx
from pydantic import ValidationError

from saycut.client.answers import Answer, unreachable
from saycut.client.errors import (
    FileUnreadable,
    NotAServer,
    Refused,
    RejectedFile,
    Unreachable,
    UploadRefused,
)
from saycut.client.line import Line
from saycut.client.models import FileInfo, State, Uploaded

__all__ = ["LARGE_BYTES", "Report", "upload_files", "upload_urls"]

# Below that, sending it again is cheaper than asking where it broke.
LARGE_BYTES: Final = 64_000_000
_PIECE_BYTES: Final = 1024 * 1024
# What one PATCH carries: enough to be fast, little enough for proxies with a limit.
_PATCH_BYTES: Final = 32_000_000
_TUS: Final = {"Tus-Resumable": "1.0.0"}
_NO_TUS: Final = (404, 405, 501)

Report = Callable[[str, int, int], None]
"""Is told the name of a file, how many of its bytes were sent, and how many it has."""


@dataclass(frozen=True, slots=True)
class _Local:
    path: Path
    size_bytes: int


async def upload_files(
    line: Line,
    session_id: str,
    paths: Sequence[Path],
    *,
    app: str,
    report: Report,
    large_bytes: int = LARGE_BYTES,
) -> Uploaded:
    """Send files, in order. Of several the good ones stay.

    Raises:
        FileUnreadable: a file cannot be read; nothing was sent.
        UploadRefused: none can be used.
    """
    found = [_local(path) for path in paths]
    files: list[FileInfo] = []
    rejected: list[RejectedFile] = []
    for batch in _batches(found, large_bytes):
        try:
            if batch[0].size_bytes > large_bytes and await line.is_saycut():
                files.append(await _by_pieces(line, session_id, batch[0], app, report))
                continue
            taken = await _by_form(line, session_id, batch, app, report)
        except UploadRefused as refused:
            rejected += refused.rejected or [
                RejectedFile(file.path.name, refused.wire_code, refused.message) for file in batch
            ]
            continue
        files += taken.files
        rejected += taken.rejected
    return _some(Uploaded(tuple(files), tuple(rejected)))


async def upload_urls(line: Line, session_id: str, urls: Sequence[str], *, app: str) -> Uploaded:
    """Have the server fetch files. Of several the good ones stay. Raises UploadRefused."""
    body = {"urls": list(urls), "source_type": "url"}
    answer = await line.call(
        "POST", _path(app, session_id), json=body, timeout_s=line.patience.upload_s
    )
    return _some(_uploaded(answer))


async def _by_form(
    line: Line, session_id: str, batch: Sequence[_Local], app: str, report: Report
) -> Uploaded:
    with ExitStack() as opened:

        def build() -> httpx.Request:
            parts = []
            for file in batch:
                source = opened.enter_context(_opened(file.path))
                # A form reads and rewinds it, and does nothing else.
                counted = cast("BinaryIO", _Counted(source, file, report))
                parts.append(("files", (file.path.name, counted, "application/octet-stream")))
            return line.http.build_request(
                "POST",
                line.url + _path(app, session_id),
                files=parts,
                timeout=httpx.Timeout(line.patience.upload_s, connect=10.0),
            )

        try:
            # The same content is kept once, so that sending it twice does no harm.
            return _uploaded(await line.send(build, is_repeatable=True))
        except UploadRefused as refused:
            refused.rejected = _rejected(refused.answer)
            raise


async def _by_pieces(
    line: Line, session_id: str, file: _Local, app: str, report: Report
) -> FileInfo:
    address = await _begun(line, session_id, file)
    sent_bytes, failures = 0, 0
    while sent_bytes < file.size_bytes:
        try:
            arrived_bytes = await _patched(line, address, file, sent_bytes, report)
            failures = failures if arrived_bytes == sent_bytes else 0
            sent_bytes = arrived_bytes
            continue
        except httpx.TransportError as error:
            trouble: Exception = unreachable(line.url, error)
        except Refused as refused:
            # 409: bytes arrived whose answer did not; 423: the broken line still holds it.
            if refused.status not in (409, 423, 502, 503, 504):
                raise
            trouble = refused
        failures += 1
        if failures > line.patience.tries_max:
            raise trouble
        await asyncio.sleep(line.patience.pause_before(failures))
        sent_bytes = await _arrived(line, address, sent_bytes)
    return await _in_state(line, session_id, file, app)


async def _begun(line: Line, session_id: str, file: _Local) -> httpx.URL:
    metadata = f"session_id {_base64(session_id)},filename {_base64(file.path.name)}"
    headers = {**_TUS, "Upload-Length": str(file.size_bytes), "Upload-Metadata": metadata}

    def build() -> httpx.Request:
        return line.http.build_request("POST", f"{line.url}/api/uploads/", headers=headers)

    async with line.open(build) as response:
        where = response.headers.get("location", "")
        # The path counts: the address that the server has for itself may not be ours.
        path = httpx.URL(where).path if where else ""
        if not path:
            raise NotAServer(f"{line.url}/api/uploads/", "it names no upload")
        return httpx.URL(f"{line.url}{path}")


async def _patched(
    line: Line, address: httpx.URL, file: _Local, from_bytes: int, report: Report
) -> int:
    """Send a stretch of a file; gives how much of the whole has arrived."""
    count = min(_PATCH_BYTES, file.size_bytes - from_bytes)
    headers = {
        **_TUS,
        "Upload-Offset": str(from_bytes),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(count),
    }

    def build() -> httpx.Request:
        return line.http.build_request(
            "PATCH",
            address,
            headers=headers,
            content=_stretch(file, from_bytes, count, report),
            timeout=httpx.Timeout(line.patience.upload_s, connect=10.0),
        )

    async with line.open(build, is_stream=True) as response:
        return int(response.headers.get("upload-offset", from_bytes + count))


async def _arrived(line: Line, address: httpx.URL, at_least: int) -> int:
    def build() -> httpx.Request:
        return line.http.build_request("HEAD", address, headers=_TUS)

    try:
        async with line.open(build, is_repeatable=True) as response:
            return int(response.headers.get("upload-offset", at_least))
    except Unreachable:
        return at_least  # the next try will tell


async def _in_state(line: Line, session_id: str, file: _Local, app: str) -> FileInfo:
    """Find the file in the state: the last answer of tus has no room for it."""
    answer = await line.get(f"/api/state/{app}/me/{session_id}/latest")
    state = State.model_validate(answer.data.get("state") or {})
    of_size = [f for f in state.files if f.size_bytes == file.size_bytes]
    named = [f for f in of_size if f.name == file.path.name]
    # The same content under another name is the file that was there.
    if not (found := named or of_size):
        raise NotAServer(line.url, f"it took {file.path.name} and does not list it")
    return found[-1]


async def _stretch(
    file: _Local, from_bytes: int, count: int, report: Report
) -> AsyncIterator[bytes]:
    with _opened(file.path) as source:
        source.seek(from_bytes)
        left = count
        while left and (piece := await asyncio.to_thread(source.read, min(left, _PIECE_BYTES))):
            yield piece
            left -= len(piece)
            report(file.path.name, from_bytes + count - left, file.size_bytes)


class _Counted:
    """A file that tells how much of it was read; what a form needs of one, and no more."""

    def __init__(self, source: BinaryIO, file: _Local, report: Report) -> None:
        self._source = source
        self._file = file
        self._report = report

    def fileno(self) -> int:
        return self._source.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def read(self, count: int = -1) -> bytes:
        piece = self._source.read(count)
        self._report(self._file.path.name, self._source.tell(), self._file.size_bytes)
        return piece


def _batches(files: Sequence[_Local], large_bytes: int) -> list[list[_Local]]:
    """Put files into forms of a bearable size, in their order."""
    batches: list[list[_Local]] = []
    room_bytes = 0
    for file in files:
        if not batches or file.size_bytes > room_bytes:
            batches.append([])
            room_bytes = large_bytes
        batches[-1].append(file)
        room_bytes -= file.size_bytes
    return batches


def _local(path: Path) -> _Local:
    with _opened(path) as source:
        return _Local(path, os.fstat(source.fileno()).st_size)


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise FileUnreadable(path, "it is a folder")
        return path.open("rb")
    except OSError as error:
        raise FileUnreadable(path, error.strerror or str(error)) from error


def _uploaded(answer: Answer) -> Uploaded:
    data = answer.data
    listed = data.get("files")
    try:
        files = [FileInfo.model_validate(file) for file in (listed or [data] if data else [])]
    except ValidationError as error:
        raise NotAServer("upload-video", f"{error.error_count()} fields are wrong") from error
    return Uploaded(tuple(files), _rejected(answer.raw))


def _rejected(raw: Any) -> tuple[RejectedFile, ...]:
    data = raw.get("data") if isinstance(raw, dict) else None
    listed = data.get("rejected") if isinstance(data, dict) else None
    listed = listed or (raw.get("rejected") if isinstance(raw, dict) else None)
    return tuple(
        RejectedFile(
            str(entry.get("name") or ""),
            int(entry.get("code") or 400),
            str(entry.get("reason") or entry.get("message") or "it cannot be used"),
        )
        for entry in listed or ()
        if isinstance(entry, dict)
    )


def _some(uploaded: Uploaded) -> Uploaded:
    if uploaded.files or not uploaded.rejected:
        return uploaded
    first = uploaded.rejected[0]
    message = "; ".join(f"{file.name}: {file.reason}" for file in uploaded.rejected)
    raise UploadRefused(first.code, 415, message, rejected=uploaded.rejected)


def _path(app: str, session_id: str) -> str:
    return f"/api/upload-video/{app}/me/{session_id}"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
