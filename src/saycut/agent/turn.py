"""What one request did: the value that every door hands on."""

from dataclasses import dataclass

from saycut.timeline import Draft

__all__ = ["Chapter", "OutputOrder", "Sidecar", "Turn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOrder:
    """A file that was asked for. What is None was left to the export's defaults.

    `width` and `height` in pixels; `aspect` as `9:16` when the shape differs from the canvas;
    `start_ms` to `end_ms` of the film's clock when only a part is wanted.
    """

    format: str = "mp4"
    width: int | None = None
    height: int | None = None
    aspect: str | None = None
    codec: str | None = None
    max_mb: float | None = None
    audio_kbps: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file beside an output: `srt`, `vtt` or `txt` in a language (BCP 47)."""

    format: str
    language: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named place in the film."""

    at_ms: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a request led to.

    `draft` is the new draft, or the old one when nothing changed. `reply` is for the person
    and never empty. `actions` are for the caller to carry out: `export`, `credits`, `status`,
    `upload`, `share`, `undo`, `redo`. `unmet` names what was asked and could not be done.
    `asked` tells that the reply asks for something. `language` is that of the reply (BCP 47).
    """

    before: Draft
    draft: Draft
    reply: str
    actions: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    asked: bool = False
    outputs: tuple[OutputOrder, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    language: str = "en"

    @property
    def changed(self) -> bool:
        return self.draft != self.before
