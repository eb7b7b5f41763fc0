"""What the commands do that plan or render: check the outputs, ask the engine, tell the result."""

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from saycut.bootstrap import open_engine, plan_cases
from saycut.cli.errors import CasesRefused, Interrupted
from saycut.cli.library import write_draft
from saycut.cli.orders import Orders
from saycut.cli.output import check_film_path, check_json_path, free_path, write_text
from saycut.cli.progress import shown
from saycut.cli.voice import Voice
from saycut.cli.where import do_where
from saycut.engine import Engine, ExportReport, FilesRefused, Size, Snapshot
from saycut.errors import SaycutError

if TYPE_CHECKING:  # at run time only those who talk to a server wait for it
    from saycut.client import Client

__all__ = ["Voice", "edit", "export", "make", "plan"]

_CASES_SUFFIXES: Final = (".jsonl", ".json")


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
    server: str | None = None,
) -> None:
    wanted = Size.parse(size) if size is not None else None
    _check(output or free_path("film"), draft, files)
    text = _words(request)

    def here() -> None:
        with open_engine() as engine:
            with _hint_at_skipping(files):
                shape = wanted.shape if wanted else None
                done = engine.make(text, files, name=name, size=shape, skip_bad=skip_bad)
            write_draft(draft, done.snapshot)
            voice.turn(done)
            orders = Orders(done.turn, done.snapshot.draft.canvas)
            film = _film(engine, done.snapshot, output, wanted or orders.size, voice)
            voice.end(done.snapshot, film, list(orders.not_done(film)))

    def there(client: "Client") -> None:
        from saycut.cli import remote

        remote.make(
            client,
            text,
            files,
            output=output,
            size=wanted,
            draft=draft,
            name=name,
            skip_bad=skip_bad,
            voice=voice,
        )

    do_where(server, here, there)


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
    server: str | None = None,
) -> None:
    wanted = Size.parse(size) if size is not None else None
    _check(output, draft, files)
    text = _words(request)

    def here() -> None:
        with open_engine() as engine:
            with _hint_at_skipping(files):
                shape = wanted.shape if wanted else None
                done = engine.turn(project, text, files, size=shape, skip_bad=skip_bad)
            write_draft(draft, done.snapshot)
            voice.turn(done)
            if not (output or wanted or "export" in done.turn.actions):
                voice.end(done.snapshot)
                return
            orders = Orders(done.turn, done.snapshot.draft.canvas)
            film = _film(engine, done.snapshot, output, wanted or orders.size, voice)
            voice.end(done.snapshot, film, list(orders.not_done(film)))

    def there(client: "Client") -> None:
        from saycut.cli import remote

        remote.edit(
            client,
            project,
            text,
            files,
            output=output,
            size=wanted,
            draft=draft,
            skip_bad=skip_bad,
            voice=voice,
        )

    do_where(server, here, there)


def export(
    project: str,
    *,
    output: Path | None,
    size: str | None,
    voice: Voice,
    server: str | None = None,
) -> None:
    wanted = Size.parse(size) if size is not None else None
    _check(output or free_path("film"), None, [])

    def here() -> None:
        with open_engine() as engine:
            snapshot = engine.show(project)
            voice.end(snapshot, _film(engine, snapshot, output, wanted, voice))

    def there(client: "Client") -> None:
        from saycut.cli import remote

        remote.export(client, project, output=output, size=wanted, voice=voice)

    do_where(server, here, there)


def plan(cases: Path, output: Path, *, voice: Voice) -> None:
    check_json_path(output, [cases], suffixes=_CASES_SUFFIXES)
    given = _cases(cases)
    facts = list(plan_cases(given.values()))
    for number, record in zip(given, facts, strict=True):
        if record.get("error"):
            record["error"] = f"line {number}: {record['error']}"
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in facts)
    write_text(output, "".join(lines))
    voice.planned(output, len(facts), sum(bool(record.get("error")) for record in facts))


def _check(output: Path | None, draft: Path | None, files: Sequence[Path]) -> None:
    if output:
        check_film_path(output, files)
    if draft:
        check_json_path(draft, files, output)


def _cases(path: Path) -> dict[int, dict[str, Any]]:
    """Read the cases of a file, by the numbers of their lines."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise CasesRefused(path, getattr(error, "strerror", None) or str(error)) from error
    return {n: _case(path, n, line) for n, line in enumerate(lines, 1) if line.strip()}


def _case(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except ValueError as error:
        raise CasesRefused(path, f"line {number} is no JSON ({error})") from error
    if not isinstance(case, dict):
        raise CasesRefused(path, f"line {number} holds {line.strip()[:40]}, which is no object")
    return case


@contextmanager
def _hint_at_skipping(files: Sequence[Path]) -> Iterator[None]:
    try:
        yield
    except FilesRefused as refused:
        if len(refused.refused) < len(files):
            refused.add_note("leave them out, or let --skip-bad do so")
        raise


def _words(request: str) -> str:
    if request != "-":
        return request
    # Whatever wrote it need not write UTF-8; some letters are better than none.
    return sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")


def _film(
    engine: Engine, snapshot: Snapshot, output: Path | None, size: Size | None, voice: Voice
) -> ExportReport:
    """Export a film; whatever stops it, say that the project is kept and how to go on."""
    canvas = snapshot.draft.canvas
    destination = output or free_path(snapshot.project.name)
    is_quiet = voice.is_quiet or (voice.is_json and not sys.stderr.isatty())
    go_on = f"saycut export {snapshot.project.id} -o {shlex.quote(str(destination))}"
    go_on += f" --size {shlex.quote(size.text)}" if size else ""
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
