"""How a chat tells what happens: words for people as they come, or one JSON object a line."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from saycut.cli.doors import Brought
from saycut.cli.exits import code_of
from saycut.cli.plain import counted, printable
from saycut.cli.progress import Report, shown
from saycut.client import (
    Event,
    StillWorking,
    Suggestion,
    Text,
    ToolCall,
    ToolResult,
    TurnDone,
    TurnError,
)
from saycut.engine.plain import whole_text
from saycut.errors import SaycutError

if TYPE_CHECKING:  # at run time it would load the decoders
    from saycut.engine import ExportReport

__all__ = ["ChatVoice"]

_TYPES: Final = {
    Text: "text",
    ToolCall: "tool_call",
    ToolResult: "tool_result",
    StillWorking: "still_working",
    Suggestion: "suggestion",
    TurnError: "error",
    TurnDone: "done",
}


@dataclass
class ChatVoice:
    """People read words alone; programs also get the tool calls."""

    is_json: bool = False
    is_quiet: bool = False
    _is_within_line: bool = False

    def event(self, event: Event) -> None:
        """Tell what a turn tells."""
        if self.is_json:
            self._write({"type": _TYPES[type(event)], **asdict(event)})
            return
        match event:
            case Text(is_partial=True):
                self._print(event.text)
            case Text(is_repeat=False):
                self.line(event.text)
            case StillWorking():
                self.line(f"Still working... ({event.silent_s / 60:.0f} min)")
            case TurnError():
                self.line(event.message)
            case TurnDone():
                self._end_line()

    def line(self, text: str, kind: str = "notice") -> None:
        """Tell something in a line of its own."""
        if self.is_json:
            self._write({"type": kind, "text": text})
            return
        self._end_line()
        self._print(f"{text.rstrip()}\n")

    def brought(self, brought: Brought) -> None:
        """Tell which files were taken in."""
        if self.is_json:
            refused = [{"name": name, "reason": reason} for name, reason in brought.refused]
            files = list(brought.names)
            self._write({"type": "uploaded", "files": files, "rejected": refused})
            return
        if brought.names:
            self.line(f"Got {counted(len(brought.names), 'file')}: {', '.join(brought.names)}")
        for name, reason in brought.refused:
            self.line(f"Left out {name}: {reason}")

    def film(self, film: "ExportReport", next_steps: Sequence[str]) -> None:
        """Tell of a film that is here now."""
        if self.is_json:
            self._write({"type": "film", **asdict(film), "next": list(next_steps)})
            return
        length = f"{film.duration_ms / 1000:.2f}".rstrip("0").rstrip(".")
        shape = f", {film.width}x{film.height}" if film.width else ""
        self.line(f"{film.path}: {length} s{shape}, {film.size_bytes / 1e6:.1f} MB")
        for step in next_steps:
            self.line(f"  {step}")

    def error(self, error: SaycutError) -> None:
        """Tell what could not be done; the chat goes on."""
        message = "\n".join([str(error), *getattr(error, "__notes__", [])])
        if self.is_json:
            self._write({"type": "error", "code": str(code_of(error)), "message": message})
            return
        self._end_line()
        sys.stderr.write(f"saycut: {printable(message)}\n")
        sys.stderr.flush()

    @contextmanager
    def progress(self) -> Iterator[Report]:
        """Show how far uploads and films are."""
        self._end_line()
        is_quiet = self.is_quiet or (self.is_json and not sys.stderr.isatty())
        with shown(is_quiet=is_quiet) as report:
            yield report

    def _print(self, text: str) -> None:
        sys.stdout.write(printable(text))
        sys.stdout.flush()
        self._is_within_line = not text.endswith("\n")

    def _end_line(self) -> None:
        if self._is_within_line:
            self._print("\n")

    def _write(self, said: dict[str, Any]) -> None:
        text = whole_text(json.dumps(said, ensure_ascii=False, default=str))
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
