"""How loud sound is: integrated loudness and true peak, measured by FFmpeg's ebur128."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf, log10
from pathlib import Path
from typing import Final

import numpy as np

from saycut.audio.samples import BLOCK_SAMPLES, RATE_HZ, FloatArray, filtered_frames
from saycut.media.sound import open_sound

__all__ = ["Loudness", "measure", "measure_file"]

_EBUR128: Final = ("ebur128", "metadata=1:peak=true:framelog=quiet")
# The filter reports once for every 100 ms that are full, so the last ones are filled up.
_REPORT_SAMPLES: Final = RATE_HZ // 10
# The absolute gate of BS.1770: the filter reports it when no block passed.
_GATE_LUFS: Final = -70.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of a whole programme.

    `integrated_lufs` is `-inf` when nothing passes the absolute gate of -70 LUFS or the
    sound is shorter than one block of 400 ms; `true_peak_dbtp` is `-inf` for pure silence.
    """

    integrated_lufs: float
    true_peak_dbtp: float


def measure(blocks: Iterable[FloatArray]) -> Loudness:
    """Measure a stream of blocks, float32[2, n] at 48 kHz; it is read once and not kept.

    Source: ITU-R BS.1770-5, EBU R 128.
    """
    heard = _Heard()
    integrated_lufs, true_peak = _GATE_LUFS, 0.0
    for frame in filtered_frames(heard.listen(blocks), _EBUR128):
        report = frame.metadata
        true_peak = max(true_peak, float(report["lavfi.r128.true_peak"]))
        if frame.pts is not None and frame.pts + frame.samples <= heard.sample_count:
            integrated_lufs = float(report["lavfi.r128.I"])
    # True peaks come rounded to 0.001: far too coarse for faint sound, never below the samples.
    peak = max(true_peak, heard.sample_peak) if heard.sample_peak > 0 else 0.0
    return Loudness(integrated_lufs if integrated_lufs > _GATE_LUFS else -inf, _decibels(peak))


def measure_file(path: Path) -> Loudness:
    """Measure the sound of a media file as it is decoded.

    Raises:
        MediaError: the file has no sound that can be read (see `saycut.media`).
    """
    return measure(open_sound(path).blocks(0, BLOCK_SAMPLES))


def _decibels(amplitude: float) -> float:
    """Give an amplitude in dB of full scale; silence is `-inf`."""
    return 20 * log10(amplitude) if amplitude > 0 else -inf


class _Heard:
    """What passed through on its way to the filter, and silence to fill its last report."""

    def __init__(self) -> None:
        self.sample_count = 0
        self.sample_peak = 0.0

    def listen(self, blocks: Iterable[FloatArray]) -> Iterator[FloatArray]:
        for block in blocks:
            self.sample_count += block.shape[1]
            self.sample_peak = max(self.sample_peak, float(np.abs(block).max(initial=0.0)))
            yield block
        # A whole report more than needed: the peak meter looks a few samples ahead.
        missing = -self.sample_count % _REPORT_SAMPLES + _REPORT_SAMPLES
        yield np.zeros((2, missing), np.float32)
