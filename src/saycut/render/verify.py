"""Looks at what was made before it is called done.

Pixels are verified once per chunk, in the worker that made it, and the verdict is cached
with the chunk. The encoded chunk is decoded again and compared, as small pictures, with what
was composed; and what was composed is held against the plan.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.render.colour import BLACK_YUV, yuv_of
from saycut.render.plan import ColourDraw, Draw, TextDraw
from saycut.render.warp import Plane

__all__ = ["Check", "Composed", "State", "Verdict", "verify_chunk"]

# 30 x 30 pixels of a 1080p frame each: codec noise averages out, a wrong picture does not.
_THUMBNAIL_PX: Final = (64, 36)
# A third of the rows says as much, and costs 0.2 ms a frame instead of 0.6.
_ROWS_SKIPPED: Final = 2
# At CRF 20 the worst thumbnail of busy footage is off by less than 2 code values.
_DIFFERENCE_MAX: Final = 6.0
# Mean luma of a black frame with a little noise (16 is black).
_BLACK_LUMA_MAX: Final = 20.0


class State(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNSETTLED = "unsettled"  # may be as meant; a person should look


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, how it came out, and the figures behind it."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What decoding a chunk showed.

    `decoded_frames` should be the planned count. `difference` is the largest mean difference
    of a decoded thumbnail from the composed one, in code values. `black_frames` are black
    although the plan shows something; `stuck_frames` stand still although what was composed
    moved. `missing` holds characters that no font has.
    """

    decoded_frames: int
    has_even_pts: bool
    difference: float
    black_frames: int
    stuck_frames: int
    missing: str = ""

    @property
    def is_sound(self) -> bool:
        return self.has_even_pts and self.difference <= _DIFFERENCE_MAX and not self.stuck_frames


@dataclass(slots=True)
class Composed:
    """What was drawn: small luma pictures, uint8[36, 64] each; characters that no font has."""

    taken: list[Plane] = field(default_factory=list)
    missing: str = ""

    def take(self, luma: Plane) -> None:
        self.taken.append(_small(luma))


def verify_chunk(fragment: bytes, composed: Composed, draws: Sequence[Sequence[Draw]]) -> Verdict:
    """Decode a chunk and hold it against what was composed and planned."""
    decoded, has_even_pts = _decode(fragment)
    pairs = list(zip(decoded, composed.taken, strict=False))
    return Verdict(
        decoded_frames=len(decoded),
        has_even_pts=has_even_pts,
        difference=max((_difference(a, b) for a, b in pairs), default=255.0),
        black_frames=sum(
            float(picture.mean()) <= _BLACK_LUMA_MAX and _shows_light(planned)
            for picture, planned in zip(decoded, draws, strict=False)
        ),
        stuck_frames=_stuck(decoded, composed.taken),
        missing=composed.missing,
    )


def _decode(fragment: bytes) -> tuple[list[Plane], bool]:
    with av.open(io.BytesIO(fragment), "r", format="mp4") as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        # Frames no other frame is made from may stay unsmoothed: a tenth of the cost, and less
        # than the difference that thumbnails can see.
        stream.codec_context.options = {"skip_loop_filter": "noref"}
        pictures, stamps = [], []
        for frame in container.decode(stream):
            plane = frame.planes[0]
            luma = np.frombuffer(memoryview(plane), np.uint8)
            pictures.append(_small(luma.reshape(plane.height, plane.line_size)[:, : plane.width]))
            stamps.append(frame.pts)
    steps = np.diff(np.array(stamps, np.int64))
    return pictures, stamps[:1] == [0] and bool(np.all(steps == steps[:1]))


def _small(luma: Plane) -> Plane:
    rows = luma[:: _ROWS_SKIPPED + 1]
    return np.asarray(cv2.resize(rows, _THUMBNAIL_PX, interpolation=cv2.INTER_AREA), np.uint8)


def _difference(one: Plane, other: Plane) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


def _shows_light(draws: Sequence[Draw]) -> bool:
    """Tell whether the plan draws something on this frame that is not meant to be black."""
    shown = 0.0
    for draw in draws:
        if isinstance(draw, TextDraw):
            continue
        light = 1.0
        if isinstance(draw, ColourDraw):
            light = 0.0 if yuv_of(draw.colour)[0] <= BLACK_YUV[0] + 4 else 1.0
        else:
            light = 1 - draw.dim
        shown += (light - shown) * draw.opacity
    return shown > 0.5


def _stuck(decoded: Sequence[Plane], composed: Sequence[Plane]) -> int:
    """Count frames that repeat the one before although the composed picture changed plainly."""

    def steps(pictures: Sequence[Plane]) -> NDArray[np.float64]:
        return np.array([_difference(a, b) for a, b in pairwise(pictures)])

    if len(decoded) != len(composed):
        return 0
    moved, seen = steps(composed), steps(decoded)
    return int(np.sum((moved > 1.0) & (seen == 0.0)))
