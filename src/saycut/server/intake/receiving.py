"""Files of a form, written to disk while they arrive.

The framework's own reading of forms would keep the whole body first, in memory or in a
temporary folder, before anybody could look at its size. Here a file is written, counted and
hashed piece by piece, and whatever is not taken over by then is removed at the end: when all
went well, when it did not, and when the client went away.
"""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    aclosing,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect

from saycut.errors import SaycutError
from saycut.server.errors import BadInput
from saycut.server.intake.forms import Form, FormBounds, FormTooLarge, Part
from saycut.store import BlobNotKept

__all__ = [
    "IDLE_S",
    "Delivery",
    "FileWriter",
    "Received",
    "Refused",
    "UploadStopped",
    "pieces_of",
    "received",
]

# A disk and a thread are asked once for so much; a form in progress holds little more in memory.
PIECE_BYTES: Final = 1024 * 1024

# Lines stall in trains and tunnels; a minute without a byte is a client that is gone.
IDLE_S: Final = 60.0


class UploadStopped(BadInput):
    """The client went away, or sent nothing for too long."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the upload stopped before it was whole: {reason}; send it again, or in parts that "
            "can be resumed, with tus at /api/uploads/"
        )


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived whole. `name` is a label, `digest` the SHA-256 of its bytes in hex."""

    path: Path
    name: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken, and why."""

    name: str
    error: SaycutError


Delivery = tuple[Received | Refused, ...]
"""What became of the files that were sent, in their order."""


def received(
    body: AsyncIterator[bytes],
    content_type: str,
    *,
    announced_bytes: int | None,
    bounds: FormBounds,
    new_path: Callable[[], Path],
    idle_s: float = IDLE_S,
) -> AbstractAsyncContextManager[Delivery]:
    """Write the files of a form to new paths; those still there at the end are removed.

    Args:
        announced_bytes: the `Content-Length`, where there is one.

    Raises:
        BadForm: the form is malformed, or has no file.
        FileTooLarge, FormTooLarge: there is far more than a request may hold.
        UploadStopped: the client went away or fell silent.
        BlobNotKept: the disk is full or cannot be written.
    """
    form = Form(content_type, bounds)
    if announced_bytes is not None and announced_bytes > bounds.total_bytes + PIECE_BYTES:
        raise FormTooLarge(bounds)
    return _received(form, aclosing(pieces_of(body, idle_s)), new_path)


@asynccontextmanager
async def _received(
    form: Form, body: aclosing[AsyncGenerator[bytes]], new_path: Callable[[], Path]
) -> AsyncIterator[Delivery]:
    shelf = _Shelf(form, new_path)
    try:
        async with body as pieces:
            async for piece in pieces:
                form.feed(piece)
                if form.unwritten_bytes >= PIECE_BYTES:
                    await to_thread.run_sync(shelf.write)
        form.end()
        await to_thread.run_sync(shelf.write)
        yield shelf.delivery()
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(shelf.clear)


async def pieces_of(body: AsyncIterator[bytes], idle_s: float = IDLE_S) -> AsyncGenerator[bytes]:
    """Give a body piece by piece. Raises UploadStopped."""
    while True:
        try:
            with anyio.fail_after(idle_s):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise UploadStopped(f"nothing came for {idle_s:g} s") from None
        except ClientDisconnect:
            raise UploadStopped("the connection ended") from None
        yield piece


class FileWriter:
    """A new file, counted and hashed while it is written; used from one thread at a time."""

    def __init__(self, path: Path, name: str) -> None:
        """Raises BlobNotKept."""
        self.path = path
        self.name = name
        self.size_bytes = 0
        self._digest = hashlib.sha256()
        with _kept(name):
            self._file: FileIO = path.open("xb", buffering=0)

    def write(self, piece: bytes) -> None:
        """Raises BlobNotKept."""
        self._digest.update(piece)
        self.size_bytes += len(piece)
        rest = memoryview(piece)
        with _kept(self.name):
            while rest:
                rest = rest[self._file.write(rest) :]

    def close(self) -> Received:
        self._file.close()
        return Received(self.path, self.name, self.size_bytes, self._digest.hexdigest())

    def remove(self) -> None:
        """Close it, and remove it where nobody took it over."""
        self._file.close()
        with suppress(OSError):
            self.path.unlink()


@dataclass(slots=True)
class _Shelf:
    """Where the parts of a form are written; used from one thread at a time."""

    form: Form
    new_path: Callable[[], Path]
    writers: dict[int, FileWriter] = field(default_factory=dict)
    done: dict[int, Received] = field(default_factory=dict)

    def write(self) -> None:
        """Write what arrived since the last time."""
        for index, part in enumerate(self.form.parts):
            if index not in self.done:
                self._write(index, part)
        self.form.unwritten_bytes = 0

    def _write(self, index: int, part: Part) -> None:
        if part.error is not None:
            if writer := self.writers.pop(index, None):
                writer.remove()
            part.unwritten.clear()
            return
        if index not in self.writers:
            self.writers[index] = FileWriter(self.new_path(), part.name)
        writer = self.writers[index]
        if part.unwritten:
            writer.write(b"".join(part.unwritten))
            part.unwritten.clear()
        if part.is_whole:
            self.done[index] = writer.close()

    def delivery(self) -> Delivery:
        return tuple(
            Refused(part.name, part.error) if part.error is not None else self.done[index]
            for index, part in enumerate(self.form.parts)
        )

    def clear(self) -> None:
        for writer in self.writers.values():
            writer.remove()


@contextmanager
def _kept(name: str) -> Iterator[None]:
    """Say of a disk's refusal which file it was about."""
    try:
        yield
    except OSError as error:
        raise BlobNotKept(Path(name), error.strerror or str(error)) from error
