"""A chat with the engine of this machine."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from saycut.cli.doors import EXPORT_TOOL, Brought
from saycut.cli.output import check_film_path, free_path
from saycut.cli.progress import Report
from saycut.client import Event, Text, ToolResult, TurnDone
from saycut.client.uploading import Report as UploadReport
from saycut.engine import Engine, ExportReport, Given, Snapshot, name_of, new_id
from saycut.engine.plain import file_label
from saycut.timeline import Draft

__all__ = ["DoorHere"]

_UNTITLED = "chat"


class DoorHere:
    """Turns and films made by this process; the data folder is ours while the chat lasts."""

    def __init__(self, engine: Engine, project: str | None) -> None:
        self._engine = engine
        self.project_id = engine.show(project).project.id if project else None

    def close(self) -> None:
        self._engine.close()

    def new(self) -> None:
        self.project_id = None

    def bring(self, files: Sequence[Path | str], report: UploadReport) -> Brought:
        del report  # nothing travels
        paths = [file for file in files if isinstance(file, Path)]
        intake = self._engine.inspect([Given(path, file_label(path)) for path in paths])
        if intake.taken:
            self._engine.keep(self._project(_UNTITLED), intake.taken)
        refused = [(refusal.name, str(refusal.error)) for refusal in intake.refused]
        refused += [
            (file, "this machine fetches nothing by address: give the file, or use --server")
            for file in files
            if isinstance(file, str)
        ]
        return Brought(tuple(taken.asset.name for taken in intake.taken), tuple(refused))

    def say(self, text: str) -> Iterator[Event]:
        before = self._engine.show(self._project(name_of(Draft(), text)))
        done = self._engine.respond(before, text)
        yield Text(done.turn.reply)
        if "export" in done.turn.actions:
            yield ToolResult("", EXPORT_TOOL, {})
        yield TurnDone(done.turn.reply, {"version": done.snapshot.project.revision})

    def stop(self) -> bool:
        return True  # what is written is written at once, at the end

    def timeline(self) -> str:
        return self._snapshot().summary

    def credits(self) -> str:
        return "No limits: it all happens on this machine."

    def export(self, path: Path | None, ordered: str | None, report: Report) -> ExportReport:
        del ordered
        snapshot = self._snapshot()
        destination = path or free_path(snapshot.project.name)
        check_film_path(destination, [])
        return self._engine.export(snapshot, destination, progress=report)

    def undo(self) -> str:
        return self._engine.undo(self._snapshot().project.id).summary

    def redo(self) -> str:
        return self._engine.redo(self._snapshot().project.id).summary

    def next_steps(self) -> Sequence[str]:
        return [f"saycut chat --project {self.project_id}"] if self.project_id else []

    def _snapshot(self) -> Snapshot:
        return self._engine.show(self._project(_UNTITLED))

    def _project(self, name: str) -> str:
        if self.project_id is None:
            made = new_id()
            with self._engine.store.transaction() as tx:
                tx.projects.create(made, name, Draft())
            self.project_id = made
        return self.project_id
