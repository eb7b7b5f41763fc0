"""What each command does: check the outputs, ask the engine, tell the result."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from saycut.bootstrap import (
    Engine,
    ExportReport,
    FilesRefused,
    Snapshot,
    Turn,
    plan_cases,
)
from saycut.cli.errors import CasesRefused, Interrupted
from saycut.cli.output import check_film_path, check_json_path, free_path, write_text
from saycut.cli.progress import shown
from saycut.cli.sizes import Size
from saycut.cli.voice import Voice
from saycut.errors import SaycutError

__all__ = ["Voice", "edit", "export", "make", "plan", "projects", "redo", "show", "undo"]


def make(
    request: str,
    files: Sequence[Path],
    *,
    output: Path | None,
    size: str | None,
    draft: Path | None,
    name: str | None,
    skip_bad: bool,
    voice: Voice,
) -> None:
    wanted = Size.parse(size) if size else None
    _check(output, draft, files)
    text = _words(request)
    with Engine.open() as engine:
        with _hint_at_skipping(files):
            shape = wanted.shape if wanted else None
            done = engine.make(text, files, name=name, size=shape, skip_bad=skip_bad)
        _write_draft(draft, done.snapshot)
        voice.turn(done)
        film = _film(engine, done.snapshot, output, wanted or _ordered(done.turn), voice)
        voice.end(done.snapshot, film)


def edit(
    project: str,
    request: str,
    files: Sequence[Path],
    *,
    output: Path | None,
    size: str | None,
    draft: Path | None,
    skip_bad: bool,
    voice: Voice,
) -> None:
    wanted = Size.parse(size) if size else None
    _check(output, draft, files)
    text = _words(request)
    with Engine.open() as engine:
        with _hint_at_skipping(files):
            done = engine.turn(project, text, files, skip_bad=skip_bad)
        _write_draft(draft, done.snapshot)
        voice.turn(done)
        film = None
        if output or wanted or "export" in done.turn.actions:
            film = _film(engine, done.snapshot, output, wanted or _ordered(done.turn), voice)
        voice.end(done.snapshot, film)


def export(project: str, *, output: Path | None, size: str | None, voice: Voice) -> None:
    wanted = Size.parse(size) if size else None
    _check(output, None, [])
    with Engine.open() as engine:
        snapshot = engine.show(project)
        voice.end(snapshot, _film(engine, snapshot, output, wanted, voice))


def show(project: str, *, draft: Path | None, voice: Voice) -> None:
    _check(None, draft, [])
    with Engine.open() as engine:
        snapshot = engine.show(project)
    _write_draft(draft, snapshot)
    voice.timeline(snapshot)
    voice.end(snapshot)


def undo(project: str, *, voice: Voice) -> None:
    with Engine.open() as engine:
        snapshot = engine.undo(project)
    voice.timeline(snapshot)
    voice.end(snapshot)


def redo(project: str, *, voice: Voice) -> None:
    with Engine.open() as engine:
        snapshot = engine.redo(project)
    voice.timeline(snapshot)
    voice.end(snapshot)


def projects(*, voice: Voice) -> None:
    with Engine.open() as engine:
        voice.projects(engine.projects())


def plan(cases: Path, output: Path, *, voice: Voice) -> None:
    check_json_path(output)
    try:
        given = [json.loads(line) for line in cases.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise CasesRefused(cases, str(error)) from error
    facts = list(plan_cases(given))
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in facts)
    write_text(output, "".join(lines))
    voice.planned(output, len(facts), sum(bool(record.get("error")) for record in facts))


def _check(output: Path | None, draft: Path | None, files: Sequence[Path]) -> None:
    if output:
        check_film_path(output, files)
    if draft:
        check_json_path(draft)


@contextmanager
def _hint_at_skipping(files: Sequence[Path]) -> Iterator[None]:
    try:
        yield
    except FilesRefused as refused:
        if len(refused.refused) < len(files):
            refused.add_note("leave them out, or let --skip-bad do so")
        raise


def _words(request: str) -> str:
    return sys.stdin.read() if request == "-" else request


def _ordered(turn: Turn) -> Size | None:
    """Give the size of the film that the words of the request ask for, if they name one."""
    order = next(iter(turn.outputs), None)
    if order is None or not order.width or not order.height:
        return None
    return Size.parse(f"{order.width}x{order.height}")


def _write_draft(path: Path | None, snapshot: Snapshot) -> None:
    if path:
        write_text(path, json.dumps(snapshot.wire, ensure_ascii=False, indent=1) + "\n")


def _film(
    engine: Engine, snapshot: Snapshot, output: Path | None, size: Size | None, voice: Voice
) -> ExportReport:
    """Export a film; whatever stops it, say that the project is kept and how to go on."""
    canvas = snapshot.draft.canvas
    destination = output or free_path(snapshot.project.name)
    is_quiet = voice.is_quiet or (voice.is_json and not sys.stderr.isatty())
    go_on = f"saycut export {snapshot.project.id} -o {destination}"
    try:
        pixels = size.on(canvas.width, canvas.height) if size else None
        with shown(is_quiet=is_quiet) as report:
            return engine.export(snapshot, destination, size=pixels, progress=report)
    except KeyboardInterrupt as stop:
        raise Interrupted(
            "stopped: nothing half-written is left, and the parts that are finished are kept; "
            f"go on with {go_on}"
        ) from stop
    except SaycutError as error:
        error.add_note(f"the project is kept; when this is solved: {go_on}")
        raise
