"""Chunks and the mix become one file: packets are copied, nothing is decoded or encoded."""

import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import Any

import av

__all__ = ["join"]


def join(
    fragments: Iterable[tuple[int, bytes]], sound: Path | None, destination: Path, rate: Fraction
) -> None:
    """Write an MP4 with its index in front.

    Args:
        fragments: each chunk's first frame number in the film and its MP4, in order.
        sound: an .m4a as long as the film, or None for a silent film.
        destination: is overwritten.
    """
    fragments = iter(fragments)
    first_frame, first_fragment = next(fragments)
    with ExitStack() as opened:
        head = opened.enter_context(av.open(io.BytesIO(first_fragment)))
        film = opened.enter_context(
            av.open(_url(destination), "w", format="mp4", options={"movflags": "+faststart"})
        )
        video = film.add_stream_from_template(head.streams.video[0])
        lanes = [_pictures(chain([(first_frame, first_fragment)], fragments), video, rate)]
        if sound is not None:
            music = opened.enter_context(av.open(_url(sound)))
            audio = film.add_stream_from_template(music.streams.audio[0])
            lanes.append(_packets(music, audio))
        # In order of time, so that the muxer never holds back more than a few packets.
        for packet in merge(*lanes, key=_decoded_at_s):
            film.mux(packet)


def _pictures(
    fragments: Iterable[tuple[int, bytes]], stream: av.VideoStream, rate: Fraction
) -> Iterator[Any]:
    """Iterate over the packets of all chunks, each moved to its place in the film."""
    for first_frame, fragment in fragments:
        with av.open(io.BytesIO(fragment)) as container:
            for packet in _packets(container, stream):
                shift = first_frame / rate / packet.time_base
                packet.pts += int(shift)
                packet.dts += int(shift)
                yield packet


def _url(path: Path) -> str:
    """Name a file so that FFmpeg takes no part of its name for a protocol."""
    return f"file:{path.absolute()}"


def _decoded_at_s(packet: Any) -> Fraction:
    return Fraction(packet.dts * packet.time_base)


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Iterate over the packets of a file's one stream, as packets of `stream`."""
    for packet in container.demux(container.streams[0]):
        # The demuxer ends with an empty packet, which means nothing to a muxer.
        if packet.dts is not None:
            packet.stream = stream
            yield packet
