"""What is known of a source file, as values: what probing read and what analysis found.

Moments are in media time. Boxes and points are shares of the upright picture, 0..1.
A fact that was not looked for, or not found, is empty.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from saycut.timeline.canvas import Rect

__all__ = ["Asset", "AssetKind", "Facts", "Word"]


class AssetKind(StrEnum):
    VIDEO = "video"  # moving pictures, with or without sound; animated GIF and WebP too
    IMAGE = "image"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word and when it sounds."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What analysis found.

    `faces` are boxes, the largest first; `focus` is the point that should stay in view
    (faces, else the most salient part); `palette` holds `#rrggbb`, the most telling first.
    `beats_ms` and `downbeats_ms` are sorted; `tempo_bpm` None means no steady beat.
    `loudness_lufs` is of the whole file. `silences_ms` and `scenes_ms` are sorted pairs and
    starts of shots. `lights` says how light the brightest parts of the picture are, for each
    cell of a 3x3 grid, row by row: a twentieth of the cell is lighter than a grey of this
    gamma-coded value (0..1).
    """

    faces: tuple[Rect, ...] = ()
    focus: tuple[float, float] | None = None
    palette: tuple[str, ...] = ()
    lights: tuple[float, ...] = ()
    beats_ms: tuple[int, ...] = ()
    downbeats_ms: tuple[int, ...] = ()
    tempo_bpm: float | None = None
    loudness_lufs: float | None = None
    silences_ms: tuple[tuple[int, int], ...] = ()
    scenes_ms: tuple[int, ...] = ()
    words: tuple[Word, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A source file we hold. `name` is the user's label, never a path.

    `digest` is the SHA-256 of the content, in hex. `width` and `height` are those of the
    upright picture with square pixels (rotation and sample aspect applied). `duration_ms`
    is 0 for a still.
    """

    id: str
    name: str
    kind: AssetKind
    digest: str
    size_bytes: int = 0
    duration_ms: int = 0
    width: int = 0
    height: int = 0
    frame_rate: Fraction | None = None
    has_audio: bool = False
    has_alpha: bool = False
    facts: Facts = field(default_factory=Facts)
