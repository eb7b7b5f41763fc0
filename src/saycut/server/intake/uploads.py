"""From files that arrived to assets of a project.

Each file is looked at for itself, in a child process under limits, so that a bad one costs the
others nothing: the good ones stay, the others are told with their reasons. Only when none is
good the upload as a whole has failed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

import anyio
from anyio import CapacityLimiter, to_thread

from saycut.engine import Given, Taken
from saycut.errors import SaycutError
from saycut.fetch import NetworkError, TooLarge, fetch
from saycut.media import MediaError, UnsupportedMedia
from saycut.server.errors import BadInput
from saycut.server.intake.forms import FileTooLarge, FormBounds, label_of
from saycut.server.intake.receiving import Delivery, FileWriter, Received, Refused
from saycut.server.parts import Parts
from saycut.store import BlobNotKept, Project, Transaction, UnknownProject
from saycut.timeline import Asset

__all__ = ["FILE_CODES", "BadUpload", "QuotaExceeded", "TakenIn", "UnsupportedUpload", "Uploads"]

# A form may hold so many of the largest files; more is sent in several requests.
_FILES_OF_FULL_SIZE: Final = 4

URLS_MAX: Final = 20
_FETCHES_AT_ONCE: Final = 4
# 500 MB at 8 Mbit/s.
_FETCH_S: Final = 600.0


class UnsupportedUpload(SaycutError):
    """What was sent is of no type that is taken."""

    code: ClassVar[int] = 4001


class BadUpload(BadInput):
    """What was sent cannot be read, or cannot be got."""


class UploadTooLarge(SaycutError):
    """What was sent, or lies at an address, is larger than a file may be."""

    code: ClassVar[int] = 4002


class QuotaExceeded(SaycutError):
    """A user has as much as one may have."""

    code: ClassVar[int] = 4002

    def __init__(self, name: str, bytes_max: int) -> None:
        super().__init__(
            f"cannot take {name!r}: with it your media and films would take more than your quota "
            f"of {bytes_max / 1e9:g} GB; delete sessions that you no longer need, or ask who runs "
            "this server for more"
        )
        self.name = name
        self.bytes_max = bytes_max


FILE_CODES: Final = frozenset({400, UnsupportedUpload.code, UploadTooLarge.code})
"""Codes of what is wrong with a file; whatever else may go well the next time."""

_BY_CODE: Final[Mapping[int, type[SaycutError]]] = {
    UnsupportedUpload.code: UnsupportedUpload,
    UploadTooLarge.code: UploadTooLarge,
}


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The assets of the good files and the refused ones, each in the order they were sent."""

    assets: tuple[Asset, ...]
    refused: tuple[Refused, ...]

    def require_one(self) -> "TakenIn":
        """Give it when there is a good file.

        Raises:
            SaycutError: there is none; of several reasons the first gives the code.
        """
        if self.assets:
            return self
        first, *others = (refused.error for refused in self.refused)
        if not others:
            raise first
        kind = _BY_CODE.get(first.code, BadUpload)
        raise kind("\n".join(str(error) for error in (first, *others))) from first


class Uploads:
    """The taking in of files on one server, bounded as a whole."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._looks = CapacityLimiter(parts.engine.workshop.worker_count)
        self._fetches = CapacityLimiter(_FETCHES_AT_ONCE)

    @property
    def bounds(self) -> FormBounds:
        file_bytes = self._parts.options.upload_bytes
        return FormBounds(file_bytes=file_bytes, total_bytes=_FILES_OF_FULL_SIZE * file_bytes)

    def new_path(self) -> Path:
        """Give where a file under way is written."""
        return self._parts.engine.blobs.incoming()

    async def take(self, project_id: str, delivery: Delivery) -> TakenIn:
        """Look at the files of a delivery and keep the good ones.

        Raises:
            UnknownProject: the project is gone.
        """
        looked: list[Taken | Refused | None] = [None] * len(delivery)

        async def look(index: int, sent: Received | Refused) -> None:
            looked[index] = sent if isinstance(sent, Refused) else await self.look(sent)

        async with anyio.create_task_group() as group:
            for index, sent in enumerate(delivery):
                group.start_soon(look, index, sent)
        return await to_thread.run_sync(self._keep, project_id, [x for x in looked if x])

    async def take_urls(self, project_id: str, urls: Sequence[str]) -> TakenIn:
        """Fetch files and keep the good ones.

        Raises:
            UnknownProject: the project is gone.
            BadInput: there are too many, or none.
        """
        if not 1 <= len(urls) <= URLS_MAX:
            raise BadInput(f"urls has {len(urls)} addresses; give 1 to {URLS_MAX} in one request")
        fetching = [_Fetch(url, self._parts, self._fetches) for url in urls]
        try:
            async with anyio.create_task_group() as group:
                for one in fetching:
                    group.start_soon(one.run)
            return await self.take(project_id, tuple(x.outcome for x in fetching if x.outcome))
        finally:
            with anyio.CancelScope(shield=True):
                for one in fetching:
                    await to_thread.run_sync(one.clear)

    def check_quota(
        self, tx: Transaction, project: Project, name: str, more_bytes: int = 0
    ) -> None:
        """Raises QuotaExceeded: the owner has, or would have, more than one may have."""
        options = self._parts.options
        if options.is_open:
            return
        used = tx.projects.stored_bytes(project.owner_id) + more_bytes
        if used > options.user_bytes:
            raise QuotaExceeded(name, options.user_bytes)

    async def look(self, received: Received) -> Taken | Refused:
        """Tell what a file is, or why it is not taken."""
        return await to_thread.run_sync(self._look, received, limiter=self._looks)

    def _look(self, received: Received) -> Taken | Refused:
        given = Given(received.path, received.name, is_incoming=True)
        intake = self._parts.engine.inspect([given])
        if intake.taken:
            return intake.taken[0]
        return Refused(received.name, told(intake.refused[0].error))

    def _keep(self, project_id: str, looked: Sequence[Taken | Refused]) -> TakenIn:
        assets: list[Asset] = []
        refused: list[Refused] = []
        for one in looked:
            kept = one if isinstance(one, Refused) else self.keep_one(project_id, one)
            if isinstance(kept, Refused):
                refused.append(kept)
            else:
                assets.append(kept)
        return TakenIn(tuple(assets), tuple(refused))

    def keep_one(
        self,
        project_id: str,
        taken: Taken,
        commit: Callable[[Transaction, Project], None] = lambda _tx, _project: None,
    ) -> Asset | Refused:
        """Keep a good file. For itself, so that one beyond the quota does not cost the others."""

        def check(tx: Transaction, project: Project) -> None:
            self.check_quota(tx, project, taken.asset.name)
            commit(tx, project)

        try:
            (asset,) = self._parts.engine.keep(project_id, [taken], check=check)
        except UnknownProject:
            raise
        except SaycutError as error:
            return Refused(taken.asset.name, told(error))
        return asset


class _Fetch:
    """One address, fetched to a file that is removed unless somebody takes it over."""

    def __init__(self, url: str, parts: Parts, limiter: CapacityLimiter) -> None:
        self.outcome: Received | Refused | None = None
        self._url = url
        self._parts = parts
        self._limiter = limiter
        self._writer: FileWriter | None = None

    async def run(self) -> None:
        try:
            self.outcome = await to_thread.run_sync(self._get, limiter=self._limiter)
        except SaycutError as error:
            self.outcome = Refused(label_of(self._url.partition("?")[0]), told(error))

    def _get(self) -> Received:
        options = self._parts.options
        self._writer = FileWriter(self._parts.engine.blobs.incoming(), "the file")
        fetched = fetch(
            self._url,
            self._writer.write,
            guard=options.guard,
            bytes_max=options.upload_bytes,
            deadline_s=_FETCH_S,
        )
        return replace(self._writer.close(), name=label_of(fetched.name))

    def clear(self) -> None:
        if self._writer is not None:
            self._writer.remove()


def told(error: SaycutError) -> SaycutError:
    """Give an error about a file with the code that clients of the protocol know."""
    match error:
        case UnsupportedMedia():
            return UnsupportedUpload(str(error))
        case TooLarge():
            return UploadTooLarge(str(error))
        case FileTooLarge() | QuotaExceeded() | BlobNotKept():
            return error
        case MediaError() | NetworkError():
            return BadUpload(str(error))
    return error
