"""Media made by code: every frame says its number by its brightness, every sound is known."""

import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from saycut.media import Planes

__all__ = [
    "CORNER",
    "RATE_HZ",
    "a_clip",
    "a_gif",
    "a_jpeg",
    "a_sound",
    "a_tone",
    "brightness",
    "number_of",
    "with_exif_orientation",
]

RATE_HZ = 48_000
CORNER = 235
_DARKEST, _STEP = 20, 3


def brightness(number: int) -> int:
    """The luma of frame `number` (below 70) of a clip."""
    return _DARKEST + _STEP * number


def number_of(planes: Planes) -> int:
    """Tell which frame of a clip it is by the luma of its middle."""
    return round((int(planes.y[planes.height // 2, planes.width // 2]) - _DARKEST) / _STEP)


def a_clip(
    path: Path,
    *,
    frame_count: int = 50,
    size_px: tuple[int, int] = (64, 48),
    times_ms: Sequence[int] | None = None,
    gop_frames: int = 10,
    codec: str = "libx264",
    rotation: float = 0,
    sample_aspect: Fraction | None = None,
    tags: Mapping[str, int] | None = None,
    sound: NDArray[np.float32] | None = None,
) -> Path:
    """Write a clip at 25 fps, or with frames at `times_ms`; its upper left corner is white."""
    with av.open(path, "w") as container:
        stream = _video_stream(container, codec, size_px, gop_frames)
        stream.codec_context.time_base = Fraction(1, 1000) if times_ms else Fraction(1, 25)
        if rotation:
            stream.set_display_rotation(rotation)
        if sample_aspect:
            stream.codec_context.sample_aspect_ratio = sample_aspect
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        audio = None if sound is None else container.add_stream("aac", rate=RATE_HZ)
        for number in range(frame_count):
            frame = _numbered_frame(size_px, number)
            frame.pts = times_ms[number] if times_ms else number
            frame.time_base = stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if audio is not None and sound is not None:
            _encode_sound(container, audio, sound, RATE_HZ)
    return path


def _video_stream(
    container: av.container.OutputContainer, codec: str, size_px: tuple[int, int], gop_frames: int
) -> VideoStream:
    stream = container.add_stream(codec, rate=25)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size_px
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.codec_context.gop_size = gop_frames
    stream.codec_context.options = {"crf": "5"} if codec == "libx264" else {}
    return stream


def _numbered_frame(size_px: tuple[int, int], number: int) -> av.VideoFrame:
    frame = av.VideoFrame(*size_px, format="yuv420p")
    luma, *chroma = frame.planes
    rows = np.full((luma.height, luma.line_size), brightness(number), np.uint8)
    rows[: luma.height // 4, : luma.width // 4] = CORNER
    luma.update(rows.tobytes())
    for plane in chroma:
        plane.update(bytes([128]) * plane.line_size * plane.height)
    return frame


def a_tone(
    *, hz: float = 440.0, duration_s: float = 2.0, rate_hz: int = RATE_HZ, channels: int = 2
) -> NDArray[np.float32]:
    """A sine of half of full scale as float32[channels, n], its phase 0 at its start."""
    at_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return np.tile(0.5 * np.sin(2 * np.pi * hz * at_s), (channels, 1)).astype(np.float32)


def a_sound(
    path: Path,
    samples: NDArray[np.float32],
    *,
    codec: str = "pcm_s16le",
    layout: str = "stereo",
    rate_hz: int = RATE_HZ,
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Write float32[channels, n] as the suffix of the path says."""
    with av.open(path, "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, AudioStream)
        _encode_sound(container, stream, samples, rate_hz)
    return path


def _encode_sound(
    container: av.container.OutputContainer,
    stream: AudioStream,
    samples: NDArray[np.float32],
    rate_hz: int,
) -> None:
    layout = stream.codec_context.layout.name
    frame = av.AudioFrame.from_ndarray(samples, "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
    container.mux(stream.encode(frame))
    container.mux(stream.encode())


def a_gif(path: Path, *, frame_count: int = 3, has_alpha: bool = False) -> Path:
    """Write a GIF or WebP of 40 x 30, 100 ms a frame: a red square steps right on white."""
    animation = cv2.Animation()
    frames = []
    for number in range(frame_count):
        frame = np.full((30, 40, 4), (255, 255, 255, 0 if has_alpha else 255), np.uint8)
        frame[10:20, 10 * number : 10 * number + 10] = (0, 0, 255, 255)
        frames.append(frame)
    animation.frames = frames
    animation.durations = [100] * frame_count
    assert cv2.imwriteanimation(str(path), animation)
    return path


def a_jpeg(picture: NDArray[np.uint8]) -> bytes:
    """Encode a BGR or grey picture with nothing lost that can be helped."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, 100]
    full_chroma = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    is_written, data = cv2.imencode(".jpg", picture, [*quality, *full_chroma])
    assert is_written
    return data.tobytes()


def with_exif_orientation(jpeg: bytes, orientation: int) -> bytes:
    """Put an EXIF segment that holds nothing but the orientation into a JPEG."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
