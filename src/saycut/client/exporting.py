"""Films: ordered once, watched until they are done, brought here whole or not at all."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx

from saycut.client.answers import refusal_in
from saycut.client.errors import (
    ExportFailed,
    FilmNotFetched,
    NotAServer,
    Refused,
    Unreachable,
)
from saycut.client.line import Line
from saycut.client.models import ExportStatus, Output

__all__ = ["Watch", "cancel_export", "export_status", "fetch_film", "finished", "order_export"]

_PATH: Final = "/api/render/proxy/lambda"
# The server holds its answer back for so long while nothing changes.
_WAIT_S: Final = 25

Watch = Callable[[ExportStatus], None]


async def order_export(
    line: Line, session_id: str, export_id: str, output: dict[str, Any], draft: Any = None
) -> ExportStatus:
    """Order a film; the same id and order again is the same job."""
    body = {"id": export_id, "sessionId": session_id, "output": output}
    if draft is not None:
        body["draft"] = draft
    answer = await line.post(_PATH, body, is_repeatable=True)
    return ExportStatus.of(answer.raw, export_id)


async def export_status(line: Line, export_id: str, wait_s: int = 0) -> ExportStatus:
    """Tell how an export stands; with `wait_s`, once that has changed."""
    params = {"wait": wait_s} if wait_s else {}
    answer = await line.get(
        f"{_PATH}/{export_id}", timeout_s=line.patience.call_s + wait_s, **params
    )
    return ExportStatus.of(answer.raw, export_id)


async def cancel_export(line: Line, export_id: str) -> ExportStatus:
    """Stop an export."""
    answer = await line.post(f"{_PATH}/{export_id}/cancel", is_repeatable=True)
    return ExportStatus.of(answer.raw, export_id)


async def finished(line: Line, status: ExportStatus, watch: Watch) -> Output:
    """Wait for a film. A server that is away for a while is waited for: it goes on by itself.

    Raises:
        ExportFailed: there will be none.
        Unreachable: the server stays away.
    """
    failures, seen = 0, None
    while not status.is_over:
        if (stand := (status.status, status.progress)) != seen:
            watch(status)
        asked_s = time.monotonic()
        try:
            seen, status = stand, await export_status(line, status.id, _WAIT_S)
        except Unreachable:
            failures += 1
            if failures > line.patience.tries_max:
                raise
            await asyncio.sleep(line.patience.pause_before(failures))
            continue
        failures = 0
        is_same = (status.status, status.progress) == stand
        # One that answers at once does not know `wait`: it is asked less often.
        if is_same and not status.is_over and time.monotonic() - asked_s < 1.0:
            await asyncio.sleep(line.patience.poll_s)
    watch(status)
    if status.status != "completed" or status.output is None:
        raise ExportFailed(status.id, status.error)
    return status.output


async def fetch_film(
    line: Line, export_id: str, output: Output, path: Path, progress: Callable[[int, int], None]
) -> int:
    """Bring a film here: into a file beside it, which takes its name when it is whole.

    Raises:
        FilmNotFetched: the line, the server or the disk does not give it.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        size_bytes = await _fetched(line, export_id, output, unfinished, progress)
        if output.size_bytes and size_bytes != output.size_bytes:
            reason = f"{size_bytes} bytes came of {output.size_bytes}"
            raise FilmNotFetched(path, reason, export_id)
        unfinished.replace(path)
        return size_bytes
    except OSError as error:
        raise FilmNotFetched(path, error.strerror or str(error), export_id) from error
    except (Unreachable, Refused, NotAServer) as error:
        raise FilmNotFetched(path, str(error), export_id) from error
    finally:
        unfinished.unlink(missing_ok=True)


@dataclass(slots=True)
class _Part:
    """What has come of a film. `total_bytes` 0: the server does not say."""

    file: BinaryIO
    progress: Callable[[int, int], None]
    etag: str = ""
    total_bytes: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.total_bytes or self.file.tell() >= self.total_bytes


async def _fetched(
    line: Line,
    export_id: str,
    output: Output,
    path: Path,
    progress: Callable[[int, int], None],
) -> int:
    source = await _source(line, export_id, output)
    failures = 0
    with path.open("wb") as file:
        part = _Part(file, progress)
        while True:
            before_bytes = file.tell()
            try:
                await _more(line, source, part)
                if part.is_whole:
                    file.flush()
                    os.fsync(file.fileno())
                    return file.tell()
                trouble = Unreachable(line.url, "the film stopped before its end")
            except httpx.TransportError as error:
                trouble = Unreachable(line.url, str(error) or type(error).__name__)
            failures = 1 if file.tell() > before_bytes else failures + 1
            if failures > line.patience.tries_max:
                raise trouble
            await asyncio.sleep(line.patience.pause_before(failures))


async def _source(line: Line, export_id: str, output: Output) -> httpx.URL:
    if await line.is_saycut():
        # By the way we came: the address in `output` is for others, who may not reach it alike.
        return httpx.URL(f"{line.url}/api/render/proxy/{export_id}/download")
    return httpx.URL(line.url).join(output.url)


async def _more(line: Line, source: httpx.URL, part: _Part) -> None:
    """Add what is still missing of a film."""
    file, headers = part.file, {"Accept-Encoding": "identity"}
    if file.tell():
        headers["Range"] = f"bytes={file.tell()}-"
        if part.etag:
            headers["If-Range"] = part.etag
    async with _open_source(line, source, headers) as response:
        if file.tell() and response.status_code != httpx.codes.PARTIAL_CONTENT:
            file.seek(0)
            file.truncate()
        part.etag = response.headers.get("etag", "")
        length = int(response.headers.get("content-length", 0))
        part.total_bytes = file.tell() + length if length else 0
        async for piece in response.aiter_bytes():
            await asyncio.to_thread(file.write, piece)
            part.progress(file.tell(), part.total_bytes)


@asynccontextmanager
async def _open_source(
    line: Line, source: httpx.URL, headers: dict[str, str]
) -> AsyncIterator[httpx.Response]:
    timeout = httpx.Timeout(line.patience.call_s, connect=10.0)

    def build() -> httpx.Request:
        return line.http.build_request("GET", source, headers=headers, timeout=timeout)

    if _origin(source) == _origin(httpx.URL(line.url)):
        async with line.open(build, is_stream=True) as response:
            yield response
        return
    # Elsewhere the address alone lets in; our token is nobody else's business.
    response = await line.http.send(build(), stream=True, follow_redirects=True)
    try:
        if refused := await refusal_in(response):
            raise refused
        yield response
    finally:
        await response.aclose()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
