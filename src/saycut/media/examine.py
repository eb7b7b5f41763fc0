"""What a file holds, read in this process: call it confined, as `probe` does."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from saycut.media.colour import planes_of_frame
from saycut.media.container import (
    frames_of,
    open_container,
    picture_stream,
    sound_stream,
    square_size,
    start_s,
)
from saycut.media.errors import BrokenMedia, TooManyPixels, UnsupportedMedia
from saycut.media.extent import measured_end_s, packet_count
from saycut.media.header import picture_size
from saycut.media.orientation import frame_orientation, swaps_sides
from saycut.media.picture import decode_still
from saycut.media.sniff import MediaType, sniff
from saycut.media.sound import SoundReader
from saycut.media.webp import webp_frames, webp_header
from saycut.timeline import Asset, AssetKind

__all__ = ["examined"]

# Faster ones are mistakes of the file's maker, such as ticks counted as frames.
_RATE_MAX: Final = 1000
# Lengths are rounded, and the last frame of many files is of any length.
_RATE_SLACK: Final = Fraction(1, 50)


def examined(path: Path, asset: Asset, max_pixels: int) -> Asset:
    """Give the asset with all that the file's content says filled in.

    Args:
        asset: one that knows its id, name and digest; `kind` does not matter yet.

    Raises:
        MediaError: as `probe.probe`.
    """
    media_type = sniff(path, asset.name)
    if media_type.is_animation:
        return _animation(path, asset, max_pixels)
    if not media_type.demuxer:
        return _still(path, asset, max_pixels)
    if media_type.name == "gif":
        _refuse_large(path, asset.name, max_pixels)
    with open_container(path, media_type, asset.name, max_pixels=max_pixels) as container:
        stream = picture_stream(container, media_type, max_pixels)
        if stream is not None:
            return _clip(path, asset, media_type, container, stream, max_pixels)
        return _sound(path, asset, media_type, container, max_pixels)


def _refuse_large(path: Path, name: str, max_pixels: int) -> None:
    """Read the size of a GIF from its first bytes: FFmpeg only tells it after decoding."""
    with path.open("rb") as file:
        width, height = picture_size(file.read(16), "gif")
    if width * height > max_pixels:
        raise TooManyPixels(name, max_pixels, width, height)


def _still(path: Path, asset: Asset, max_pixels: int) -> Asset:
    still = decode_still(path, asset.name, max_pixels=max_pixels)
    width, height = still.upright_size
    return replace(
        asset,
        kind=AssetKind.IMAGE,
        width=width,
        height=height,
        has_alpha=still.alpha is not None,
    )


def _animation(path: Path, asset: Asset, max_pixels: int) -> Asset:
    header = webp_header(path, asset.name, max_pixels=max_pixels)
    first = next(webp_frames(path, asset.name))
    asset = replace(
        asset,
        width=header.width,
        height=header.height,
        has_alpha=bool(first.bgra[..., 3].min() < 255),
    )
    return _moving_or_still(asset, Fraction(header.end_ms, 1000), len(header.starts_ms))


def _clip(
    path: Path,
    asset: Asset,
    media_type: MediaType,
    container: InputContainer,
    stream: VideoStream,
    max_pixels: int,
) -> Asset:
    frame = next(frames_of(container, stream), None)
    if not isinstance(frame, VideoFrame):
        raise BrokenMedia(asset.name, "no frame of its picture can be decoded")
    width, height = square_size(frame, stream)
    if swaps_sides(frame_orientation(frame)):
        width, height = height, width
    asset = replace(
        asset,
        width=width,
        height=height,
        has_audio=_has_sound(path, container, media_type, max_pixels),
        has_alpha=planes_of_frame(frame).alpha is not None,
    )
    duration_s = measured_end_s(container, stream, asset.name) - start_s(stream)
    if media_type.name == "gif":
        with open_container(path, media_type, asset.name, max_pixels=max_pixels) as again:
            return _moving_or_still(asset, duration_s, packet_count(again, again.streams.video[0]))
    return _moving(asset, duration_s, stream.frames, rate=stream.average_rate)


def _moving_or_still(asset: Asset, duration_s: Fraction, frame_count: int) -> Asset:
    """Give an animation as a clip, or as a still when it has a single frame."""
    if frame_count == 1:
        return replace(asset, kind=AssetKind.IMAGE)
    return _moving(asset, duration_s, frame_count)


def _moving(
    asset: Asset, duration_s: Fraction, frame_count: int, rate: Fraction | None = None
) -> Asset:
    """Give the asset as a clip.

    Args:
        frame_count: 0 where the container does not say.
        rate: what FFmpeg made of the first frames; where all of them together tell otherwise,
            the rate varies and their average is given.
    """
    duration_ms = max(1, round(duration_s * 1000))
    average = Fraction(1000 * max(1, frame_count), duration_ms)
    if rate is None or rate > _RATE_MAX or (frame_count and _differ(rate, average)):
        rate = average
    return replace(asset, kind=AssetKind.VIDEO, duration_ms=duration_ms, frame_rate=rate)


def _differ(rate: Fraction, average: Fraction) -> bool:
    return abs(rate - average) > _RATE_SLACK * average


def _has_sound(
    path: Path, container: InputContainer, media_type: MediaType, max_pixels: int
) -> bool:
    """Tell whether sound is there and decodes; a clip with broken sound is a silent clip."""
    if sound_stream(container, media_type) is None:
        return False
    try:
        SoundReader(path, max_pixels=max_pixels)
    except BrokenMedia:
        return False
    return True


def _sound(
    path: Path, asset: Asset, media_type: MediaType, container: InputContainer, max_pixels: int
) -> Asset:
    stream = sound_stream(container, media_type)
    if stream is None:
        raise _without_streams(asset.name, media_type, container)
    zero_s = SoundReader(path, max_pixels=max_pixels).zero_s
    duration_s = measured_end_s(container, stream, asset.name) - zero_s
    duration_ms = max(1, round(duration_s * 1000))
    return replace(asset, kind=AssetKind.AUDIO, duration_ms=duration_ms, has_audio=True)


def _without_streams(
    name: str, media_type: MediaType, container: InputContainer
) -> BrokenMedia | UnsupportedMedia:
    """Give the error for a container in which there is nothing to show or play."""
    coded = [s.codec_context for s in (*container.streams.video, *container.streams.audio)]
    if not coded:
        return BrokenMedia(name, f"this {media_type.name} holds neither picture nor sound")
    names = ", ".join("an unknown codec" if c is None else c.codec.name for c in coded)
    found = f"{media_type.name} coded with {names}, which is not taken"
    return UnsupportedMedia(name, found, "Convert it to mp4 (H.264 and AAC).")
