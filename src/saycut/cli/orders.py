"""What a request said of the file to be written, against the files that are made: MP4, H.264."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from saycut.engine import ExportReport, Size, SizeRefused, Turn
from saycut.engine.shape import has_shape
from saycut.timeline import Canvas

__all__ = ["Orders"]

_H264: Final = (None, "h264", "avc")


@dataclass(frozen=True, slots=True)
class Orders:
    """The words of a request about its file; `size` is what can be heeded of them."""

    turn: Turn
    canvas: Canvas

    @property
    def size(self) -> Size | None:
        """The size that the request names, if the film can have it."""
        for order in self.turn.outputs:
            if order.width and order.height and self._fits(order.width, order.height):
                return _size(order.width, order.height)
        return None

    def not_done(self, film: ExportReport) -> Iterator[str]:
        """Say what the film is not, of what was asked for."""
        for order in self.turn.outputs:
            if order.format != "mp4":
                yield f"a {order.format.upper()} file; this is an MP4"
            if order.codec not in _H264:
                yield f"the codec {order.codec}; this is H.264"
            if order.max_mb and film.size_bytes > order.max_mb * 1e6:
                made_mb = film.size_bytes / 1e6
                yield f"at most {order.max_mb:g} MB; this has {made_mb:.3g} MB"
            if order.audio_kbps:
                yield f"sound of {order.audio_kbps} kbit/s; the bitrate is fixed"
            if order.aspect and order.aspect != self.canvas.ratio:
                yield f"the shape {order.aspect}; this is {self.canvas.ratio}"
            if order.start_ms is not None or order.end_ms is not None:
                yield "only a part of the film; this is all of it"
            asked = (order.width, order.height)
            if all(asked) and asked != (film.width, film.height):
                yield f"{asked[0]}x{asked[1]}; this is {film.width}x{film.height}"
        for sidecar in self.turn.sidecars:
            yield f"a {sidecar.format.upper()} file beside the film"

    def _fits(self, width: int, height: int) -> bool:
        return has_shape(self.canvas, (width, height)) and _size(width, height) is not None


def _size(width: int, height: int) -> Size | None:
    try:
        return Size.parse(f"{width}x{height}")
    except SizeRefused:
        return None
