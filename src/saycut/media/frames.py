"""The frames of a clip by media time: forwards one after the other, or from anywhere.

Time 0 is the start of the picture's stream. A frame shows from its PTS until that of the
next, so clips of variable frame rate come out exact.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from saycut.media.colour import planes_of_frame
from saycut.media.container import (
    frames_of,
    open_container,
    picture_stream,
    square_size,
    start_s,
)
from saycut.media.errors import BrokenMedia
from saycut.media.header import MAX_PIXELS
from saycut.media.orientation import frame_orientation
from saycut.media.picture import split_alpha
from saycut.media.planes import Planes, planes_of_bgr
from saycut.media.sniff import MediaType, sniff
from saycut.media.webp import webp_frames, webp_header

__all__ = ["FrameReader"]

# Drafts round the moment asked for, and Matroska files their PTS: half a millisecond each.
_ROUNDING_S: Final = Fraction(1, 1000)

# A frame that was decoded but not yet converted: when it begins to show, and its picture.
_Shown = tuple[Fraction, Callable[[], Planes]]


class FrameReader:
    """Reads frames of a clip; holds one decoded frame and the one after it.

    Going forwards decodes on; going backwards, or far ahead, begins anew at a sync frame.
    Use it as a context manager, in one thread.
    """

    def __init__(
        self,
        path: Path,
        *,
        fit_px: tuple[int, int] | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        """Open a clip.

        Args:
            fit_px: frames larger than it takes to cover this box (width, height) are averaged
                down to that; none is enlarged.

        Raises:
            BrokenMedia: it has no moving picture that can be decoded.
            TooManyPixels: its picture is larger than `max_pixels`.
            UnsupportedMedia, MissingFile, EmptyFile: as `sniff`.
        """
        media_type = sniff(path)
        self._name = path.name
        self._source: _Source = (
            _Animation(path, fit_px, max_pixels)
            if media_type.is_animation
            else _Film(path, media_type, fit_px, max_pixels)
        )
        self._coming: Iterator[_Shown] = iter(())
        self._shown: _Shown | None = None
        self._next: _Shown | None = None
        self._planes: Planes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def frame_at(self, at_s: Fraction | float) -> Planes:
        """Give the frame that shows at a media time; the first or last one outside the clip.

        That is the last frame whose PTS is less than one millisecond after `at_s`: times in
        drafts, and in Matroska files, are rounded to whole ones, so what asks need not care. At
        1000 frames/s and below, the PTS of a frame always gives that frame.

        Asking again for the same frame gives the same object; its arrays are not to be written.

        Raises:
            BrokenMedia: nothing decodes there.
        """
        # The frame meant is the last one that begins before this.
        end_s = Fraction(at_s) + _ROUNDING_S
        if self._shown is None or not self._is_within_reach(end_s):
            self._go_to(end_s)
        while self._next is not None and self._next[0] < end_s:
            self._advance()
        if self._shown is None:
            raise BrokenMedia(self._name, "its picture cannot be decoded")
        if self._planes is None:
            self._planes = self._shown[1]()
        return self._planes

    def _is_within_reach(self, end_s: Fraction) -> bool:
        """Tell whether decoding on from here is the way to the last frame before a moment."""
        if self._shown is None or end_s <= self._shown[0]:
            return False
        return self._next is None or end_s - self._next[0] <= self._source.reach_s

    def _go_to(self, end_s: Fraction) -> None:
        self._coming = self._source.frames_before(end_s)
        self._next = next(self._coming, None)
        self._advance()

    def _advance(self) -> None:
        self._shown, self._planes = self._next, None
        self._next = next(self._coming, None)


class _Source(Protocol):
    """Where frames come from."""

    # How far ahead decoding on is quicker than a jump.
    reach_s: float

    def frames_before(self, end_s: Fraction) -> Iterator[_Shown]:
        """Give frames in order; the first is the clip's first, or begins before `end_s`."""
        ...

    def close(self) -> None: ...


# A GOP of phones and cameras is half a second to two seconds long: a jump to a moment nearer
# than that would often land on the sync frame we came from.
_REACH_S: Final = 2.0
# When a sync frame turns out to lie after the wanted moment, how far to go back for an earlier.
_STEPS_BACK_S: Final = (0, 1, 5, 20)


class _Film:
    """Frames of a container that FFmpeg reads."""

    def __init__(
        self,
        path: Path,
        media_type: MediaType,
        fit_px: tuple[int, int] | None,
        max_pixels: int,
    ) -> None:
        self._path = path
        self._type = media_type
        self._fit_px = fit_px
        self._max_pixels = max_pixels
        # Each frame of a GIF is drawn over the one before: none but the first can stand alone.
        self._can_seek = media_type.name != "gif"
        self.reach_s = _REACH_S if self._can_seek else float("inf")
        self._container, self._stream = self._open()

    def frames_before(self, end_s: Fraction) -> Iterator[_Shown]:
        for back_s in _STEPS_BACK_S if self._can_seek else ():
            if end_s - back_s <= _REACH_S or not self._has_jumped_to(end_s - back_s):
                break
            frames = self._frames()
            first = next(frames, None)
            if first is not None and first[0] < end_s:
                return chain([first], frames)
        self.close()
        self._container, self._stream = self._open()
        return self._frames()

    def close(self) -> None:
        self._container.close()

    def _has_jumped_to(self, at_s: Fraction) -> bool:
        time_base = self._stream.time_base
        if not time_base:
            return False
        ticks = int((at_s + start_s(self._stream)) / time_base)
        try:
            self._container.seek(ticks, stream=self._stream)
        except av.FFmpegError:
            return False
        return True

    def _frames(self) -> Iterator[_Shown]:
        zero_s = start_s(self._stream)
        at_s = Fraction(0)
        for frame in frames_of(self._container, self._stream):
            if not isinstance(frame, VideoFrame):
                continue
            if frame.pts is not None and frame.time_base is not None:
                at_s = frame.pts * frame.time_base - zero_s
            yield at_s, partial(self._planes, frame)

    def _planes(self, frame: VideoFrame) -> Planes:
        return planes_of_frame(
            frame,
            shape=square_size(frame, self._stream),
            fit_px=self._fit_px,
            orientation=frame_orientation(frame),
        )

    def _open(self) -> tuple[InputContainer, VideoStream]:
        if not self._type.demuxer:
            raise BrokenMedia(self._path.name, "it is a still picture, not a clip")
        container = open_container(
            self._path, self._type, self._path.name, max_pixels=self._max_pixels
        )
        stream = picture_stream(container, self._type, self._max_pixels)
        if stream is None:
            container.close()
            raise BrokenMedia(self._path.name, "it has no moving picture that can be decoded")
        return container, stream


class _Animation:
    """Frames of an animated WebP."""

    reach_s = float("inf")

    def __init__(self, path: Path, fit_px: tuple[int, int] | None, max_pixels: int) -> None:
        self._path = path
        self._fit_px = fit_px
        webp_header(path, path.name, max_pixels=max_pixels)

    def frames_before(self, end_s: Fraction) -> Iterator[_Shown]:  # noqa: ARG002 - each needs those before it
        for frame in webp_frames(self._path, self._path.name):
            bgr, alpha = split_alpha(frame.bgra)
            yield (
                Fraction(frame.start_ms, 1000),
                partial(planes_of_bgr, bgr, alpha, fit_px=self._fit_px),
            )

    def close(self) -> None:
        """Nothing is held open."""
