"""The same client for programs without an event loop: it has one of its own, in a thread."""

import queue
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, aclosing, suppress
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from saycut.client import exporting, uploading
from saycut.client.client import AsyncClient
from saycut.client.events import Event
from saycut.client.models import (
    Balance,
    ExportStatus,
    Film,
    ProjectInfo,
    Session,
    State,
    Step,
    Uploaded,
)
from saycut.client.patience import PATIENCE, Patience

__all__ = ["Client"]

# Cancelled work closes its connection, which takes no time; more is a fault, and no reason to hang.
_CANCEL_S: Final = 5.0

P = ParamSpec("P")
T = TypeVar("T")


class Client:
    """`AsyncClient` with methods that wait. What each does and raises stands there.

    What a method is to report is called from another thread. ^C ends the waiting, not the work
    of the server.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        config_folder: Path | None = None,
        platform: str = "python",
        patience: Patience = PATIENCE,
    ) -> None:
        with ExitStack() as opened:
            self._portal: BlockingPortal = opened.enter_context(start_blocking_portal("asyncio"))

            async def make() -> AsyncClient:
                return AsyncClient(
                    url,
                    token=token,
                    config_folder=config_folder,
                    platform=platform,
                    patience=patience,
                )

            self._client = self._wait(make)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections up, and the thread."""
        with self._opened:
            self._wait(self._client.close)

    @property
    def url(self) -> str:
        return self._client.url

    def is_saycut(self) -> bool:
        return self._wait(self._client.is_saycut)

    def create_session(self, name: str = "project", language: str = "") -> Session:
        return self._wait(self._client.create_session, name, language)

    def claim_link(self, session: Session | str) -> str:
        return self._wait(self._client.claim_link, session)

    def upload(
        self,
        session: Session | str,
        files: Sequence[Path | str],
        *,
        report: uploading.Report = lambda _name, _done, _total: None,
        large_bytes: int = uploading.LARGE_BYTES,
    ) -> Uploaded:
        return self._wait(
            self._client.upload, session, files, report=report, large_bytes=large_bytes
        )

    def chat(self, session: Session | str, text: str, *, key: str | None = None) -> Iterator[Event]:
        # One task for the whole turn: ^C may come at any moment between two events.
        told: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

        async def listen() -> None:
            try:
                async with aclosing(self._client.chat(session, text, key=key)) as events:
                    async for event in events:
                        told.put(event)
            finally:
                told.put(None)

        listening = self._portal.start_task_soon(listen)
        try:
            while (event := told.get()) is not None:
                yield event
            listening.result()
        finally:
            if listening.cancel():
                # What comes next must find the line closed.
                with suppress(queue.Empty):
                    while told.get(timeout=_CANCEL_S) is not None:
                        pass

    def abort(self, session: Session | str) -> bool:
        return self._wait(self._client.abort, session)

    def state(self, session: Session | str) -> State:
        return self._wait(self._client.state, session)

    def credits(self) -> Balance:
        return self._wait(self._client.credits)

    def projects(self) -> tuple[ProjectInfo, ...]:
        return self._wait(self._client.projects)

    def remove(self, session: Session | str) -> None:
        self._wait(self._client.remove, session)

    def undo(self, session: Session | str) -> Step:
        return self._wait(self._client.undo, session)

    def redo(self, session: Session | str) -> Step:
        return self._wait(self._client.redo, session)

    def edit(self, session: Session | str, operation: str, arguments: dict[str, Any]) -> Step:
        return self._wait(self._client.edit, session, operation, arguments)

    def order_export(
        self,
        session: Session | str,
        *,
        export_id: str | None = None,
        quality: str = "high",
        resolution: str | None = None,
        format: str = "mp4",  # noqa: A002 - the name of the wire
    ) -> ExportStatus:
        return self._wait(
            self._client.order_export,
            session,
            export_id=export_id,
            quality=quality,
            resolution=resolution,
            format=format,
        )

    def export_status(self, export_id: str) -> ExportStatus:
        return self._wait(self._client.export_status, export_id)

    def cancel_export(self, export_id: str) -> ExportStatus:
        return self._wait(self._client.cancel_export, export_id)

    def fetch(
        self,
        export: ExportStatus,
        path: Path,
        *,
        watch: exporting.Watch = lambda _: None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Film:
        return self._wait(self._client.fetch, export, path, watch=watch, progress=progress)

    def export(
        self,
        session: Session | str,
        path: Path,
        *,
        quality: str = "high",
        resolution: str | None = None,
        watch: exporting.Watch = lambda _: None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Film:
        return self._wait(
            self._client.export,
            session,
            path,
            quality=quality,
            resolution=resolution,
            watch=watch,
            progress=progress,
        )

    def _wait(self, do: Callable[P, Awaitable[T]], *arguments: P.args, **options: P.kwargs) -> T:
        async def done() -> T:
            return await do(*arguments, **options)

        future = self._portal.start_task_soon(done)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # ^C while waiting; else it is over anyway
            raise
