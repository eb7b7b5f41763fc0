"""Uploads that go on after the line broke: bytes on disk, a row that says what they will be.

How much has arrived is the size of the file on this server's disk, flushed before it is told
to anybody, so a crash at any moment loses nothing that was promised. One request writes an
upload at a time: a client that comes again is not made to wait for the end of a connection
that is dead, but ends it.

A file that is whole is taken in like any upload. Its bytes stay until the row tells what came
of them, so a crash in between is made good at the next start.
"""

import logging
import os
import secrets
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Final

import anyio
from anyio import to_thread

from saycut.engine import Taken
from saycut.errors import SaycutError
from saycut.server.errors import SessionNotFound
from saycut.server.intake.forms import FileTooLarge, label_of
from saycut.server.intake.receiving import PIECE_BYTES, Received, Refused, UploadStopped, pieces_of
from saycut.server.intake.tails import UNCHECKED, Checksum, Tail, flush, not_kept
from saycut.server.intake.uploads import FILE_CODES, Uploads
from saycut.server.parts import Parts
from saycut.store import Project, Transaction, UnknownProject, Upload
from saycut.store.projects import now_ms

__all__ = ["OffsetMismatch", "Resumable", "UploadBusy", "UploadGone"]

# A night and a day: whoever has not come back by then begins anew.
_LIFE_MS: Final = 24 * 3600 * 1000
# What an interrupted writer may still take from its line, so that two clients that push at once
# both get on, and what the others wait for it at most.
_GRACE_S: Final = 0.5
_WAIT_S: Final = 10.0

_SWEEP_S: Final = 3600.0

_log = logging.getLogger("saycut.server")


class OffsetMismatch(SaycutError):
    """The bytes that were sent do not begin where the upload ends."""

    code: ClassVar[int] = 409

    def __init__(self, offset_bytes: int, held_bytes: int) -> None:
        super().__init__(
            f"cannot go on at byte {offset_bytes}: {held_bytes} bytes have arrived; ask with HEAD, "
            "and go on from the Upload-Offset that it tells"
        )
        self.held_bytes = held_bytes


class UploadGone(SaycutError):
    """The upload expired, or its bytes are not on this server."""

    code: ClassVar[int] = 410

    def __init__(self, upload_id: str) -> None:
        super().__init__(
            f"the upload {upload_id!r} was given up; begin a new one with POST /api/uploads/"
        )
        self.upload_id = upload_id


class UploadBusy(SaycutError):
    """Another request writes this upload, or it is being looked at."""

    code: ClassVar[int] = 423

    def __init__(self, upload_id: str) -> None:
        super().__init__(f"the upload {upload_id!r} is being worked on; try again in a few seconds")
        self.upload_id = upload_id


@dataclass(slots=True)
class _Line:
    """Who works on an upload: one at a time, and who can be told to stop."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    count: int = 0
    reading: anyio.CancelScope | None = None
    is_finishing: bool = False

    def make_room(self) -> None:
        """End the reading soon when others wait."""
        if self.reading is not None and self.count > 1:
            end_s = anyio.current_time() + _GRACE_S
            self.reading.deadline = min(self.reading.deadline, end_s)


class Resumable:
    """The resumable uploads of one server."""

    def __init__(self, parts: Parts, uploads: Uploads) -> None:
        self._parts = parts
        self._uploads = uploads
        self._folder = parts.engine.folder.path / "uploads"
        self._lines: dict[str, _Line] = {}

    @property
    def bytes_max(self) -> int:
        return self._parts.options.upload_bytes

    async def begin(self, user_id: str, session_id: str, name: str, length_bytes: int) -> Upload:
        """Begin an upload.

        Raises:
            SessionNotFound: the user has no such session.
            FileTooLarge, QuotaExceeded: the file would go beyond a limit.
            BlobNotKept: the disk is full or cannot be written.
        """
        name = label_of(name)
        if length_bytes > self.bytes_max:
            raise FileTooLarge(name, self.bytes_max)
        at_ms = now_ms()
        new = Upload(
            id=secrets.token_urlsafe(18),
            user_id=user_id,
            project_id=session_id,
            name=name,
            length_bytes=length_bytes,
            created_ms=at_ms,
            expires_ms=at_ms + _LIFE_MS,
        )
        await to_thread.run_sync(self._begin, new)
        return new if length_bytes else await self._finish_alone(new)

    def _begin(self, new: Upload) -> None:
        with self._parts.store.transaction() as tx:
            try:
                project = tx.projects.get(new.project_id, new.user_id)
            except UnknownProject:
                raise SessionNotFound(new.project_id) from None
            more_bytes = tx.uploads.pending_bytes(new.user_id) + new.length_bytes
            self._uploads.check_quota(tx, project, new.name, more_bytes)
            tx.uploads.add(new)
        try:
            self._folder.mkdir(exist_ok=True)
            self._path(new.id).touch()
            flush(self._folder)
        except OSError as error:
            raise not_kept(new, error) from error

    async def look(self, upload_id: str, user_id: str) -> Upload:
        """Give an upload, with what has arrived of it.

        Raises:
            UnknownUpload, UploadGone, UploadBusy
        """
        upload = await self._get(upload_id, user_id)
        if (line := self._lines.get(upload_id)) and line.is_finishing:
            return replace(upload, offset_bytes=upload.length_bytes)
        async with self._alone(upload_id):
            return await to_thread.run_sync(self._promised, upload_id, user_id)

    async def append(
        self,
        upload_id: str,
        user_id: str,
        offset_bytes: int,
        body: AsyncIterator[bytes],
        checksum: Checksum | None = None,
        announced_bytes: int = 0,
    ) -> Upload:
        """Take bytes that begin at an offset; the last of them make it whole, and take it in.

        What arrived before the client went away is kept, but not what fails its checksum.

        Raises:
            UnknownUpload, UploadGone, UploadBusy, OffsetMismatch, BadChecksum
            FileTooLarge: there are more bytes than the upload was to have.
            UploadStopped: the client went away, or came again on another connection.
            SaycutError: the file is whole, and none that can be used.
        """
        await self._get(upload_id, user_id)
        async with self._alone(upload_id) as line:
            upload = await to_thread.run_sync(self._promised, upload_id, user_id)
            if offset_bytes != upload.offset_bytes:
                raise OffsetMismatch(offset_bytes, upload.offset_bytes)
            if offset_bytes + announced_bytes > upload.length_bytes:
                raise FileTooLarge(upload.name, upload.length_bytes)
            if not upload.is_over:
                upload = await self._appended(upload, body, checksum, line)
            if upload.offset_bytes == upload.length_bytes and not upload.is_over:
                upload = await self._finished(upload, line)
            return upload

    async def remove(self, upload_id: str, user_id: str) -> None:
        """Give an upload up; nothing of it stays but an asset that it became.

        Raises:
            UnknownUpload, UploadGone, UploadBusy
        """
        await self._get(upload_id, user_id)
        async with self._alone(upload_id):
            await to_thread.run_sync(self._remove, upload_id)

    async def recover(self) -> int:
        """Take in what was whole when the server last ended; gives how many there were."""
        whole = await to_thread.run_sync(self._whole)
        for upload in whole:
            with suppress(SaycutError):
                await self._finish_alone(upload)
        return len(whole)

    async def tend(self) -> None:
        """Make good what a crash left, then give up what expires, for as long as there is time."""
        await _logged(self.recover)
        while True:
            await _logged(lambda: to_thread.run_sync(self.sweep))
            await anyio.sleep(_SWEEP_S)

    def sweep(self) -> int:
        """Give up what has expired, and files that belong to nothing; gives how many."""
        # In this order: a file is made after its row.
        held = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
        with self._parts.store.transaction() as tx:
            expired = tx.uploads.expired(now_ms()) - self._lines.keys()
            for upload_id in expired:
                tx.uploads.remove(upload_id)
            known = {upload.id for upload in tx.uploads.known()} | self._lines.keys()
        lost = {name for name in held if name.removesuffix(UNCHECKED) not in known}
        for name in lost:
            (self._folder / name).unlink(missing_ok=True)
        return len(expired | lost)

    async def _get(self, upload_id: str, user_id: str) -> Upload:
        def get() -> Upload:
            with self._parts.store.reading() as tx:
                return tx.uploads.get(upload_id, user_id)

        upload = await to_thread.run_sync(get)
        if upload.expires_ms <= now_ms():
            raise UploadGone(upload_id)
        return upload

    @asynccontextmanager
    async def _alone(self, upload_id: str) -> AsyncGenerator[_Line]:
        """Work on an upload alone; a request that still reads for it is ended."""
        line = self._lines.setdefault(upload_id, _Line())
        line.count += 1
        try:
            line.make_room()
            try:
                with anyio.fail_after(_WAIT_S):
                    await line.lock.acquire()
            except TimeoutError:
                raise UploadBusy(upload_id) from None
            try:
                yield line
            finally:
                line.lock.release()
        finally:
            line.count -= 1
            if not line.count:
                del self._lines[upload_id]

    def _promised(self, upload_id: str, user_id: str) -> Upload:
        """Give an upload with the bytes that are safe on the disk, and let it live on."""
        with self._parts.store.reading() as tx:
            upload = tx.uploads.get(upload_id, user_id)
        if upload.is_over:
            return replace(upload, offset_bytes=upload.length_bytes)
        try:
            held_bytes = self._path(upload_id).stat().st_size
            if held_bytes != upload.offset_bytes:
                flush(self._path(upload_id))
        except FileNotFoundError:
            raise UploadGone(upload_id) from None
        except OSError as error:
            raise not_kept(upload, error) from error
        return self._advanced(upload, held_bytes)

    def _advanced(self, upload: Upload, offset_bytes: int) -> Upload:
        expires_ms = now_ms() + _LIFE_MS
        with self._parts.store.transaction() as tx:
            tx.uploads.advance(upload.id, offset_bytes, expires_ms)
        return replace(upload, offset_bytes=offset_bytes, expires_ms=expires_ms)

    async def _appended(
        self, upload: Upload, body: AsyncIterator[bytes], checksum: Checksum | None, line: _Line
    ) -> Upload:
        tail = Tail(self._path(upload.id), upload, checksum)
        failure: SaycutError | None = None
        try:
            with anyio.CancelScope() as line.reading:
                line.make_room()
                await _read(tail, body)
            if line.reading.cancelled_caught:
                failure = UploadStopped("another request goes on with it")
        except (UploadStopped, FileTooLarge) as error:
            failure = error
        finally:
            line.reading = None
        is_kept = failure is None or isinstance(failure, UploadStopped)
        end = tail.settle if is_kept and not (failure and checksum) else tail.drop
        held_bytes = await to_thread.run_sync(end)
        upload = await to_thread.run_sync(self._advanced, upload, held_bytes)
        # All may have arrived when the line broke: whoever asks will think that it is done.
        if failure is not None and held_bytes < upload.length_bytes:
            raise failure
        return upload

    async def _finish_alone(self, upload: Upload) -> Upload:
        async with self._alone(upload.id) as line:
            now = await to_thread.run_sync(self._promised, upload.id, upload.user_id)
            if now.is_over or now.offset_bytes < now.length_bytes:
                return now
            return await self._finished(now, line)

    async def _finished(self, upload: Upload, line: _Line) -> Upload:
        """Take in a file that is whole. Raises SaycutError: it cannot be used."""
        line.is_finishing = True
        path = self._uploads.new_path()
        try:
            await to_thread.run_sync(_link, self._path(upload.id), path)
            received = Received(path, upload.name, upload.length_bytes, digest="")
            looked = await self._uploads.look(received)
            return await to_thread.run_sync(self._settled, upload, looked)
        finally:
            line.is_finishing = False
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(lambda: path.unlink(missing_ok=True))

    def _settled(self, upload: Upload, looked: Taken | Refused) -> Upload:
        if not isinstance(looked, Refused):
            note = _noted(upload, looked.asset.digest)
            kept = self._uploads.keep_one(upload.project_id, looked, note)
            if not isinstance(kept, Refused):
                self._path(upload.id).unlink(missing_ok=True)
                return replace(upload, asset_id=kept.id)
            looked = kept
        # A full disk is no fault of the file, which may be tried again.
        if looked.error.code in FILE_CODES:
            with self._parts.store.transaction() as tx:
                tx.uploads.refused(upload.id, looked.error.code, str(looked.error))
            self._path(upload.id).unlink(missing_ok=True)
        raise looked.error

    def _whole(self) -> list[Upload]:
        with self._parts.store.reading() as tx:
            known = tx.uploads.known()
        return [u for u in known if not u.is_over and _size_of(self._path(u.id)) == u.length_bytes]

    def _remove(self, upload_id: str) -> None:
        with self._parts.store.transaction() as tx:
            tx.uploads.remove(upload_id)
        self._path(upload_id).unlink(missing_ok=True)

    def _path(self, upload_id: str) -> Path:
        return self._folder / upload_id


async def _logged(chore: Callable[[], Awaitable[object]]) -> None:
    try:
        await chore()
    except Exception as error:
        # The database may be away for a while; the next time will do.
        _log.warning("tending uploads failed", extra={"error": str(error)})


def _noted(upload: Upload, digest: str) -> Callable[[Transaction, Project], None]:
    """Give what tells, in the transaction that keeps it, which asset an upload became."""

    def note(tx: Transaction, project: Project) -> None:
        assets = tx.projects.assets(project.id)
        tx.uploads.taken_in(upload.id, next(a.id for a in assets if a.digest == digest))

    return note


async def _read(tail: Tail, body: AsyncIterator[bytes]) -> None:
    """Put down what arrives. Raises UploadStopped, FileTooLarge."""
    async with aclosing(pieces_of(body)) as pieces:
        async for piece in pieces:
            tail.take(piece)
            if tail.unwritten_bytes >= PIECE_BYTES:
                await to_thread.run_sync(tail.write)


def _link(path: Path, other: Path) -> None:
    """Give a file a second name: what takes the other over leaves the first."""
    try:
        os.link(path, other)
    except OSError:  # another disk, or one without links
        shutil.copyfile(path, other)


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
