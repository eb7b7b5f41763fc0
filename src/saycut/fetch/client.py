"""Requests to addresses that users give: a file fetched, a message posted.

One connection a request, straight from this machine: no proxies of the environment, no
cookies, no `netrc`, nothing kept between requests. Redirects are judged like first addresses.
From https to http none is followed: who asked for a protected way gets no other.
Compressed answers are neither asked for nor taken, so a byte received is a byte written.
"""

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpcore

from saycut.fetch.deadline import Deadline
from saycut.fetch.errors import AddressRefused, FetchFailed, NetworkError, TooLarge
from saycut.fetch.guard import Guard
from saycut.fetch.naming import content_type, label
from saycut.fetch.stream import PinnedBackend
from saycut.fetch.url import WebUrl, joined, read_url, shown

__all__ = ["REDIRECTS_MAX", "Fetched", "fetch", "post"]

REDIRECTS_MAX: Final = 5

# Enough for any receipt. It is read only so that polite servers see it taken.
ANSWER_BYTES_MAX: Final = 4096

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OURS: Final = {"User-Agent": "Saycut", "Accept": "*/*", "Accept-Encoding": "identity"}
_SET_HERE: Final = frozenset({"host", "connection", "content-length", "transfer-encoding"})

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched. `name` is a label and `content_type` a claim of the server."""

    url: str
    name: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


def fetch(
    url: str,
    sink: Callable[[bytes], None],
    *,
    guard: Guard,
    bytes_max: int,
    deadline_s: float,
) -> Fetched:
    """Give the bytes of a file to `sink`, piece by piece, and then say what it was.

    Args:
        sink: never gets more than `bytes_max`; what it got before an error is not the file.
        deadline_s: for all of it: looking up, connecting, redirects, bytes, and `sink` itself.

    Raises:
        BadUrl: the address, or one that it redirects to, is not of the form that is taken.
        AddressRefused: the guard forbids one of them.
        TooLarge: it has more than `bytes_max`.
        DeadlinePassed: it was not done in time.
        FetchFailed: there is no such file, or it broke off.
    """
    ordered, here, subject = shown(url), read_url(url), shown(url)
    deadline = Deadline.after(deadline_s, ordered)
    for _ in range(REDIRECTS_MAX + 1):
        with _asked("GET", here, subject, _OURS, None, guard, deadline) as answer:
            if answer.status not in _REDIRECTS:
                size_bytes = _received(answer, sink, bytes_max, subject, deadline)
                return _described(here, answer.headers, size_bytes)
        subject = f"the address that {ordered} redirects to"
        here = _next(here, answer.headers.get("location"), subject)
    raise FetchFailed(ordered, f"it redirects more than {REDIRECTS_MAX} times")


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, guard: Guard, deadline_s: float
) -> int:
    """Send a message and give the status of the answer; its text is dropped.

    Redirects are not followed: their status is given like any other.

    Raises:
        BadUrl: the address is not of the form that is taken.
        AddressRefused: the guard forbids it.
        DeadlinePassed: there was no answer in time.
        FetchFailed: there was none at all.
        ValueError: `headers` has one that is the client's, or that is no plain text.
    """
    _require_plain(headers)
    here, subject = read_url(url), shown(url)
    deadline = Deadline.after(deadline_s, subject)
    with _asked("POST", here, subject, {**_OURS, **headers}, body, guard, deadline) as answer:
        _drain(answer)
        return answer.status


@contextmanager
def _asked(
    method: str,
    url: WebUrl,
    subject: str,
    headers: Mapping[str, str],
    body: bytes | None,
    guard: Guard,
    deadline: Deadline,
) -> Iterator[_Answer]:
    """Open one connection, ask once, and close it at the end."""
    backend = PinnedBackend(guard.addresses(url, subject, deadline), subject, deadline)
    address = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
    connection = httpcore.HTTPConnection(
        address.origin, ssl_context=_trust(url), network_backend=backend
    )
    sent = [("Host", url.authority), ("Connection", "close"), *headers.items()]
    try:
        with connection, connection.stream(method, address, headers=sent, content=body) as got:
            backend.head_is_read()
            yield _Answer(got.status, _by_name(got.headers), iter(got.iter_stream()))
    except httpcore.NetworkError as error:
        raise FetchFailed(subject, "the connection broke off") from error
    except httpcore.ProtocolError as error:
        raise FetchFailed(subject, "its answer is not valid HTTP, or broke off") from error


def _trust(url: WebUrl) -> ssl.SSLContext | None:
    # Made anew each time: reading the certificates takes about 20 ms, beside a download.
    return httpcore.default_ssl_context() if url.scheme == "https" else None


def _by_name(headers: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    # The first of a name wins. Names of files come as UTF-8 in spite of the standard.
    return {
        name.decode("latin-1").lower(): value.decode("utf-8", errors="replace")
        for name, value in reversed(headers)
    }


def _next(here: WebUrl, location: str | None, subject: str) -> WebUrl:
    if location is None:
        raise FetchFailed(subject, "the redirect does not say where to")
    there = joined(here, location, subject)
    if here.scheme == "https" and there.scheme == "http":
        raise AddressRefused(subject, "it leaves https for http")
    return there


def _received(
    answer: _Answer,
    sink: Callable[[bytes], None],
    bytes_max: int,
    subject: str,
    deadline: Deadline,
) -> int:
    if answer.status != 200:
        raise FetchFailed(subject, f"it answers with status {answer.status}", answer.status)
    if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchFailed(subject, "it sends the file compressed, which is not taken")
    announced = answer.headers.get("content-length")
    if announced is not None and int(announced) > bytes_max:
        raise TooLarge(subject, bytes_max, int(announced))

    size_bytes = 0
    for piece in answer.pieces:
        size_bytes += len(piece)
        if size_bytes > bytes_max:
            raise TooLarge(subject, bytes_max)
        sink(piece)
        deadline.remaining_s()
    return size_bytes


def _described(url: WebUrl, headers: Mapping[str, str], size_bytes: int) -> Fetched:
    name = label(headers.get("content-disposition", ""), url.target, url.host)
    return Fetched(str(url), name, content_type(headers.get("content-type", "")), size_bytes)


def _require_plain(headers: Mapping[str, str]) -> None:
    if taken := _SET_HERE & {name.lower() for name in headers}:
        raise ValueError(f"headers of a message leave {sorted(taken)} to the client")
    for name, value in headers.items():
        if not (_HEADER_NAME.fullmatch(name) and value.isascii() and value.isprintable()):
            raise ValueError(f"the header {name!r} is not one line of printable ASCII")


def _drain(answer: _Answer) -> None:
    size_bytes = 0
    try:
        for piece in answer.pieces:
            size_bytes += len(piece)
            if size_bytes >= ANSWER_BYTES_MAX:
                return
    except (NetworkError, httpcore.NetworkError, httpcore.ProtocolError):
        return  # the status has arrived, and that is the answer
