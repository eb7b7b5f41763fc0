"""Chunks: runs of whole closed GOPs of the timeline, rendered apart and in any order.

A chunk is a pure function of its key: the same key gives the same bytes, wherever it is
rendered and whatever film it is part of.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from saycut.render.compose import Compositor
from saycut.render.encode import ChunkEncoder, Encoding
from saycut.render.plan import Draw, RenderPlan
from saycut.render.sources import Sources
from saycut.render.verify import Composed, Verdict, verify_chunk
from saycut.timeline import Canvas

__all__ = ["CHUNK_MS", "Chunk", "ChunkRender", "chunks_of", "render_chunk"]

# Part of every key: raise it when the same draws come to give other pixels.
RENDER_VERSION: Final = 2

# Closed two-second GOPs cost nothing against one stream (size x 0.95, CPU x 0.96), and a
# changed title costs no more than the chunks it touches.
CHUNK_MS: Final = 2000

# Frames between two reports of progress.
_REPORT_FRAMES: Final = 10


@dataclass(frozen=True, slots=True)
class Chunk:
    """What to render: the frames `first` to `end` of a film, whose `plan` shows nothing else.

    The draws are worked out when they are needed: those of an hour would fill the memory.
    """

    plan: RenderPlan
    encoding: Encoding
    first: int
    end: int

    @property
    def canvas(self) -> Canvas:
        return self.plan.canvas

    @property
    def frame_count(self) -> int:
        return self.end - self.first

    def draws(self) -> Iterator[tuple[Draw, ...]]:
        """Iterate over what is drawn on each frame."""
        return (self.plan.draws(frame) for frame in range(self.first, self.end))

    @property
    def key(self) -> str:
        """Hash all that can change a pixel; where in the film the chunk lies cannot."""
        made_by = (RENDER_VERSION, _library_versions())
        digest = hashlib.sha256(repr((made_by, self.canvas, self.encoding)).encode())
        for draws in self.draws():
            digest.update(repr(draws).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ChunkRender:
    """A finished chunk: an MP4, what verification found in it, what each cost in CPU seconds."""

    fragment: bytes
    verdict: Verdict
    render_cpu_s: float
    verify_cpu_s: float


def chunks_of(plan: RenderPlan, encoding: Encoding) -> Iterator[Chunk]:
    """Cut a plan into chunks, the last one may be shorter."""
    length = _chunk_frames(plan.canvas)
    for first in range(0, plan.frame_count, length):
        end = min(first + length, plan.frame_count)
        yield Chunk(plan.between(first, end), encoding, first, end)


def render_chunk(
    chunk: Chunk, paths: Mapping[str, Path], report: Callable[[int], None]
) -> ChunkRender:
    """Compose, encode and verify one chunk; runs in a worker process.

    Args:
        paths: the media file of each digest the chunk shows.
        report: told how many frames are done, now and then.
    """
    started_s = time.process_time()
    fragment, composed = _encoded(chunk, paths, report)
    rendered_s = time.process_time()
    verdict = verify_chunk(fragment, composed, list(chunk.draws()))
    verified_s = time.process_time()
    return ChunkRender(fragment, verdict, rendered_s - started_s, verified_s - rendered_s)


def _encoded(
    chunk: Chunk, paths: Mapping[str, Path], report: Callable[[int], None]
) -> tuple[bytes, Composed]:
    """Give the MP4 and what was composed; the 140 MB of an encoder end with this call."""
    compositor = _compositor(chunk.canvas, tuple(sorted(paths.items())))
    size_px = (chunk.canvas.width, chunk.canvas.height)
    compositor.missing.clear()
    composed = Composed()
    # The header names the longest GOP, so it is the same for the shorter last chunk.
    gop_frames = _chunk_frames(chunk.canvas)
    with ChunkEncoder(size_px, chunk.canvas.frame_rate, chunk.encoding, gop_frames) as encoder:
        before: tuple[Draw, ...] | None = None
        for index, draws in enumerate(chunk.draws()):
            # What does not move is drawn once; the encoder then skips it almost for free.
            if draws != before:
                compositor.compose(draws, encoder.frame)
            before = draws
            composed.take(encoder.frame.y)
            encoder.write()
            if index % _REPORT_FRAMES == _REPORT_FRAMES - 1:
                report(index + 1)
        fragment = encoder.finish()
    composed.missing = "".join(sorted(compositor.missing))
    return fragment, composed


def _chunk_frames(canvas: Canvas) -> int:
    return max(1, round(CHUNK_MS * canvas.frame_rate / 1000))


@lru_cache(maxsize=1)
def _library_versions() -> tuple[str, ...]:
    """Give what decodes, scales, sets type and encodes: other versions give other pixels."""
    drawing = ("av", "opencv-python-headless", "uharfbuzz", "manimgx-fonts", "noto-cjk-sans-otc")
    return tuple(version(name) for name in drawing)


# One film at a time: its decoded pictures stay for the next chunk of the same worker.
@lru_cache(maxsize=1)
def _compositor(canvas: Canvas, paths: tuple[tuple[str, Path], ...]) -> Compositor:
    return Compositor(canvas, Sources(dict(paths)))
