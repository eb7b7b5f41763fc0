"""The commands that take drafts as files: a film of one, or a project of one."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from saycut.bootstrap import open_engine, settings_of_environment, workshop_of
from saycut.cli.errors import Interrupted
from saycut.cli.output import check_film_path, free_path
from saycut.cli.progress import shown
from saycut.cli.voice import Voice
from saycut.engine import DraftFile, Size, name_of, read_draft, render_draft, supply
from saycut.engine.drafts import assigned

__all__ = ["Voice", "import_draft", "render"]


def render(
    draft: Path, words: Sequence[Path], *, output: Path | None, size: str | None, voice: Voice
) -> None:
    wanted = Size.parse(size) if size is not None else None
    file = read_draft(draft)
    destination = output or free_path(name_of(file.draft, draft.stem))
    check_film_path(destination, _inputs(file, words))
    workshop = workshop_of(settings_of_environment())
    supplied = supply(
        file, words, worker_count=workshop.worker_count, max_pixels=workshop.max_pixels
    )
    voice.timeline(supplied)
    canvas = file.draft.canvas
    pixels = wanted.on(canvas.width, canvas.height) if wanted else None
    is_quiet = voice.is_quiet or (voice.is_json and not sys.stderr.isatty())
    try:
        with shown(is_quiet=is_quiet) as report:
            film = render_draft(supplied, destination, workshop, size=pixels, progress=report)
    except KeyboardInterrupt as stop:
        raise Interrupted(
            "stopped: nothing half-written is left, and the parts that are finished are kept; "
            "the same command goes on from there"
        ) from stop
    voice.film(film, [f"saycut import {shlex.quote(str(draft))} FILES..."])


def import_draft(draft: Path, words: Sequence[Path], *, name: str | None, voice: Voice) -> None:
    file = read_draft(draft)
    with open_engine() as engine:
        snapshot = engine.import_draft(file, words, name=name)
    voice.timeline(snapshot)
    voice.end(snapshot)


def _inputs(file: DraftFile, words: Sequence[Path]) -> list[Path]:
    return [file.path, *(path for _, path in assigned(words, file.labels))]
