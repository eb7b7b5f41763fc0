"""The commands that look at projects and move between their versions; they render nothing."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from saycut.bootstrap import open_shelf
from saycut.cli.output import check_json_path, write_text
from saycut.cli.voice import Voice
from saycut.cli.where import do_where
from saycut.engine import Snapshot
from saycut.store import Project

if TYPE_CHECKING:  # at run time only those who talk to a server wait for it
    from saycut.client import Client

__all__ = ["Voice", "projects", "redo", "show", "undo", "write_draft"]


def show(project: str, *, draft: Path | None, voice: Voice, server: str | None = None) -> None:
    if draft:
        check_json_path(draft, [])
    _tell(project, "show", server, voice, draft)


def undo(project: str, *, voice: Voice, server: str | None = None) -> None:
    _tell(project, "undo", server, voice)


def redo(project: str, *, voice: Voice, server: str | None = None) -> None:
    _tell(project, "redo", server, voice)


def projects(*, voice: Voice, server: str | None = None) -> None:
    def here() -> Sequence[Project]:
        with open_shelf() as shelf:
            return shelf.projects()

    def there(client: "Client") -> Sequence[Project]:
        from saycut.cli.remoting import hold

        return [hold(project) for project in client.projects()]

    voice.projects(do_where(server, here, there))


def _tell(
    project: str,
    act: Literal["show", "undo", "redo"],
    server: str | None,
    voice: Voice,
    draft: Path | None = None,
) -> None:
    """Do something with a project, and tell how it stands then."""

    def here() -> Snapshot:
        with open_shelf() as shelf:
            return {"show": shelf.show, "undo": shelf.undo, "redo": shelf.redo}[act](project)

    def there(client: "Client") -> Snapshot:
        from saycut.cli.remoting import snapshot_after

        return snapshot_after(client, project, act)

    snapshot = do_where(server, here, there)
    write_draft(draft, snapshot)
    voice.timeline(snapshot)
    voice.end(snapshot)


def write_draft(path: Path | None, snapshot: Snapshot) -> None:
    """Write the draft as JSON, when a path for it is given."""
    if path:
        write_text(path, json.dumps(snapshot.wire, ensure_ascii=False, indent=1) + "\n")
