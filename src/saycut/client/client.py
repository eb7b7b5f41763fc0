"""The client: one object for one user of one server, for use with asyncio."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ValidationError

from saycut.client import exporting, uploading
from saycut.client.errors import NotAServer, NothingToExport
from saycut.client.events import Event, StillWorking, Text
from saycut.client.hosted import hosted_turn
from saycut.client.line import Line
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
from saycut.client.stream import TurnOrder, paced, resumed
from saycut.client.telling import Telling
from saycut.client.timelines import has_segments
from saycut.client.tokens import TokenFile, new_key

__all__ = ["AsyncClient"]

# Every server of the family knows this name; ours has a second one.
_APP: Final = "nemo_agent"

M = TypeVar("M", bound=BaseModel)


def _no_report(_name: str, _done_bytes: int, _total_bytes: int) -> None:
    pass


class AsyncClient:
    """A server of this protocol. Use it as a context: `async with AsyncClient(url) as client`.

    Any call may raise `Unreachable`, `NotAServer` and `Refused` with its subclasses; what a
    method raises beside them stands with it.
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
        """Nothing is sent yet.

        Args:
            url: where the server is, such as http://127.0.0.1:8321.
            token: who asks. None takes the free one that is kept for this server, or a new one.
            config_folder: where that is kept; None is the user's config folder.
            platform: where this client runs, for the usage figures of the server.

        Raises:
            BadAddress: `url` is no address.
        """
        self._line = Line(
            url,
            token=token,
            token_file=TokenFile(config_folder),
            platform=platform,
            patience=patience,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections up."""
        await self._line.close()

    @property
    def url(self) -> str:
        """The address of the server, without a slash at its end."""
        return self._line.url

    async def is_saycut(self) -> bool:
        """Tell whether it is a Saycut server, which can do more than others of the family."""
        return await self._line.is_saycut()

    async def create_session(self, name: str = "project", language: str = "") -> Session:
        """Make a project, and the session to talk about it."""
        body = {"task_name": name, "language": language}
        answer = await self._line.post(f"/api/tasks/me/with-session/{_APP}", body)
        return self._read(Session, answer.data)

    async def claim_link(self, session: Session | str) -> str:
        """Give a link that shows the project, and nothing else, to whoever has it."""
        session_id = _id_of(session)
        task_id = session.task_id if isinstance(session, Session) else session_id
        body = {"task_id": task_id or session_id, "session_id": session_id}
        data = (await self._line.post("/api/auth/claim-token", body)).data
        if not data.get("claim_token"):
            raise NotAServer(self.url, "it gives no claim token")
        return str(data.get("url") or f"{self.url}/workspace/claim?ct={data['claim_token']}")

    async def upload(
        self,
        session: Session | str,
        files: Sequence[Path | str],
        *,
        report: uploading.Report = _no_report,
        large_bytes: int = uploading.LARGE_BYTES,
    ) -> Uploaded:
        """Bring files to a session, paths and http(s) addresses; of several the good ones stay.

        Files beyond `large_bytes` go piece by piece, and go on where a line broke.

        Raises:
            FileUnreadable: a file cannot be read; nothing was sent.
            UploadRefused: none can be used; `rejected` says why each.
        """
        session_id = _id_of(session)
        urls = [file for file in files if isinstance(file, str) and _is_url(file)]
        paths = [Path(file) for file in files if file not in urls]
        found = [Uploaded(())]
        if paths:
            found.append(
                await uploading.upload_files(
                    self._line, session_id, paths, app=_APP, report=report, large_bytes=large_bytes
                )
            )
        if urls:
            found.append(await uploading.upload_urls(self._line, session_id, urls, app=_APP))
        return Uploaded(
            tuple(file for one in found for file in one.files),
            tuple(file for one in found for file in one.rejected),
        )

    async def chat(
        self, session: Session | str, text: str, *, key: str | None = None
    ) -> AsyncGenerator[Event]:
        """Say something and give what comes of it, `TurnDone` last.

        A turn is never run twice: it has a key, and a broken line is taken up again with it. To
        leave early, close the iterator; the turn goes on, and `abort` stops it.

        Raises:
            Busy: another turn runs in the session.
            SessionGone, NoCredits
            LineLost, TimedOut: nothing more was heard.
        """
        order = TurnOrder(_id_of(session), text, key or new_key("turn"), _APP)
        telling = Telling()
        if await self.is_saycut():
            events = self._own_turn(order, telling)
        else:
            events = hosted_turn(self._line, order, lambda: self.state(order.session_id), telling)
        async with aclosing(events):
            async for event in events:
                yield event
        yield telling.done()

    async def _own_turn(self, order: TurnOrder, telling: Telling) -> AsyncGenerator[Event]:
        async with aclosing(paced(resumed(self._line, order), self._line.patience)) as stream:
            async for event in stream:
                if isinstance(event, StillWorking):
                    yield event
                    continue
                for told in telling.read(event):
                    yield telling.heard(told) if isinstance(told, Text) else told

    async def abort(self, session: Session | str) -> bool:
        """Stop the turn that runs; False when there was none."""
        answer = await self._line.post(f"/api/tasks/me/{_id_of(session)}/abort", is_repeatable=True)
        return bool(answer.data.get("aborted", True))

    async def state(self, session: Session | str) -> State:
        """Tell how a session stands."""
        answer = await self._line.get(f"/api/state/{_APP}/me/{_id_of(session)}/latest")
        return self._read(State, answer.data.get("state") or {})

    async def credits(self) -> Balance:
        """Tell the credits of this user."""
        return self._read(Balance, (await self._line.get("/api/credits/balance/simple")).data)

    async def projects(self) -> tuple[ProjectInfo, ...]:
        """List the projects of this user, the newest first. Only Saycut servers do."""
        data = (await self._line.get("/api/projects")).data
        return tuple(self._read(ProjectInfo, project) for project in data.get("projects") or ())

    async def remove(self, session: Session | str) -> None:
        """Remove a project with all it holds."""
        path = f"/apps/{_APP}/users/me/sessions/{_id_of(session)}"
        await self._line.call("DELETE", path, is_repeatable=True)

    async def undo(self, session: Session | str) -> Step:
        """Take the last edit back. Only Saycut servers have it as a call; else say "undo"."""
        answer = await self._line.post(f"/api/projects/{_id_of(session)}/undo")
        return self._read(Step, answer.data)

    async def redo(self, session: Session | str) -> Step:
        """Bring back the edit that was undone last."""
        answer = await self._line.post(f"/api/projects/{_id_of(session)}/redo")
        return self._read(Step, answer.data)

    async def edit(self, session: Session | str, operation: str, arguments: dict[str, Any]) -> Step:
        """Change a project by a typed operation. Only Saycut servers do."""
        body = {"name": operation, "arguments": arguments}
        answer = await self._line.post(f"/api/projects/{_id_of(session)}/edits", body)
        return self._read(Step, answer.data)

    async def order_export(
        self,
        session: Session | str,
        *,
        export_id: str | None = None,
        quality: str = "high",
        resolution: str | None = None,
        format: str = "mp4",  # noqa: A002 - the name of the wire
    ) -> ExportStatus:
        """Order a film; the same `export_id` and order again is the same job.

        Raises:
            NothingToExport: the timeline is empty.
            ExportBlocked: the plan does not export.
        """
        session_id, draft = _id_of(session), None
        if not await self.is_saycut():
            draft = (await self.state(session_id)).draft  # others want it sent along
            if not has_segments(draft):
                raise NothingToExport(session_id)
        output = {"format": format, "quality": quality}
        if resolution:
            output["resolution"] = resolution
        return await exporting.order_export(
            self._line, session_id, export_id or new_key("render"), output, draft
        )

    async def export_status(self, export_id: str) -> ExportStatus:
        """Tell how an export stands."""
        return await exporting.export_status(self._line, export_id)

    async def cancel_export(self, export_id: str) -> ExportStatus:
        """Stop an export; one that is over stays as it is."""
        return await exporting.cancel_export(self._line, export_id)

    async def fetch(
        self,
        export: ExportStatus,
        path: Path,
        *,
        watch: exporting.Watch = lambda _: None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Film:
        """Wait for an ordered film and bring it here, whole or not at all.

        `watch` is told how the export stands, `progress` how many bytes came, of how many (0:
        the server does not say).

        Raises:
            ExportFailed, FilmNotFetched
        """
        output = await exporting.finished(self._line, export, watch)
        size_bytes = await exporting.fetch_film(self._line, export.id, output, path, progress)
        return Film(path, export.id, output.model_copy(update={"size_bytes": size_bytes}))

    async def export(
        self,
        session: Session | str,
        path: Path,
        *,
        quality: str = "high",
        resolution: str | None = None,
        watch: exporting.Watch = lambda _: None,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Film:
        """Make the film of a session and bring it here: `order_export`, then `fetch`."""
        ordered = await self.order_export(session, quality=quality, resolution=resolution)
        return await self.fetch(ordered, path, watch=watch, progress=progress)

    def _read(self, model: type[M], raw: Any) -> M:
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise NotAServer(self.url, f"{where or 'the answer'} is not as it should be") from error


def _id_of(session: Session | str) -> str:
    return session.session_id if isinstance(session, Session) else session


def _is_url(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
