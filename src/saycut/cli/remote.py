"""The commands that make films on a server: the same results as on this machine, over HTTP."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from saycut.cli.errors import Interrupted
from saycut.cli.library import write_draft
from saycut.cli.output import free_path
from saycut.cli.progress import shown
from saycut.cli.remoting import (
    Exchange,
    Transfers,
    film_of,
    project_of,
    snapshot_after,
    take_in,
)
from saycut.cli.voice import Voice
from saycut.client import Client, ExportStatus
from saycut.engine import (
    Done,
    EmptyRequest,
    ExportReport,
    FilesRefused,
    NotDone,
    Refusal,
    Size,
    Snapshot,
    name_of,
)
from saycut.engine.plain import one_line, whole_text
from saycut.engine.shape import has_shape
from saycut.errors import SaycutError
from saycut.render import ShapeMismatch
from saycut.store import NameTaken
from saycut.timeline import Draft

__all__ = ["edit", "export", "make"]


def make(
    client: Client,
    request: str,
    files: Sequence[Path],
    *,
    output: Path | None,
    size: Size | None,
    draft: Path | None,
    name: str | None,
    skip_bad: bool,
    voice: Voice,
) -> None:
    text = _words(request)
    label = _free(client, name) if name is not None else name_of(Draft(), text)
    session = client.create_session(label).session_id
    with _removed_on_failure(client, session):
        refused = _sent(client, session, files, skip_bad=skip_bad, voice=voice)
        if size and size.shape:
            sides = dict(zip(("width_px", "height_px"), size.shape, strict=True))
            client.edit(session, "set_canvas", sides)
        exchange = _said(client, session, label, text, refused)
        if not exchange.done.is_changed:
            raise NotDone(exchange.done.turn)
        _check_shape(exchange.done.snapshot, size)
    _finish(client, exchange, output, size, draft, voice, is_wanted=True)


def edit(
    client: Client,
    project: str,
    request: str,
    files: Sequence[Path],
    *,
    output: Path | None,
    size: Size | None,
    draft: Path | None,
    skip_bad: bool,
    voice: Voice,
) -> None:
    text = _words(request)
    found = project_of(client, project)
    refused = _sent(client, found.id, files, skip_bad=skip_bad, voice=voice)
    exchange = _said(client, found.id, found.name, text, refused)
    if not exchange.done.is_changed and not exchange.done.turn.actions:
        raise NotDone(exchange.done.turn)
    try:
        _check_shape(exchange.done.snapshot, size)
    except ShapeMismatch:
        client.undo(found.id)
        raise
    _finish(client, exchange, output, size, draft, voice, is_wanted=bool(output or size))


def export(
    client: Client, project: str, *, output: Path | None, size: Size | None, voice: Voice
) -> None:
    snapshot = snapshot_after(client, project, "show")
    voice.end(snapshot, _film(client, snapshot, output, size, voice))


def _words(request: str) -> str:
    if not request.strip():
        raise EmptyRequest
    return whole_text(request)


def _free(client: Client, name: str) -> str:
    label = one_line(name)
    for project in client.projects():
        if project.name == label:
            raise NameTaken(label, project.id)
    return label


@contextmanager
def _removed_on_failure(client: Client, session: str) -> Iterator[None]:
    """A project that came to nothing is not left behind."""
    try:
        yield
    except BaseException:
        with suppress(SaycutError):
            client.remove(session)
        raise


def _sent(
    client: Client, session: str, files: Sequence[Path], *, skip_bad: bool, voice: Voice
) -> tuple[Refusal, ...]:
    """Bring files to a session; gives those that it goes on without. Raises FilesRefused."""
    if not files:
        return ()
    with Transfers.shown(is_quiet=_is_quiet(voice)) as transfers:
        taken, refused = take_in(client, session, files, transfers.report)
    if refused and not (skip_bad and taken):
        error = FilesRefused(refused)
        if len(refused) < len(files):
            error.add_note("leave them out, or let --skip-bad do so")
        raise error
    return refused


def _said(
    client: Client, session: str, name: str, text: str, refused: tuple[Refusal, ...]
) -> Exchange:
    before = client.state(session)
    try:
        return Exchange.of(client, session, name, text, before, refused)
    except KeyboardInterrupt as stop:
        with suppress(SaycutError):
            client.abort(session)
        raise Interrupted("stopped: nothing was made or changed") from stop


def _check_shape(snapshot: Snapshot, size: Size | None) -> None:
    if size and size.shape and not has_shape(snapshot.draft.canvas, size.shape):
        raise ShapeMismatch(size.shape, snapshot.draft.canvas.ratio)


def _finish(
    client: Client,
    exchange: Exchange,
    output: Path | None,
    size: Size | None,
    draft: Path | None,
    voice: Voice,
    *,
    is_wanted: bool,
) -> None:
    done: Done = exchange.done
    write_draft(draft, done.snapshot)
    voice.turn(done)
    if not (is_wanted or exchange.ordered):
        voice.end(done.snapshot)
        return
    # What the words ordered is on its way; another size on the command line is another film.
    ordered = None if size else exchange.ordered
    voice.end(done.snapshot, _film(client, done.snapshot, output, size, voice, ordered))


def _film(
    client: Client,
    snapshot: Snapshot,
    output: Path | None,
    size: Size | None,
    voice: Voice,
    ordered: str | None = None,
) -> ExportReport:
    canvas, session = snapshot.draft.canvas, snapshot.project.id
    destination = output or free_path(snapshot.project.name)
    go_on = f"saycut export {session} -o {shlex.quote(str(destination))} --server {client.url}"
    pixels = size.on(canvas.width, canvas.height) if size else None
    status: ExportStatus | None = None
    try:
        with shown(is_quiet=_is_quiet(voice)) as report:
            status = (
                client.export_status(ordered)
                if ordered
                else client.order_export(
                    session, resolution=f"{pixels[0]}x{pixels[1]}" if pixels else None
                )
            )
            transfers = Transfers(report)
            film = client.fetch(
                status, destination, watch=transfers.watch, progress=transfers.progress
            )
    except KeyboardInterrupt as stop:
        if status is not None:
            with suppress(SaycutError):
                client.cancel_export(status.id)
        raise Interrupted(
            "stopped: nothing half-written is left, and the parts that are finished are kept; "
            f"go on with {go_on}"
        ) from stop
    except SaycutError as error:
        error.add_note(f"the project is kept; when this is solved: {go_on}")
        raise
    return film_of(film)


def _is_quiet(voice: Voice) -> bool:
    return voice.is_quiet or (voice.is_json and not sys.stderr.isatty())
