"""One run of frames as H.264 in an MP4 of its own, made so that runs can be joined.

Each run is whole closed GOPs under the same headers (x264's `stitchable`), its PTS count
from 0. One thread: chunks in parallel processes beat one encoder with threads.
"""

import io
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Final, Self

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from saycut.media import Planes

__all__ = ["ChunkEncoder", "Encoding"]

PIXEL_FORMAT: Final = "yuv420p"


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are encoded: x264's constant rate factor (lower is better) and preset."""

    crf: int = 20
    preset: str = "veryfast"


class ChunkEncoder:
    """Takes frames one by one; `finish` gives the bytes.

    `frame` is what to draw the next picture into: the encoder copies it, so one is enough.
    """

    def __init__(
        self, size_px: tuple[int, int], rate: Fraction, encoding: Encoding, gop_frames: int
    ) -> None:
        self._bytes = io.BytesIO()
        self._container = av.open(self._bytes, "w", format="mp4")
        self._stream = self._container.add_stream(
            "libx264",
            rate=rate,
            options={
                "preset": encoding.preset,
                "crf": str(encoding.crf),
                "x264-params": f"stitchable=1:open-gop=0:keyint={gop_frames}",
            },
        )
        self._stream.width, self._stream.height = size_px
        self._stream.pix_fmt = PIXEL_FORMAT
        self._stream.time_base = 1 / rate
        context = self._stream.codec_context
        context.thread_count = 1
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        self._picture = av.VideoFrame(*size_px, PIXEL_FORMAT)
        self._picture.time_base = 1 / rate
        self._count = 0
        self.frame = _planes_of(self._picture)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def write(self) -> None:
        """Encode what `frame` holds now as the next picture."""
        self._picture.pts = self._count
        self._count += 1
        self._container.mux(self._stream.encode(self._picture))

    def finish(self) -> bytes:
        """Encode what is left and give the whole MP4."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._bytes.getvalue()


def _planes_of(picture: av.VideoFrame) -> Planes:
    """Give the memory of a frame as arrays."""
    y, u, v = (
        np.frombuffer(memoryview(p), np.uint8).reshape(p.height, p.line_size)[:, : p.width]
        for p in picture.planes
    )
    return Planes(y, u, v)
