"""What a server tells, as the values that commands on this machine have."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Self

from saycut.cli.errors import FileNotTaken, NotOurServer
from saycut.cli.progress import Report, Transfer, shown
from saycut.client import (
    Client,
    ExportStatus,
    FileUnreadable,
    Film,
    ProjectInfo,
    State,
    ToolResult,
    TurnDone,
    TurnError,
    TurnFailed,
    UploadRefused,
)
from saycut.client.uploading import Report as UploadReport
from saycut.engine import Done, ExportReport, Refusal, Snapshot, Turn
from saycut.errors import SaycutError
from saycut.render import Check
from saycut.store import AmbiguousProject, Project, UnknownProject
from saycut.timeline import Asset, AssetKind, WireError
from saycut.timeline.wire import draft_from_wire

__all__ = [
    "Exchange",
    "Transfers",
    "film_of",
    "hold",
    "project_of",
    "snapshot_after",
    "snapshot_of_state",
    "take_in",
]

_EDIT_TOOL = "edit_project"
_EXPORT_TOOL = "export_video"


def project_of(client: Client, reference: str) -> Project:
    """Find a project of the user by its id or name.

    Raises:
        UnknownProject, AmbiguousProject
    """
    found = [p for p in client.projects() if reference in (p.id, p.name)]
    by_id = next((project for project in found if project.id == reference), None)
    if not found:
        raise UnknownProject(reference)
    if by_id is None and len(found) > 1:
        raise AmbiguousProject(reference, [project.id for project in found])
    return hold(by_id or found[0])


def hold(told: ProjectInfo) -> Project:
    """Give a project as the commands know it."""
    return Project(
        id=told.id, name=told.name, created_ms=told.created_ms, current=told.version, owner_id="me"
    )


def snapshot_after(
    client: Client, reference: str, act: Literal["show", "undo", "redo"]
) -> Snapshot:
    """Move between the versions of a project, or do not, and give it as it stands then."""
    found = project_of(client, reference)
    if act == "undo":
        client.undo(found.id)
    elif act == "redo":
        client.redo(found.id)
    return snapshot_of_state(client.state(found.id), found.id, found.name)


def snapshot_of_state(state: State, session_id: str, name: str) -> Snapshot:
    """Give a session as it stands. Raises NotOurServer: its draft cannot be read."""
    try:
        draft = draft_from_wire(state.draft)
        assets = {
            file.file_id: Asset(
                id=file.file_id,
                name=file.name,
                kind=AssetKind(file.kind),
                digest=file.hash,
                size_bytes=file.size_bytes or 0,
                duration_ms=file.duration_ms or 0,
                width=file.width or 0,
                height=file.height or 0,
                has_audio=bool(file.has_audio),
            )
            for file in state.files
        }
    except (WireError, ValueError) as error:
        raise NotOurServer(f"the state of session {session_id}") from error
    project = Project(
        id=session_id,
        name=state.name or name,
        created_ms=0,
        current=state.version,
        owner_id="me",
    )
    return Snapshot(project, draft, assets)


def take_in(
    client: Client, session_id: str, paths: Sequence[Path], report: UploadReport
) -> tuple[int, tuple[Refusal, ...]]:
    """Send files; gives how many were taken, and those that were not, in their order."""
    unreadable = {path: error for path in paths if (error := _trouble(path))}
    readable = [path for path in paths if path not in unreadable]
    try:
        uploaded = client.upload(session_id, readable, report=report) if readable else None
        rejected = list(uploaded.rejected) if uploaded else []
        taken = len(uploaded.files) if uploaded else 0
    except UploadRefused as refused:
        rejected, taken = list(refused.rejected), 0
    reasons: dict[str, SaycutError] = {
        file.name: FileNotTaken(file.code, file.reason) for file in rejected
    }
    refusals = [
        Refusal(path, path.name, reason)
        for path in paths
        if (reason := unreadable.get(path) or reasons.get(path.name))
    ]
    return taken, tuple(refusals)


def _trouble(path: Path) -> FileUnreadable | None:
    try:
        if path.exists() and not path.is_file():
            return FileUnreadable(path, "it is no regular file")
        with path.open("rb"):
            return None
    except OSError as error:
        return FileUnreadable(path, error.strerror or str(error))


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn on a server. `ordered` is the id of the export that its words asked for."""

    done: Done
    ordered: str | None = None

    @classmethod
    def of(
        cls,
        client: Client,
        session_id: str,
        name: str,
        text: str,
        before: State,
        refused: tuple[Refusal, ...] = (),
    ) -> Self:
        """Say something and wait for what comes of it. Raises TurnFailed."""
        results: dict[str, Any] = {}
        reply = ""
        for event in client.chat(session_id, text):
            match event:
                case ToolResult():
                    results[event.name] = event.response
                case TurnError():
                    raise TurnFailed(event.code, event.message)
                case TurnDone():
                    reply = event.text
        edited = results.get(_EDIT_TOOL, {})
        after = snapshot_of_state(client.state(session_id), session_id, name)
        turn = Turn(
            before=snapshot_of_state(before, session_id, name).draft,
            draft=after.draft,
            reply=reply,
            actions=tuple(edited.get("actions") or ()),
            unmet=tuple(edited.get("unmet") or ()),
            asked=bool(edited.get("asked")),
        )
        is_changed = bool(edited.get("changed", turn.changed))
        ordered = results.get(_EXPORT_TOOL, {}).get("id")
        return cls(Done(turn, after, is_changed, refused), ordered)


def film_of(film: Film) -> ExportReport:
    """Give what is known of a film that was fetched."""
    output, report = film.output, film.output.report
    checks = tuple(
        Check(str(c.get("name")), c.get("state", "unchecked"), str(c.get("detail") or ""))
        for c in report.get("checks") or ()
    )
    rate = Fraction(str(report.get("frame_rate") or 0))
    length_ms = output.duration_ms or 0
    return ExportReport(
        path=film.path,
        width=output.width or 0,
        height=output.height or 0,
        frame_rate=rate,
        frame_count=int(report.get("frame_count") or round(length_ms * rate / 1000)),
        duration_ms=length_ms,
        size_bytes=output.size_bytes or 0,
        loudness_lufs=report.get("loudness_lufs"),
        checks=checks,
        chunk_count=int(report.get("chunk_count") or 0),
        cached_chunks=int(report.get("cached_chunks") or 0),
        wall_s=float(report.get("wall_s") or 0),
        render_cpu_s=float(report.get("render_cpu_s") or 0),
        verify_cpu_s=float(report.get("verify_cpu_s") or 0),
    )


@dataclass(slots=True)
class Transfers:
    """Tells the bar of files on their way and of films being made."""

    report_amount: Report
    _began_s: dict[str, float] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def shown(cls, *, is_quiet: bool) -> "Iterator[Transfers]":
        with shown(is_quiet=is_quiet) as report:
            yield cls(report)

    def report(self, name: str, done_bytes: int, total_bytes: int) -> None:
        """A file is on its way to the server."""
        self._tell(f"sending {name}", done_bytes, total_bytes)

    def watch(self, status: ExportStatus) -> None:
        """An export is under way on the server."""
        stage = {"pending": "waiting"}.get(status.status, "rendering")
        self.report_amount(Transfer(stage, status.progress, 100, "%"))

    def progress(self, done_bytes: int, total_bytes: int) -> None:
        """A film is on its way here."""
        self._tell("fetching", done_bytes, total_bytes or done_bytes)

    def _tell(self, stage: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        took_s = now_s - self._began_s.setdefault(stage, now_s)
        self.report_amount(Transfer(stage, done, total, per_s=done / took_s if took_s > 0.2 else 0))
