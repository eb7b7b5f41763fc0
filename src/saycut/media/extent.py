"""How long a stream really lasts, by its last packets: headers promise, or say nothing."""

from fractions import Fraction
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from saycut.media.errors import BrokenMedia

__all__ = ["measured_end_s", "packet_count"]

# Enough to hold the last packets of a stream beside others that end later.
_TAIL_S: Final = 3
# A header that promises more than this beyond the last packet is of a file cut short.
_MISSING_SHARE: Final = Fraction(1, 20)
_MISSING_S: Final = 1


def measured_end_s(
    container: InputContainer, stream: VideoStream | AudioStream, name: str
) -> Fraction:
    """Give when the last packet of a stream ends, on the container's clock.

    Raises:
        BrokenMedia: it has no packets, or ends well before its header says.
    """
    promised_s = _promised_end_s(container, stream)
    found_s = None
    if promised_s is not None and promised_s > 2 * _TAIL_S:
        found_s = _last_end_s(container, stream, promised_s - _TAIL_S)
    if found_s is None:
        found_s = _last_end_s(container, stream, Fraction(0))
    if found_s is None:
        raise BrokenMedia(name, "it holds no data to play")
    if _is_exact(container) and promised_s is not None:
        missing_s = promised_s - found_s
        if missing_s > _MISSING_S and missing_s > promised_s * _MISSING_SHARE:
            raise BrokenMedia(
                name,
                f"it ends after {float(found_s):.1f} s of {float(promised_s):.1f} s, so part of "
                "it is missing",
            )
    return found_s


def packet_count(container: InputContainer, stream: VideoStream | AudioStream) -> int:
    """Count the packets of a stream from where the container stands."""
    return sum(1 for packet in container.demux(stream) if packet.size)


def _promised_end_s(
    container: InputContainer, stream: VideoStream | AudioStream
) -> Fraction | None:
    if stream.duration is not None and stream.time_base:
        return ((stream.start_time or 0) + stream.duration) * stream.time_base
    if container.duration is not None:
        return Fraction((container.start_time or 0) + container.duration, av.time_base)
    return None


def _is_exact(container: InputContainer) -> bool:
    """Tell whether such files state their length; others' is a guess from the bit rate."""
    return container.format.name.startswith(("mov", "matroska"))


def _last_end_s(
    container: InputContainer, stream: VideoStream | AudioStream, from_s: Fraction
) -> Fraction | None:
    """Give the end of what plays last among the packets from a moment on, None without any."""
    time_base = stream.time_base or Fraction(1, av.time_base)
    end = None
    try:
        container.seek(int(from_s / time_base), stream=stream)
        for packet in container.demux(stream):
            at = packet.dts if packet.pts is None else packet.pts
            if at is not None and packet.size and not packet.is_discard:
                end = max(at + (packet.duration or 0), end or 0)
    except av.FFmpegError:
        # What was read before the damage counts.
        pass
    return None if end is None else end * time_base
