"""Refusing a request while its body is still being sent."""

from typing import Final

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["Lingering"]

_LINGER_BYTES: Final = 32 * 1024 * 1024
_LINGER_S: Final = 10.0


class Lingering(Response):
    """An answer to a request that is not read to its end: reads on for a while, and drops it.

    Closing at once would reset the connection, and many clients, which read only once they
    have sent, would never see the reason.
    """

    def __init__(self, request: Request, answer: Response) -> None:
        super().__init__(answer.body, answer.status_code)
        self.raw_headers = [*answer.raw_headers, (b"connection", b"close")]
        self._request = request

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002 -- that of the request
        receive: Receive,  # noqa: ARG002 -- through the request, which knows what it has read
        send: Send,
    ) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with anyio.move_on_after(_LINGER_S):
            await self._drop()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drop(self) -> None:
        left_bytes = _LINGER_BYTES
        try:
            async for piece in self._request.stream():
                left_bytes -= len(piece)
                if left_bytes < 0:
                    return
        except (ClientDisconnect, RuntimeError):
            return  # the client saw the answer and left, or all had been read before
