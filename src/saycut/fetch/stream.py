"""The transport under the HTTP library: connects to judged addresses, and ends in time.

A time-out for each read is no bound: a server that sends one byte a second never meets it.
Here every wait takes what is left of one deadline.
"""

import socket
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore

from saycut.fetch.deadline import Deadline
from saycut.fetch.errors import FetchFailed

__all__ = ["HEAD_BYTES_MAX", "PinnedBackend"]

# What may come before the body: status, headers, interim answers. Browsers stop at 256 KiB,
# most servers at 8 to 32 KiB.
HEAD_BYTES_MAX: Final = 64 * 1024

# A name with more addresses than this is not down because of the first few.
CONNECTS_MAX: Final = 4


class _Head:
    """How much of the head of an answer may still be read; None once it was read."""

    bytes_left: int | None = HEAD_BYTES_MAX


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the given addresses, whatever host it is asked for.

    The library goes on to use the host for TLS: its name is what the certificate must carry.
    """

    def __init__(self, addresses: tuple[str, ...], subject: str, deadline: Deadline) -> None:
        self._addresses = addresses[:CONNECTS_MAX]
        self._subject = subject
        self._deadline = deadline
        self._head = _Head()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 -- it was looked up before, and is not again
        port: int,
        timeout: float | None = None,  # noqa: ARG002 -- the deadline holds for all
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        problem: OSError | None = None
        for index, address in enumerate(self._addresses):
            # An address that swallows packets must leave time for the next.
            share_s = self._deadline.remaining_s() / (len(self._addresses) - index)
            try:
                connected = _connected(address, port, share_s)
            except OSError as error:
                problem = error
                continue
            return _Stream(connected, self._subject, self._deadline, self._head)
        self._deadline.remaining_s()
        raise FetchFailed(self._subject, "it does not take connections") from problem

    def head_is_read(self) -> None:
        """Lift the bound on the head: what follows is the body, which the reader counts."""
        self._head.bytes_left = None


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, connected: socket.socket, subject: str, deadline: Deadline, head: _Head
    ) -> None:
        self._socket = connected
        self._subject = subject
        self._deadline = deadline
        self._head = head

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if self._head.bytes_left is not None:
            max_bytes = min(max_bytes, self._head.bytes_left)
        if max_bytes == 0:
            raise FetchFailed(self._subject, f"its headers exceed {HEAD_BYTES_MAX} bytes")
        self._socket.settimeout(self._deadline.remaining_s())
        try:
            received = self._socket.recv(max_bytes)
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise httpcore.ReadError from error
        if self._head.bytes_left is not None:
            self._head.bytes_left -= len(received)
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        unsent = memoryview(buffer)
        while unsent:
            self._socket.settimeout(self._deadline.remaining_s())
            try:
                unsent = unsent[self._socket.send(unsent) :]
            except TimeoutError:
                raise self._deadline.passed() from None
            except OSError as error:
                # The library then reads: servers answer before they stop listening.
                raise httpcore.WriteError from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        try:
            self._socket.settimeout(self._deadline.remaining_s())
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except BaseException as error:
            self._socket.close()
            raise self._refused(error) from error
        return _Stream(wrapped, self._subject, self._deadline, self._head)

    def _refused(self, error: BaseException) -> BaseException:
        match error:
            case TimeoutError():
                return self._deadline.passed()
            case ssl.SSLCertVerificationError():
                return FetchFailed(self._subject, "its TLS certificate is not valid for it")
            case OSError() | ValueError():
                return FetchFailed(self._subject, "no secure connection (TLS) could be made")
        return error

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "ssl_object" if isinstance(self._socket, ssl.SSLSocket):
                return self._socket
            case "socket":
                return self._socket
        return None


def _connected(address: str, port: int, timeout_s: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.settimeout(timeout_s)
        connected.connect((address, port))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connected.close()
        raise
    return connected
