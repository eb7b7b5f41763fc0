"""The other end of the pool: a confined process that does one job after the other."""

import ctypes
import pickle
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

import cv2

from saycut.errors import SaycutError
from saycut.media import Limits

__all__ = ["serve"]

# malloc.h; blocks of this size and more are mapped one by one and unmapped when freed. Planes of
# a 1080p frame stay below: mapping those anew for each frame would cost more than it saves.
_M_MMAP_THRESHOLD: Final = -3
_MMAP_BYTES_MIN: Final = 4 << 20


def serve(connection: Connection, limits: Limits) -> None:  # noqa: ARG001 - the entry of a child
    """Do jobs until the other side is gone (EOFError): what is sent is a function and arguments.

    Answers are pairs: "report" and an amount, then "done" and the result, or "error" and a
    SaycutError or the words of another.
    """
    # Parallel work is the pool's: threads inside a worker would only compete with the others.
    cv2.setNumThreads(1)
    _map_large_blocks()

    def answer(kind: str, value: Any) -> None:
        connection.send_bytes(pickle.dumps((kind, value)))

    while True:
        function, arguments = connection.recv()
        try:
            result = function(*arguments, lambda amount: answer("report", amount))
        except SaycutError as error:
            answer("error", error)
        except Exception as error:
            answer("error", f"{type(error).__name__}: {error}")
        else:
            answer("done", result)
            del result


def _map_large_blocks() -> None:
    """Make glibc return large blocks to the system as soon as they are freed.

    An encoder's frames are large and many. Left alone, glibc comes to keep them in heaps that
    fragment, and a worker grows by a third. (`malloc_trim` after each job saves no more and
    costs 5 % of the time: all memory is faulted in anew.)
    """
    # Another C library has ways of its own.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES_MIN)
