"""Media made by code, so that tests know what every frame and sample is."""

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["NUMBER_BITS", "a_picture", "numbered_clip", "read_number", "write_photo", "write_wav"]

# A frame number is drawn as that many blocks across the upper half, black or white.
NUMBER_BITS: Final = 12
RATE_HZ: Final = 48_000
# A click is loud enough to find after lossy coding and short enough to place.
CLICK_SAMPLES: Final = 48


def a_picture(width: int, height: int, *, seed: int = 1) -> NDArray[np.uint8]:
    """A BGR picture with soft gradients, edges and fine texture, like a photograph."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, (height // 32 + 2, width // 32 + 2, 3), dtype=np.uint8)
    soft = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = rng.integers(0, 24, (height, width, 1), dtype=np.uint8)
    picture = cv2.addWeighted(soft, 0.85, np.repeat(fine, 3, axis=2), 1.0, 0)
    for _ in range(6):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.circle(picture, (x, y), max(4, height // 10), colour, -1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def write_photo(path: Path, picture: NDArray[np.uint8]) -> Path:
    """Write a BGR or BGRA picture in the format of the path's suffix."""
    is_written, data = cv2.imencode(path.suffix, picture)
    assert is_written
    path.write_bytes(data.tobytes())
    return path


def numbered_clip(
    path: Path,
    *,
    frame_count: int = 300,
    rate: Fraction = Fraction(30),
    size_px: tuple[int, int] = (320, 180),
    gop_frames: int = 48,
    clicks_s: Iterable[float] = (),
) -> Path:
    """Write an H.264 clip whose frames show their number, with clicks at moments of its sound."""
    width, height = size_px
    with av.open(path, "w") as container:
        video = container.add_stream(
            "libx264", rate=rate, options={"crf": "12", "preset": "ultrafast", "g": str(gop_frames)}
        )
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.time_base = 1 / rate
        audio = container.add_stream("aac", rate=RATE_HZ)
        audio.bit_rate = 192_000
        for number in range(frame_count):
            frame = av.VideoFrame.from_ndarray(_numbered(number, width, height), format="yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = click_track(float(frame_count / rate), clicks_s)
        for start in range(0, sound.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[:, start : start + 1024]), "fltp", "stereo"
            )
            block.sample_rate, block.pts = RATE_HZ, start
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))
    return path


def read_number(luma: NDArray[np.uint8]) -> int:
    """Read the number of a frame; the picture may have been scaled."""
    height, width = luma.shape
    row = luma[height // 8 : height // 4].mean(axis=0)
    borders = [round(width * i / NUMBER_BITS) for i in range(NUMBER_BITS + 1)]
    bits = [float(row[a + 4 : b - 4].mean()) > 128 for a, b in pairwise(borders)]
    return sum(bit << i for i, bit in enumerate(bits))


def click_track(duration_s: float, clicks_s: Iterable[float]) -> NDArray[np.float32]:
    """float32[2, n] at 48 kHz: silence, with a short burst of 6 kHz at each moment."""
    sound = np.zeros((2, math.ceil(duration_s * RATE_HZ)), np.float32)
    burst = 0.8 * np.sin(2 * np.pi * 6000 * np.arange(CLICK_SAMPLES) / RATE_HZ)
    for at_s in clicks_s:
        start = round(at_s * RATE_HZ)
        end = min(start + CLICK_SAMPLES, sound.shape[1])
        sound[:, start:end] = burst[: end - start]
    return sound


def write_wav(path: Path, sound: NDArray[np.float32]) -> Path:
    """Write float32[2, n] at 48 kHz as 16-bit PCM."""
    with av.open(path, "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="stereo")
        pcm = np.rint(sound * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(pcm.T.reshape(1, -1).copy(), "s16", "stereo")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _numbered(number: int, width: int, height: int) -> NDArray[np.uint8]:
    picture = np.full((height * 3 // 2, width), 128, np.uint8)
    picture[:height] = 60 + number % 40
    for bit in range(NUMBER_BITS):
        left, right = round(width * bit / NUMBER_BITS), round(width * (bit + 1) / NUMBER_BITS)
        picture[: height // 2, left:right] = 235 if number >> bit & 1 else 16
    return picture
