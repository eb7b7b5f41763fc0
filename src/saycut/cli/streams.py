"""Output that outlasts its readers: a film is not lost because `head` had read enough."""

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["outlast_readers", "trouble_with_output"]

_STANDARD: Final = (0, 1, 2)


def outlast_readers() -> None:
    """Make the output of this process go on silently when it cannot be written any more.

    A stream that was closed before we began is replaced by nothing at all: otherwise the
    database could be opened in its place, and what a library prints would end up in it.
    """
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            # The system gives the lowest number that is free.
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - to the end
    sys.stdout = _Outlet(1, sys.stdout).text
    sys.stderr = _Outlet(2, sys.stderr).text


def trouble_with_output() -> str | None:
    """Tell why stdout could not be written, unless its reader merely left."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    error = raw.error if isinstance(raw, _Outlet) else None
    if error is None or error.errno == errno.EPIPE:
        return None
    return error.strerror or str(error)


class _Outlet(io.RawIOBase):
    """A descriptor that is written to until it fails; what comes later is dropped."""

    def __init__(self, descriptor: int, stream: TextIO | None) -> None:
        self._descriptor = descriptor
        self.error: OSError | None = None
        self.text = io.TextIOWrapper(
            io.BufferedWriter(self),
            encoding=getattr(stream, "encoding", None) or "utf-8",
            errors="backslashreplace",
            line_buffering=True,
        )

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: "ReadableBuffer") -> int:
        if self.error is None:
            try:
                return os.write(self._descriptor, data)
            except OSError as error:
                self.error = error
        return memoryview(data).nbytes
