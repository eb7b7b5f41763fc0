"""What a chat talks to: the engine of this machine, or a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from saycut.cli.progress import Report
from saycut.client import Event
from saycut.client.uploading import Report as UploadReport

if TYPE_CHECKING:  # at run time it would load the decoders
    from saycut.engine import ExportReport

__all__ = ["EXPORT_TOOL", "Brought", "Door"]

# The tool call of a turn whose words asked for the film.
EXPORT_TOOL = "export_video"


@dataclass(frozen=True, slots=True)
class Brought:
    """Files that were taken in, by name, and those that were not, with the reason."""

    names: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


class Door(Protocol):
    """One project at a time; it is made when something is to go into it."""

    @property
    def project_id(self) -> str | None:
        """The project that is talked about; None before there is one."""
        ...

    def close(self) -> None: ...

    def new(self) -> None:
        """Begin another project."""
        ...

    def bring(self, files: Sequence[Path | str], report: UploadReport) -> Brought:
        """Take files in."""
        ...

    def say(self, text: str) -> Iterator[Event]:
        """Say something; what comes of it, as a client tells it."""
        ...

    def stop(self) -> bool:
        """Stop what was said last; False when it had ended."""
        ...

    def timeline(self) -> str:
        """Tell how the project stands."""
        ...

    def credits(self) -> str:
        """Tell what there is to spend."""
        ...

    def export(self, path: Path | None, ordered: str | None, report: Report) -> "ExportReport":
        """Make the film; `ordered` is an export that is under way already."""
        ...

    def undo(self) -> str:
        """Take the last edit back; tells how the project stands then."""
        ...

    def redo(self) -> str:
        """Bring back what was undone last; tells how the project stands then."""
        ...

    def next_steps(self) -> Sequence[str]:
        """Give commands and links that lead on from here."""
        ...
