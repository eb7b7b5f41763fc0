"""The commands that look at projects and move between their versions; they render nothing."""

import json
from pathlib import Path

from saycut.bootstrap import open_shelf
from saycut.cli.output import check_json_path, write_text
from saycut.cli.voice import Voice
from saycut.engine import Snapshot

__all__ = ["Voice", "projects", "redo", "show", "undo", "write_draft"]


def show(project: str, *, draft: Path | None, voice: Voice) -> None:
    if draft:
        check_json_path(draft, [])
    with open_shelf() as shelf:
        snapshot = shelf.show(project)
    write_draft(draft, snapshot)
    voice.timeline(snapshot)
    voice.end(snapshot)


def undo(project: str, *, voice: Voice) -> None:
    with open_shelf() as shelf:
        snapshot = shelf.undo(project)
    voice.timeline(snapshot)
    voice.end(snapshot)


def redo(project: str, *, voice: Voice) -> None:
    with open_shelf() as shelf:
        snapshot = shelf.redo(project)
    voice.timeline(snapshot)
    voice.end(snapshot)


def projects(*, voice: Voice) -> None:
    with open_shelf() as shelf:
        found = shelf.projects()
    voice.projects(found)


def write_draft(path: Path | None, snapshot: Snapshot) -> None:
    """Write the draft as JSON, when a path for it is given."""
    if path:
        write_text(path, json.dumps(snapshot.wire, ensure_ascii=False, indent=1) + "\n")
