"""The one place that opens a container: always as its own type, with allow-lists and limits."""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from heapq import heappop, heappush
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from saycut.media.errors import BrokenMedia, TooManyPixels
from saycut.media.header import ANY_SIZE, MAX_PIXELS
from saycut.media.sniff import MediaType

__all__ = [
    "frames_of",
    "open_container",
    "picture_stream",
    "sound_stream",
    "square_size",
    "start_s",
]


def open_container(
    path: Path, media_type: MediaType, name: str, *, max_pixels: int = MAX_PIXELS
) -> InputContainer:
    """Open a file as the type it was sniffed to be.

    Raises:
        BrokenMedia: it does not hold together as that type.
        TooManyPixels: its picture is larger than `max_pixels`.
    """
    options = {
        "format_whitelist": media_type.demuxer,
        "codec_whitelist": ",".join(sorted(media_type.codecs)),
        "max_pixels": _option(max_pixels),
        "protocol_whitelist": "file",
    }
    try:
        container = av.open(
            # With its protocol, so that no part of the path is taken for one.
            f"file:{path}",
            "r",
            format=media_type.demuxer,
            options=options,
            # Tags of real songs come in any encoding.
            metadata_errors="replace",
        )
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise BrokenMedia(name, f"it does not hold together as {media_type.name}") from error
    for stream in container.streams.video:
        size = stream.codec_context
        if size is not None and size.width * size.height > max_pixels:
            container.close()
            raise TooManyPixels(name, max_pixels, size.width, size.height)
    return container


def picture_stream(
    container: InputContainer, media_type: MediaType, max_pixels: int = MAX_PIXELS
) -> VideoStream | None:
    """Give the stream of moving pictures, ready to decode; the cover of a song is none."""
    for stream in container.streams.video:
        is_cover = stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
        if not is_cover and _is_allowed(stream, media_type):
            stream.codec_context.options = {"max_pixels": _option(max_pixels)}
            # One thread: many frames are decoded at once by many workers.
            stream.thread_count = 1
            return stream
    return None


def _option(max_pixels: int) -> str:
    return str(min(max_pixels, ANY_SIZE))


def sound_stream(container: InputContainer, media_type: MediaType) -> AudioStream | None:
    """Give the first stream of sound with a decoder for it."""
    for stream in container.streams.audio:
        if _is_allowed(stream, media_type) and stream.codec_context.sample_rate > 0:
            return stream
    return None


def start_s(stream: VideoStream | AudioStream) -> Fraction:
    """Give when the stream starts on the container's clock, 0 when it does not say."""
    return (stream.start_time or 0) * (stream.time_base or Fraction(0))


def square_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Give width and height as stored, but with square pixels: the width makes up for others."""
    aspect = stream.sample_aspect_ratio
    if not aspect or not Fraction(1, 8) <= aspect <= 8:
        # Beyond that it is a mistake of the file's maker.
        return frame.width, frame.height
    return max(1, round(frame.width * aspect)), frame.height


def frames_of(
    container: InputContainer, stream: VideoStream | AudioStream
) -> Iterator[VideoFrame | AudioFrame]:
    """Iterate over what decodes; damaged packets are passed over, a damaged end is the end."""
    # AVI tells when a packet is decoded, not when its frame shows: where the two differ,
    # frames show in the order they come out, each at the earliest time that is left.
    is_without_pts = container.format.name == "avi" and isinstance(stream, VideoStream)
    times: list[int] = []
    for packet in _packets(container, stream):
        if is_without_pts and packet.size and packet.dts is not None:
            heappush(times, packet.dts)
        with suppress(av.FFmpegError, ValueError):
            for frame in cast("list[VideoFrame | AudioFrame]", packet.decode()):
                if times:
                    frame.pts = heappop(times)
                yield frame


def _packets(
    container: InputContainer, stream: VideoStream | AudioStream
) -> Iterator["Packet[Stream]"]:
    with suppress(av.FFmpegError, ValueError):
        yield from container.demux(stream)


def _is_allowed(stream: VideoStream | AudioStream, media_type: MediaType) -> bool:
    context = stream.codec_context
    return context is not None and context.codec.name in media_type.codecs
