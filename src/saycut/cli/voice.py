"""How a command tells its result: lines for people, or one JSON object for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saycut.cli.plain import counted, printable
from saycut.engine import Snapshot
from saycut.engine.plain import one_line, whole_text
from saycut.store import Project

if TYPE_CHECKING:  # at run time they would load the planner and the decoders
    from saycut.engine import Done, ExportReport, Supplied

__all__ = ["Voice"]


@dataclass
class Voice:
    """Tells each part as it comes; JSON is gathered and written whole by the last part."""

    is_json: bool = False
    is_quiet: bool = False
    _gathered: dict[str, Any] = field(default_factory=dict)

    def turn(self, done: "Done") -> None:
        """Tell what a request led to, and which files were left out."""
        turn = done.turn
        self._gathered |= {
            "reply": turn.reply,
            "changed": done.is_changed,
            "asked": turn.asked,
            "unmet": list(turn.unmet),
            "actions": list(turn.actions),
            "skipped": [
                {"path": str(r.path), "code": r.error.code, "message": str(r.error)}
                for r in done.refused
            ],
        }
        self._say(turn.reply, *(f"Left out {r.path}: {r.error}" for r in done.refused), "")
        self.timeline(done.snapshot)

    def timeline(self, snapshot: "Snapshot | Supplied") -> None:
        """Tell what lies on the tracks."""
        draft = snapshot.draft
        self._gathered |= {
            "timeline": snapshot.summary,
            "duration_s": draft.duration_ms / 1000,
            "canvas": {
                "width": draft.canvas.width,
                "height": draft.canvas.height,
                "fps": float(draft.canvas.frame_rate),
            },
            "files": [
                {"id": asset.id, "name": asset.name, "kind": asset.kind.value}
                for asset in snapshot.assets.values()
            ],
        }
        canvas = draft.canvas
        shape = f"{canvas.width}x{canvas.height} at {_plain(float(canvas.frame_rate))} frames/s"
        self._say(snapshot.summary, f"{_length(draft.duration_ms)} long, {shape}", "")

    def end(
        self,
        snapshot: Snapshot,
        film: "ExportReport | None" = None,
        not_done: Sequence[str] = (),
    ) -> None:
        """Tell of the finished film, if there is one, what it is not, and where to go on."""
        project = snapshot.project
        next_steps = _next_steps(project, has_film=film is not None)
        self._gathered |= {
            "project": {"id": project.id, "name": project.name, "version": project.current},
            "export": asdict(film) if film else None,
            "unmet": [*self._gathered.get("unmet", ()), *not_done],
            "next": next_steps,
        }
        if film:
            self._say(*_film_lines(film), *(f"Not done: {what}" for what in not_done), "")
        self._say(f'Project {project.id} "{project.name}", version {project.current}. Next:')
        self._say(*(f"  {step}" for step in next_steps))
        self._write_json()

    def film(self, film: "ExportReport", next_steps: Sequence[str]) -> None:
        """Tell of a finished film that belongs to no project, and where to go on."""
        self._gathered |= {"export": asdict(film), "next": list(next_steps)}
        self._say(*_film_lines(film), "", "To change it by sentence, make a project of it:")
        self._say(*(f"  {step}" for step in next_steps))
        self._write_json()

    def projects(self, projects: Sequence[Project]) -> None:
        """List projects."""
        self._gathered["projects"] = [
            {"id": p.id, "name": p.name, "version": p.current, "created_ms": p.created_ms}
            for p in projects
        ]
        self._say(*(f"{p.id}  version {p.current:<3}  {one_line(p.name)}" for p in projects))
        if not projects:
            self._say('No projects yet. Make one: saycut make *.jpg song.mp3 -p "a short promo"')
        self._write_json()

    def planned(self, output: Path, count: int, failed_count: int) -> None:
        """Tell that cases were planned."""
        self._gathered |= {"path": str(output), "cases": count, "failed": failed_count}
        self._say(f"{counted(count, 'request')} planned, {failed_count} with an error: {output}")
        self._write_json()

    def _say(self, *lines: str) -> None:
        if not self.is_json:
            sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
            sys.stdout.flush()

    def _write_json(self) -> None:
        if self.is_json:
            text = whole_text(json.dumps(self._gathered, ensure_ascii=False, default=str))
            sys.stdout.write(f"{text}\n")


def _film_lines(film: "ExportReport") -> Iterable[str]:
    yield "Checked:"
    width = max((len(check.name) for check in film.checks), default=0)
    for check in film.checks:
        yield f"  {check.name:<{width}}  {check.state:<9}  {check.detail}".rstrip()
    size = f"{film.size_bytes / 1_000_000:.1f} MB"
    shape = f"{film.width}x{film.height} at {_plain(float(film.frame_rate))} frames/s"
    made = f"made in {film.wall_s:.1f} s"
    yield f"{film.path}: {_length(film.duration_ms)}, {shape}, {size}, {made}"


def _next_steps(project: Project, *, has_film: bool) -> list[str]:
    steps = [f'saycut edit {project.id} -p "..."']
    if not has_film:
        steps.append(f"saycut export {project.id} -o film.mp4")
    if project.current > 1:
        steps.append(f"saycut undo {project.id}")
    return steps


def _length(duration_ms: int) -> str:
    return f"{_plain(duration_ms / 1000)} s"


def _plain(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
