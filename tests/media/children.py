"""What confined children of the tests do; importing it starts a thread, as some libraries do."""

import ctypes
import json
import os
import platform
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from typing import Any

from saycut.media import Limits

__all__ = [
    "crash",
    "echo",
    "environment",
    "fail",
    "half_an_answer",
    "origin_of_json",
    "reach",
    "write_in_old_thread",
]

_asked: Queue[Callable[[], Any]] = Queue()
_answered: Queue[Any] = Queue()


def _work() -> None:
    while True:
        try:
            _answered.put(_asked.get()())
        except OSError as error:
            _answered.put(error)


threading.Thread(target=_work, daemon=True).start()


def echo(connection: Connection, limits: Limits) -> None:
    """Give back what comes, until nothing more does."""
    while True:
        connection.send(connection.recv())


def environment(connection: Connection, limits: Limits) -> None:
    connection.send(dict(os.environ))


def origin_of_json(connection: Connection, limits: Limits) -> None:
    connection.send(json.__file__)


def write_in_old_thread(connection: Connection, limits: Limits) -> None:
    """Write a file in the thread that importing this module has started."""
    path: Path = connection.recv()
    _asked.put(lambda: path.write_bytes(b"evil"))
    connection.send(_answered.get())


def half_an_answer(connection: Connection, limits: Limits) -> None:
    """Say that 100 bytes come, send one, and wait."""
    os.write(connection.fileno(), (100).to_bytes(4, "big") + b"x")
    connection.recv()


def crash(connection: Connection, limits: Limits) -> None:
    connection.recv()
    ctypes.string_at(0)


def fail(connection: Connection, limits: Limits) -> None:
    raise ValueError(connection, limits)


def reach(connection: Connection, limits: Limits) -> None:
    """Try to reach a process by its number, each way in turn; give the errors."""
    pid: int = connection.recv()
    libc = ctypes.CDLL(None, use_errno=True)
    x86 = platform.machine() == "x86_64"
    reading, pidfd_getfd = (310 if x86 else 270), 438
    connection.send(
        [
            _errno(libc.kill(pid, 0)),
            _errno(libc.syscall(reading, pid, None, 0, None, 0, 0)),
            _errno(libc.syscall(reading + 1, pid, None, 0, None, 0, 0)),
            _errno(libc.syscall(pidfd_getfd, 0, 0, 0)),
        ]
    )
    connection.send(_errno(libc.kill(os.getpid(), 0)))


def _errno(result: int) -> int:
    return ctypes.get_errno() if result < 0 else 0
