"""One server on the line: tokens, headers, envelopes, and what is tried again.

A call is repeated when nothing of it can have been done: no connection came about, the token was
refused, the server asked to wait. Others are repeated only where the caller says that doing
them twice is doing them once.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from saycut import __version__
from saycut.client.access import Access
from saycut.client.answers import (
    TOKEN_REFUSED,
    Answer,
    json_of,
    refusal_in,
    unreachable,
    wait_s_of,
)
from saycut.client.errors import BadAddress, NotAServer, Refused
from saycut.client.patience import Patience
from saycut.client.tokens import TokenFile

__all__ = ["NOT_SENT", "Line", "base_url_of"]

_SKILL: Final = "saycut-client"
# A proxy says so while the server behind it starts.
_AWAY: Final = (502, 503, 504)
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

Build = Callable[[], httpx.Request]


def base_url_of(url: str) -> str:
    """Give the address of a server as it is kept: without a slash or `/api` at its end.

    Raises:
        BadAddress
    """
    plain = url.strip()
    if re.match(r"[\w.-]+(:\d+)?(/|$)", plain):
        plain = f"http://{plain}"
    plain = plain.rstrip("/").removesuffix("/api")
    try:
        parsed = httpx.URL(plain)
    except httpx.InvalidURL:
        raise BadAddress(url) from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or " " in plain:
        raise BadAddress(url)
    return plain


class Line:
    """Calls to one server by one user."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None,
        token_file: TokenFile,
        platform: str,
        patience: Patience,
    ) -> None:
        self.url = base_url_of(url)
        self.patience = patience
        self._is_saycut: bool | None = None
        self.http = httpx.AsyncClient(
            headers={
                "User-Agent": f"saycut/{__version__}",
                "X-Skill-Source": _SKILL,
                "X-Skill-Version": __version__,
                "X-Skill-Platform": platform,
            },
            timeout=httpx.Timeout(patience.call_s, connect=min(10.0, patience.call_s)),
            # A proxy of the environment does not lead to this machine.
            trust_env=httpx.URL(self.url).host not in _LOOPBACK,
        )
        self.access = Access(self.url, self.http, token=token, file=token_file, patience=patience)

    async def close(self) -> None:
        await self.http.aclose()

    async def is_saycut(self) -> bool:
        """Tell whether it is a server of ours, on which turns and uploads can be resumed."""
        if self._is_saycut is None:
            try:
                apps = (await self.get("/list-apps")).raw
            except (Refused, NotAServer):
                apps = []
            self._is_saycut = isinstance(apps, list) and "saycut" in apps
        return self._is_saycut

    async def get(self, path: str, *, timeout_s: float | None = None, **params: Any) -> Answer:
        """Ask; asking twice does no harm."""
        return await self.call("GET", path, params=params, timeout_s=timeout_s, is_repeatable=True)

    async def post(self, path: str, body: Any = None, *, is_repeatable: bool = False) -> Answer:
        """Have something done."""
        return await self.call("POST", path, json=body, is_repeatable=is_repeatable)

    async def call(
        self,
        method: str,
        path: str,
        *,
        is_repeatable: bool = False,
        timeout_s: float | None = None,
        **options: Any,
    ) -> Answer:
        """Make a call and give its answer.

        Raises:
            Refused: the server says no, and why.
            Unreachable, NotAServer: it says nothing, or nothing that could be read.
        """
        timeout = httpx.Timeout(timeout_s or self.patience.call_s, connect=10.0)

        def build() -> httpx.Request:
            return self.http.build_request(method, self.url + path, timeout=timeout, **options)

        return await self.send(build, is_repeatable=is_repeatable)

    async def send(self, build: Build, *, is_repeatable: bool = False) -> Answer:
        """As `call`, with a request that is built anew for each try."""
        async with self.open(build, is_repeatable=is_repeatable) as response:
            return Answer(json_of(response), response.status_code, response.headers)

    @asynccontextmanager
    async def open(
        self, build: Build, *, is_repeatable: bool = False, is_stream: bool = False
    ) -> AsyncIterator[httpx.Response]:
        """Send a request and give its answer, which is a success.

        With `is_stream` it is not read yet, and an `httpx.TransportError` is left to the caller.
        """
        response = await self._answered(build, is_repeatable=is_repeatable, is_stream=is_stream)
        try:
            yield response
        finally:
            await response.aclose()

    async def _answered(
        self, build: Build, *, is_repeatable: bool, is_stream: bool
    ) -> httpx.Response:
        failures, has_waited, has_renewed = 0, False, False
        while True:
            token = await self.access.token()
            request = build()
            request.headers["Authorization"] = f"Bearer {token}"
            try:
                response = await self.http.send(request, stream=is_stream)
                refused = await refusal_in(response)
            except httpx.TransportError as error:
                if is_stream:
                    raise  # whoever reads it knows what to do
                may_repeat = is_repeatable or isinstance(error, NOT_SENT)
                if not may_repeat or failures >= _tries(self.patience, error):
                    raise unreachable(self.url, error) from error
                failures += 1
                await asyncio.sleep(self.patience.pause_before(failures))
                continue
            if refused is None:
                return response
            if refused.wire_code == TOKEN_REFUSED and not self.access.is_given and not has_renewed:
                has_renewed = True
                await self.access.renew(token)
            elif (
                not has_waited
                and (wait_s := wait_s_of(refused, self.patience.rate_limit_s)) is not None
            ):
                has_waited = True
                await asyncio.sleep(wait_s)
            elif refused.status in _AWAY and is_repeatable and failures < self.patience.tries_max:
                failures += 1
                await asyncio.sleep(self.patience.pause_before(failures))
            else:
                raise refused


def _tries(patience: Patience, error: httpx.TransportError) -> int:
    # Nobody listens there: a person who mistyped an address must not wait for a minute.
    return 1 if isinstance(error, NOT_SENT) else patience.tries_max
