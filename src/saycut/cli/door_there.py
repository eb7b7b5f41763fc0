"""A chat with a server, ours or another of the family."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from saycut.cli.doors import Brought
from saycut.cli.output import check_film_path, free_path
from saycut.cli.progress import Report
from saycut.cli.remoting import Transfers, film_of, project_of
from saycut.client import (
    Client,
    Event,
    NoCredits,
    SessionGone,
    Text,
    TurnDone,
    UploadRefused,
    timeline_of,
)
from saycut.client.uploading import Report as UploadReport
from saycut.engine import ExportReport
from saycut.errors import SaycutError

__all__ = ["DoorThere"]

_NEW_SESSION = "The server does not know this session any more; this is a new one."


class DoorThere:
    """Turns and films made by a server."""

    def __init__(self, client: Client, project: str | None) -> None:
        self._client = client
        self._name = "project"
        self.project_id: str | None = None
        if project and client.is_saycut():
            found = project_of(client, project)
            self.project_id, self._name = found.id, found.name
        elif project:
            client.state(project)
            self.project_id = project

    def close(self) -> None:
        self._client.close()

    def new(self) -> None:
        self.project_id = None

    def bring(self, files: Sequence[Path | str], report: UploadReport) -> Brought:
        try:
            uploaded = self._client.upload(self._session(), files, report=report)
        except UploadRefused as refused:
            rejected = [(file.name, file.reason) for file in refused.rejected]
            return Brought((), tuple(rejected or [("the files", refused.message)]))
        return Brought(
            tuple(file.name for file in uploaded.files),
            tuple((file.name, file.reason) for file in uploaded.rejected),
        )

    def say(self, text: str) -> Iterator[Event]:
        try:
            yield from self._client.chat(self._session(), text)
        except SessionGone:
            self.project_id = None
            yield Text(f"{_NEW_SESSION}\n", is_partial=True)
            yield from self._client.chat(self._session(), text)
        except NoCredits as error:
            if bind_id := self._bind_id():
                error.add_note(f"register for more: {self._client.url}/register?bind={bind_id}")
            raise

    def stop(self) -> bool:
        return self._client.abort(self._session())

    def timeline(self) -> str:
        return timeline_of(self._client.state(self._session()))

    def credits(self) -> str:
        balance = self._client.credits()
        held = f", {balance.frozen} held by running work" if balance.frozen else ""
        return f"{balance.available} credits{held}"

    def export(self, path: Path | None, ordered: str | None, report: Report) -> ExportReport:
        destination = path or free_path(self._film_name())
        check_film_path(destination, [])
        status = (
            self._client.export_status(ordered)
            if ordered
            else self._client.order_export(self._session())
        )
        transfers = Transfers(report)
        try:
            film = self._client.fetch(
                status, destination, watch=transfers.watch, progress=transfers.progress
            )
        except KeyboardInterrupt:
            with suppress(SaycutError):
                self._client.cancel_export(status.id)
            raise
        return film_of(film)

    def undo(self) -> str:
        return self._moved("undo")

    def redo(self) -> str:
        return self._moved("redo")

    def next_steps(self) -> Sequence[str]:
        if self.project_id is None:
            return []
        steps = [f"saycut chat --project {self.project_id} --server {self._client.url}"]
        with suppress(SaycutError):
            steps.append(self._client.claim_link(self.project_id))
        return steps

    def _moved(self, word: str) -> str:
        session = self._session()
        if not self._client.is_saycut():
            events = self._client.chat(session, word)
            return next((event.text for event in events if isinstance(event, TurnDone)), "")
        step = self._client.undo(session) if word == "undo" else self._client.redo(session)
        return step.timeline

    def _film_name(self) -> str:
        if self._name != "project":
            return self._name
        return self._client.state(self._session()).name or "film"

    def _bind_id(self) -> str:
        with suppress(SaycutError):
            return self._client.state(self._session()).bind_id
        return ""

    def _session(self) -> str:
        if self.project_id is None:
            self.project_id = self._client.create_session().session_id
        return self.project_id
