"""How large a body may be that is read into memory, and how long it may take to arrive.

Whoever reads a body piece by piece (uploads, forms of pages) bounds it itself.
"""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from saycut.engine.drafts import DRAFT_BYTES_MAX
from saycut.server.edge.lingering import Lingering
from saycut.server.envelope import failure
from saycut.server.intake.receiving import IDLE_S

__all__ = ["BodyBounds"]

# The longest message takes a tenth; front ends send along what is not read.
_BYTES_MAX: Final = 4_000_000
_BYTES_MAX_BY_PATH: Final = {"/api/render/proxy/": DRAFT_BYTES_MAX}
_STREAMED: Final = ("/api/upload-video/", "/api/uploads/")
# One of the largest drafts takes half a gigabyte once it is read, before anybody knows whose it is.
_LARGE_AT_ONCE: Final = 2


class BodyBounds:
    """Refuses bodies that are too large, and those that stop arriving."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_STREAMED):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, _bytes_max(scope["path"]), self._large)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > body.bytes_max:
            refused = failure(413, 413, str(body.too_large().detail))
            await Lingering(Request(scope, receive), refused)(scope, receive, send)
            return
        try:
            await self._app(scope, body.receive, send)
        finally:
            body.close()


class _Body:
    """The body of one request, counted while it arrives."""

    def __init__(self, receive: Receive, bytes_max: int, large: asyncio.Semaphore) -> None:
        self.bytes_max = bytes_max
        self._receive = receive
        self._large = large
        self._is_large = False
        self._received_bytes = 0
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:
            # Only the end of the connection comes now, whenever that is.
            return await self._receive()
        try:
            async with asyncio.timeout(IDLE_S):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"nothing came for {IDLE_S:g} s; send it again") from None
        self._is_whole = not message.get("more_body", False)
        self._received_bytes += len(message.get("body", b""))
        if self._received_bytes > self.bytes_max:
            raise self.too_large()
        if self._received_bytes > _BYTES_MAX and not self._is_large:
            await self._wait_for_room()
        return message

    async def _wait_for_room(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._large.acquire()
        except TimeoutError:
            raise HTTPException(
                503,
                "other bodies of this size are being read; try again in a minute",
                {"Retry-After": "60"},
            ) from None
        self._is_large = True

    def too_large(self) -> HTTPException:
        return HTTPException(
            413,
            f"the body has more than {self.bytes_max / 1e6:g} MB, which is the most that is read "
            "here; files go to /api/upload-video/ or /api/uploads/",
        )

    def close(self) -> None:
        if self._is_large:
            self._large.release()


def _bytes_max(path: str) -> int:
    limits = (limit for start, limit in _BYTES_MAX_BY_PATH.items() if path.startswith(start))
    return next(limits, _BYTES_MAX)
