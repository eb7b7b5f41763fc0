"""Samples on their way: float32[2, n] at 48 kHz, full scale at 1.0, in blocks of any size.

Whole milliseconds of the timeline are whole samples at this rate, so no edge is ever rounded.
"""

from collections.abc import Iterable, Iterator
from typing import Final, cast

import av
import numpy as np
from av.filter import Graph

from saycut.media.sound import SOUND_RATE_HZ, FloatArray

__all__ = [
    "BLOCK_SAMPLES",
    "RATE_HZ",
    "SAMPLES_PER_MS",
    "FloatArray",
    "filtered",
    "filtered_frames",
    "frames_of",
    "recut",
]

RATE_HZ: Final = SOUND_RATE_HZ
SAMPLES_PER_MS: Final = RATE_HZ // 1000
# One second: long enough that Python's own cost is lost in it, short enough to hold many.
BLOCK_SAMPLES: Final = RATE_HZ


def filtered(blocks: Iterable[FloatArray], *filters: tuple[str, str]) -> Iterator[FloatArray]:
    """Give what a chain of FFmpeg's audio filters makes of the samples.

    A filter is its name and its options, as `("atempo", "tempo=2")`.
    """
    to_planes = ("aformat", f"sample_fmts=fltp:sample_rates={RATE_HZ}:channel_layouts=stereo")
    for frame in filtered_frames(blocks, *filters, to_planes):
        yield cast("FloatArray", frame.to_ndarray())


def filtered_frames(
    blocks: Iterable[FloatArray], *filters: tuple[str, str]
) -> Iterator[av.AudioFrame]:
    """Give the frames at the end of a chain of filters, with what filters wrote on them."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE_HZ, format="fltp", layout="stereo")
    chain = [graph.add(name, options) for name, options in filters]
    graph.link_nodes(source, *chain, graph.add("abuffersink")).configure()
    for frame in frames_of(blocks):
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def frames_of(blocks: Iterable[FloatArray]) -> Iterator[av.AudioFrame]:
    """Give a frame for each block; PTS count samples from 0."""
    pts = 0
    for block in blocks:
        if block.shape[1] == 0:
            continue
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "fltp", "stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = pts
        pts += frame.samples
        yield frame


def recut(blocks: Iterable[FloatArray], lengths: Iterable[int]) -> Iterator[FloatArray]:
    """Give the same samples in blocks of these lengths, silence after their end."""
    source = iter(blocks)
    rest: FloatArray = np.zeros((2, 0), np.float32)
    for length in lengths:
        parts, held = [rest], rest.shape[1]
        while held < length and (block := next(source, None)) is not None:
            parts.append(block)
            held += block.shape[1]
        if held < length:
            parts.append(np.zeros((2, length - held), np.float32))
        joined = np.concatenate(parts, axis=1)
        rest = joined[:, length:]
        yield joined[:, :length]


def _ready(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield cast("av.AudioFrame", graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return
