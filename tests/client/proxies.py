"""A line that breaks: what stands between client and server, and cuts where a test says."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Passes bytes both ways, one request a connection. `heads` are those that came by."""

    port: int
    cuts_up: list[int] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    cuts_down: dict[bytes, list[int]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_answers(self, start: bytes, after_bytes: Sequence[int]) -> None:
        """Cut the next answers to requests that begin so, each after so many bytes."""
        self.cuts_down[start] = list(after_bytes)


@contextmanager
def proxied(target_port: int, cuts_up: Sequence[int] = ()) -> Iterator[Proxy]:
    """Stand before a server; PATCH requests are cut after so many bytes, one after the other."""
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        closing = threading.Event()
        proxy = Proxy(listener.getsockname()[1], list(cuts_up))

        def accept() -> None:
            while not closing.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    thread = threading.Thread(target=_pass, args=(connection, target_port, proxy))
                    threads.append(thread)
                    thread.start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield proxy
        finally:
            closing.set()
            for thread in (accepting, *threads):
                thread.join(20)


def _pass(near: socket.socket, target_port: int, proxy: Proxy) -> None:
    near.settimeout(30)
    with near, suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            if not (received := near.recv(65536)):
                return
            head += received
        proxy.heads.append(head)
        head = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        with socket.create_connection(("127.0.0.1", target_port), 30) as far:
            up = _cut(proxy.cuts_up) if head.startswith(b"PATCH") else None
            down = next((_cut(c) for s, c in proxy.cuts_down.items() if head.startswith(s)), None)
            far.sendall(head)
            sending = threading.Thread(target=_stream, args=(near, far, near, up))
            sending.start()
            _stream(far, near, near, down)
            with suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
            sending.join(30)


def _cut(cuts: list[int]) -> int | None:
    return cuts.pop(0) if cuts else None


def _stream(
    source: socket.socket, sink: socket.socket, near: socket.socket, left: int | None
) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            sink.sendall(received if left is None else received[:left])
            if left is not None and (left := left - len(received)) <= 0:
                near.shutdown(socket.SHUT_RDWR)
                sink.shutdown(socket.SHUT_RDWR)
                return
