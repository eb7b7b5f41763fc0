"""The token of one server: given by the caller, kept in the config folder, or asked for."""

import asyncio

import httpx

from saycut.client.answers import Answer, json_of, refusal_in, unreachable, wait_s_of
from saycut.client.errors import NotAServer, TooManyRequests
from saycut.client.patience import Patience
from saycut.client.tokens import TokenFile

__all__ = ["Access"]


class Access:
    """What lets us in. A token that was given is never replaced by another user's."""

    def __init__(
        self,
        url: str,
        http: httpx.AsyncClient,
        *,
        token: str | None,
        file: TokenFile,
        patience: Patience,
    ) -> None:
        self.is_given = bool(token)
        self._url = url
        self._http = http
        self._token = token or ""
        self._file = file
        self._patience = patience
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """Give the token; the first one is asked for."""
        if not self._token:
            await self.renew("")
        return self._token

    async def renew(self, refused: str) -> None:
        """Get another token than the one that was refused.

        Raises:
            Refused, Unreachable, NotAServer, TokenNotKept
        """
        async with self._renewing:
            if self._token != refused:
                return  # somebody else was faster
            entry = await asyncio.to_thread(self._file.entry, self._url)
            if not entry.token or entry.token == refused:
                self._token = await self._asked(entry.client_id, refused)
                await asyncio.to_thread(self._file.keep, self._url, self._token)
            else:
                self._token = entry.token

    async def _asked(self, client_id: str, refused: str) -> str:
        try:
            return await self._ask(client_id)
        except TooManyRequests as error:
            # The same id may have been given one in another process a moment ago.
            if found := await self._token_of_others(refused):
                return found
            if (wait_s := wait_s_of(error, self._patience.rate_limit_s)) is None:
                raise
            await asyncio.sleep(wait_s)
        return await self._token_of_others(refused) or await self._ask(client_id)

    async def _ask(self, client_id: str) -> str:
        address = f"{self._url}/api/auth/anonymous-token"
        try:
            response = await self._http.post(address, headers={"X-Client-Id": client_id})
            error = await refusal_in(response)
        except httpx.TransportError as failure:
            raise unreachable(self._url, failure) from failure
        if error is not None:
            raise error
        token = Answer(json_of(response), response.status_code, response.headers).data.get("token")
        if not isinstance(token, str) or not token:
            raise NotAServer(address, "it gives no token")
        return token

    async def _token_of_others(self, refused: str) -> str:
        entry = await asyncio.to_thread(self._file.entry, self._url)
        return entry.token if entry.token != refused else ""
