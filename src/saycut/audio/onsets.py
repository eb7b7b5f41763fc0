"""Where sounds begin: how much new energy music brings in each hundredth of a second.

Source: the spectral flux of log-compressed bands, as in Böck, Krebs, Schedl: "Evaluating
the Online Capabilities of Onset Detection Methods" (2012).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from saycut.audio.samples import RATE_HZ, FloatArray

__all__ = ["ONSETS_HZ", "OnsetListener", "Onsets"]

ONSETS_HZ: Final = 100

_HOP_SAMPLES: Final = RATE_HZ // ONSETS_HZ
_WINDOW_SAMPLES: Final = 2048
_BAND_COUNT: Final = 36
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 16_000.0
# A kick drum and a bass live below; their weight tells the first beat of a bar.
_LOW_HZ: Final = 150.0
# Loud parts must not drown soft ones: magnitudes count by their logarithm above this share
# of full scale.
_FLOOR: Final = 1e-3
# A rise takes longer than one hop to enter the window.
_LAG_HOPS: Final = 2


@dataclass(frozen=True, slots=True)
class Onsets:
    """New energy over time, float32[n] at `ONSETS_HZ`: of all bands, and of the low ones.

    Value `i` belongs to the moment `i / ONSETS_HZ` of the media.
    """

    all: FloatArray
    low: FloatArray


class OnsetListener:
    """Hears onsets in blocks that pass by on their way to someone else."""

    def __init__(self) -> None:
        self._bands, self._low_count = _band_matrix()
        self._window = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
        self._before = np.zeros((_LAG_HOPS, _BAND_COUNT), np.float32)
        self._tail = np.zeros(_WINDOW_SAMPLES // 2, np.float32)
        self._all: list[FloatArray] = []
        self._low: list[FloatArray] = []

    def listen(self, blocks: Iterable[FloatArray]) -> Iterator[FloatArray]:
        """Pass the blocks through, float32[2, n] at 48 kHz."""
        for block in blocks:
            self._hear(block.mean(axis=0))
            yield block
        self._hear(np.zeros(_WINDOW_SAMPLES // 2, np.float32))

    def onsets(self) -> Onsets:
        """Give what was heard once the blocks have passed."""
        return Onsets(_joined(self._all), _joined(self._low))

    def _hear(self, mono: FloatArray) -> None:
        samples = np.concatenate([self._tail, mono])
        count = (len(samples) - _WINDOW_SAMPLES) // _HOP_SAMPLES + 1
        if count <= 0:
            self._tail = samples
            return
        self._tail = samples[count * _HOP_SAMPLES :]
        windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW_SAMPLES)
        spectra = np.abs(np.fft.rfft(windows[::_HOP_SAMPLES][:count] * self._window))
        bands = np.log1p(spectra.astype(np.float32) @ self._bands / _FLOOR)
        history = np.concatenate([self._before, bands])
        rises = np.maximum(0, history[_LAG_HOPS:] - history[:-_LAG_HOPS])
        self._before = history[-_LAG_HOPS:]
        self._all.append(rises.mean(axis=1))
        self._low.append(rises[:, : self._low_count].mean(axis=1))


def _band_matrix() -> tuple[FloatArray, int]:
    """Give weights from bins to bands, float32[bins, bands], and how many bands are low."""
    bins_hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / RATE_HZ)
    edges_hz = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BAND_COUNT + 1)
    owner = np.searchsorted(edges_hz, bins_hz) - 1
    matrix = np.zeros((len(bins_hz), _BAND_COUNT), np.float32)
    for band in range(_BAND_COUNT):
        members = np.flatnonzero(owner == band)
        if len(members) == 0:  # Low bands are narrower than a bin: take the nearest one.
            centre_hz = np.sqrt(edges_hz[band] * edges_hz[band + 1])
            members = np.array([np.abs(bins_hz - centre_hz).argmin()])
        matrix[members, band] = 4 / _WINDOW_SAMPLES / np.sqrt(len(members))
    return matrix, int(np.searchsorted(edges_hz, _LOW_HZ))


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
