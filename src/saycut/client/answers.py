"""Answers of a server, read: envelopes, refusals, and what is no answer at all."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx

from saycut.client.errors import NotAServer, Refused, TooManyRequests, Unreachable, refusal

__all__ = ["TOKEN_REFUSED", "Answer", "json_of", "refusal_in", "unreachable", "wait_s_of"]

TOKEN_REFUSED: Final = 1001
_NOT_OURS: Final = (404, 405)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the JSON, which is an object in an envelope, and the headers."""

    raw: Any
    status: int
    headers: Mapping[str, str]

    @property
    def data(self) -> dict[str, Any]:
        """The `data` of the envelope; `{}` where it is empty."""
        found = self.raw.get("data") if isinstance(self.raw, dict) else None
        return found if isinstance(found, dict) else {}


async def refusal_in(response: httpx.Response) -> Refused | None:
    """Read why the server refuses; None when it does not.

    Raises:
        NotAServer: it is no answer of this kind of server.
    """
    if response.is_redirect:
        await response.aclose()
        where = response.headers.get("location", "elsewhere")
        raise NotAServer(str(response.url), f"it leads to {where}")
    is_json = "json" in response.headers.get("content-type", "")
    if response.is_success and not is_json:
        return None
    try:
        await response.aread()
    finally:
        await response.aclose()
    if not is_json and response.status_code in _NOT_OURS:
        raise NotAServer(str(response.url), f"HTTP {response.status_code}, no JSON")
    raw = json_of(response) if is_json else None
    code = raw.get("code", 0) if isinstance(raw, dict) else 0
    if response.is_success and code in (0, 200, "0"):
        return None
    error = refusal(_code(code, response.status_code), response.status_code, _message(raw))
    if isinstance(error, TooManyRequests):
        error.retry_after_s = _seconds(response.headers.get("retry-after"))
    error.answer = raw
    return error


def wait_s_of(refused: Refused, most_s: float) -> float | None:
    """Give how long to wait before one more try; None: it is of no use."""
    if not isinstance(refused, TooManyRequests):
        return None
    wait_s = most_s if refused.retry_after_s is None else refused.retry_after_s
    return wait_s if wait_s <= most_s else None


def unreachable(url: str, error: httpx.TransportError) -> Unreachable:
    """Give the error for a connection that did not come about, or broke."""
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(url, "no answer to the attempt to connect")
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(url, "it took too long to answer")
    return Unreachable(url, str(error) or type(error).__name__)


def json_of(response: httpx.Response) -> Any:
    """Give the JSON of an answer. Raises NotAServer."""
    try:
        return response.json()
    except ValueError as error:
        found = response.headers.get("content-type", "no type")
        raise NotAServer(str(response.url), f"HTTP {response.status_code}, {found}") from error


def _code(code: Any, status: int) -> int:
    if status == 401:
        return TOKEN_REFUSED
    return code if isinstance(code, int) and code else status


def _message(raw: Any) -> str:
    if not isinstance(raw, dict):
        return ""
    said = raw.get("message") or raw.get("msg") or raw.get("detail") or raw.get("error") or ""
    return said if isinstance(said, str) else str(said)


def _seconds(text: str | None) -> float | None:
    with suppress(ValueError):
        return max(0.0, float(text or ""))
    return None
