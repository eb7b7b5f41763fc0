"""The end of a file under way, to which bytes are appended, whole or with what arrived of them."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from saycut.errors import SaycutError
from saycut.server.intake.forms import FileTooLarge
from saycut.store import BlobNotKept, Upload

__all__ = ["ALGORITHMS", "UNCHECKED", "BadChecksum", "Checksum", "Tail", "flush", "not_kept"]

ALGORITHMS: Final = ("sha256", "sha1", "md5")

UNCHECKED: Final = ".unchecked"
"""How the name of a file ends that holds bytes whose checksum is not known to be right."""

_READ_BYTES: Final = 1024 * 1024


class BadChecksum(SaycutError):
    """The bytes that arrived are not those that were sent."""

    code: ClassVar[int] = 460

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            f"the bytes do not have the {algorithm} that Upload-Checksum tells; they were dropped: "
            "send them again"
        )
        self.algorithm = algorithm


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece of an upload must hash to; `algorithm` is one of ALGORITHMS."""

    algorithm: str
    digest: bytes


class Tail:
    """Bytes on their way to the end of a file; `take` collects them, the rest is for threads.

    With a checksum they are put beside the file until it is known to be right: a crash must not
    leave others there, and what is right may be appended in as many steps as it takes.
    """

    def __init__(self, path: Path, upload: Upload, checksum: Checksum | None) -> None:
        self.unwritten_bytes = 0
        self._upload = upload
        self._checksum = checksum
        self._path = path
        self._target = path.with_name(path.name + UNCHECKED) if checksum else path
        self._is_begun = False
        self._unwritten: list[bytes] = []
        self._taken_bytes = 0

    def take(self, piece: bytes) -> None:
        """Raises FileTooLarge: the upload was to have fewer bytes."""
        self._taken_bytes += len(piece)
        if self._upload.offset_bytes + self._taken_bytes > self._upload.length_bytes:
            raise FileTooLarge(self._upload.name, self._upload.length_bytes)
        self._unwritten.append(piece)
        self.unwritten_bytes += len(piece)

    def write(self) -> None:
        """Put down what was taken. Raises BlobNotKept."""
        is_new = self._checksum is not None and not self._is_begun
        with self._named(), self._target.open("wb" if is_new else "ab", buffering=0) as file:
            self._is_begun = True
            rest = memoryview(b"".join(self._unwritten))
            while rest:
                rest = rest[file.write(rest) :]
        self._unwritten.clear()
        self.unwritten_bytes = 0

    def settle(self) -> int:
        """Put all of it down for good; gives how long the file is then.

        Raises:
            BadChecksum: it is not what was sent, and was dropped.
            BlobNotKept
        """
        self.write()
        if self._checksum is not None:
            self._append_checked(self._checksum)
        with self._named():
            flush(self._path)
            return self._path.stat().st_size

    def drop(self) -> int:
        """Leave the file as it was before; gives how long it is."""
        with self._named():
            if self._checksum is not None:
                self._target.unlink(missing_ok=True)
            else:
                os.truncate(self._path, self._upload.offset_bytes)
                flush(self._path)
        return self._upload.offset_bytes

    def _append_checked(self, checksum: Checksum) -> None:
        with self._named(), self._target.open("rb") as source:
            found = hashlib.new(checksum.algorithm, usedforsecurity=False)
            while piece := source.read(_READ_BYTES):
                found.update(piece)
            if found.digest() != checksum.digest:
                self.drop()
                raise BadChecksum(checksum.algorithm)
            source.seek(0)
            with self._path.open("ab") as file:
                shutil.copyfileobj(source, file, _READ_BYTES)
            self._target.unlink()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise not_kept(self._upload, error) from error


def not_kept(upload: Upload, error: OSError) -> BlobNotKept:
    """Say of a disk's refusal which file it was about."""
    return BlobNotKept(Path(upload.name), error.strerror or str(error))


def flush(path: Path) -> None:
    """Return once a file, or a folder's list of names, would outlive a power cut."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
