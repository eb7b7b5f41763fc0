"""Servers on loopback that do what a script says, and a watch over connections outwards."""

import re
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from saycut.fetch import Guard

LOOPBACK = "127.0.0.1"

# Enough for a busy machine; a test that works never waits for it.
PATIENCE_S = 20.0


@dataclass
class Server:
    """A listening socket. `requests` are the heads and bodies it got, in order."""

    port: int
    closing: threading.Event = field(default_factory=threading.Event)
    accepted_count: int = 0
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", scheme: str = "http", host: str = LOOPBACK) -> str:
        return f"{scheme}://{host}:{self.port}{path}"


Script = Callable[[socket.socket, bytes, Server], None]


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Answer each connection by the script, in a thread of its own, until the end."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.settimeout(0.05)  # so that the loop sees `closing`
        server = Server(listener.getsockname()[1])
        threads: list[threading.Thread] = []

        def accept() -> None:
            while not server.closing.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                server.accepted_count += 1
                threads.append(
                    threading.Thread(target=_serve, args=(connection, script, server, tls))
                )
                threads[-1].start()

        threads.append(threading.Thread(target=accept))
        threads[0].start()
        try:
            yield server
        finally:
            server.closing.set()
            for thread in threads:
                thread.join(PATIENCE_S)


def _serve(
    connection: socket.socket, script: Script, server: Server, tls: ssl.SSLContext | None
) -> None:
    with connection:
        connection.settimeout(PATIENCE_S)
        try:
            if tls is None:
                _answer(connection, script, server)
            else:
                with tls.wrap_socket(connection, server_side=True) as secured:
                    _answer(secured, script, server)
        except OSError:
            return  # the client left, as most of these tests want it to


def _answer(connection: socket.socket, script: Script, server: Server) -> None:
    request = b""
    while not _is_whole(request):
        if not (received := connection.recv(65536)):
            return
        request += received
    server.requests.append(request)
    script(connection, request, server)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def saying(answer: bytes) -> Script:
    """Send this and close."""
    return lambda connection, _request, _server: connection.sendall(answer)


def page(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def redirecting(to: Callable[[str], str]) -> Script:
    """Redirect from each path to where the function says; `/end` is a page."""

    def script(connection: socket.socket, request: bytes, server: Server) -> None:
        path = request.split(b" ")[1].decode()
        if path == "/end":
            connection.sendall(page(b"arrived"))
        else:
            connection.sendall(page(b"", f"Location: {to(path)}", status="302 Found"))

    return script


def allowing(*servers: Server, hosts: Sequence[str] = (LOOPBACK,), **more: Any) -> Guard:
    return Guard(frozenset((host, s.port) for host in hosts for s in servers), **more)


class Resolver:
    """Names with their answers, given in turn; the last one stays."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:  # noqa: ARG002
        self.asked.append(host)
        if host not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = self.answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@dataclass
class Outward:
    """The addresses that one thread tried to connect to, and the names it looked up."""

    thread_id: int
    connects: list[tuple[str, int]] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)


_watching: list[Outward] = []


def _on_event(event: str, args: tuple[Any, ...]) -> None:
    if not _watching or not event.startswith("socket."):
        return
    for outward in _watching:
        if outward.thread_id != threading.get_ident():
            continue
        if event == "socket.connect":
            address = args[1]
            outward.connects.append((address[0], address[1]))
            if address[0] != LOOPBACK:
                raise OSError("tests leave this machine alone and all others too")
        if event == "socket.getaddrinfo":
            outward.lookups.append(args[0])


# A hook of the interpreter itself sees every connection before it is tried, however it is
# made, and by raising it keeps it from being made. It cannot be taken back, so it is one.
sys.addaudithook(_on_event)


@contextmanager
def watching() -> Iterator[Outward]:
    """Record what this thread connects to; all but loopback fails before it begins."""
    outward = Outward(threading.get_ident())
    _watching.append(outward)
    try:
        yield outward
    finally:
        _watching.remove(outward)
