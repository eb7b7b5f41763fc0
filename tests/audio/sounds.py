"""Sounds made by code, as files, and what a player would hear of a file."""

import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from saycut.audio.samples import RATE_HZ, FloatArray

__all__ = [
    "a_click_track",
    "a_wav",
    "clicks_at",
    "constant",
    "heard_in",
    "in_blocks",
    "noise",
    "sine",
    "stereo",
]


def stereo(mono: NDArray[np.float64]) -> FloatArray:
    return np.stack([mono, mono]).astype(np.float32)


def sine(hz: float, level_db: float, duration_s: float) -> FloatArray:
    """A tone whose peaks reach `level_db` of full scale."""
    seconds = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    return stereo(10 ** (level_db / 20) * np.sin(2 * np.pi * hz * seconds))


def noise(level: float, duration_s: float, *, seed: int = 1) -> FloatArray:
    """White noise of that deviation, cut at full scale, the same in both channels."""
    values = np.random.default_rng(seed).standard_normal(round(duration_s * RATE_HZ))
    return stereo(np.clip(level * values, -1, 1))


def constant(value: float, duration_s: float) -> FloatArray:
    """A level that shows the gain of each sample bare."""
    return stereo(np.full(round(duration_s * RATE_HZ), value))


def clicks_at(moments_ms: list[int], duration_s: float) -> FloatArray:
    """Single samples of 0.8 in silence."""
    mono = np.zeros(round(duration_s * RATE_HZ))
    mono[np.array(moments_ms, int) * 48] = 0.8
    return stereo(mono)


def a_click_track(moments_s: NDArray[np.float64], *, noise_level: float = 0.003) -> FloatArray:
    """Drum-like strokes at these moments over soft noise; each fourth, the first too, is lower."""
    rng = np.random.default_rng(7)
    mono = noise_level * rng.standard_normal(round((moments_s[-1] + 1) * RATE_HZ))
    time = np.arange(RATE_HZ // 5) / RATE_HZ
    fade = np.exp(-time * 30)
    for index, moment in enumerate(moments_s):
        hz = 70 if index % 4 == 0 else 900
        start = round(moment * RATE_HZ)
        mono[start : start + len(time)] += 0.5 * fade * np.sin(2 * np.pi * hz * time)
    return stereo(mono)


def a_wav(path: Path, samples: FloatArray) -> Path:
    """Write samples as 16-bit PCM at 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples.T * 32767).round().astype("<i2").tobytes())
    return path


def heard_in(path: Path) -> FloatArray:
    """Decode a file as a player does: the encoder's priming is skipped, edit lists honoured."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).astype(np.float32)


def in_blocks(samples: FloatArray, size: int = RATE_HZ) -> list[FloatArray]:
    return [samples[:, start : start + size] for start in range(0, samples.shape[1], size)]
