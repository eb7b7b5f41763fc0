"""Hearing the beat of music: its tempo, where each beat falls, and which beats lead a bar.

One tempo is found for the whole. Then half-beats are chosen one after another so that each
falls on an onset and follows the one before by about half a period: songs that drift a
little hold. Which half of them are the beats, and which beats lead bars, is decided once for
the whole, by the weight of the low notes there; decided on the way, a loud off-beat would
make the track jump over in the middle of a song.

Source: Ellis, "Beat Tracking by Dynamic Programming" (2007), for the tempo and the track.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from saycut.audio.onsets import ONSETS_HZ, Onsets
from saycut.timeline import Facts

__all__ = ["beats_of"]

Array = NDArray[np.float64]

_SLOWEST_BPM, _FASTEST_BPM = 50.0, 210.0
# People tap along near this tempo: of a tempo and its double, the nearer one is the beat.
_COMMON_BPM: Final = 120.0
_COMMON_SPREAD_OCTAVES: Final = 0.9
# How alike onsets are one to four periods apart, 0..1. Sixty pieces of music had 0.30 and
# more; noise, speech, free ambience and random strokes stayed under 0.18.
_STEADY: Final = 0.25
_PERIODS: Final = np.array([1.0, 0.8, 0.6, 0.4])
# What a step costs that differs from the period, beside onsets worth about 1 to 5 each.
_TIGHTNESS: Final = 300.0
_BEATS_IN_BAR: Final = 4
# Less tells too little of what recurs.
_SHORTEST_HOPS: Final = 5 * ONSETS_HZ
# Flux rises as an attack enters its window, before it reaches the middle (measured on clicks).
_EARLY_MS: Final = 4.0


def beats_of(onsets: Onsets) -> Facts:
    """Give `tempo_bpm`, `beats_ms` and `downbeats_ms`; all empty when there is no steady beat.

    Bars are taken to have four beats.
    """
    if len(onsets.all) < _SHORTEST_HOPS or not onsets.all.any():
        return Facts()
    strength, low = _peaks(onsets.all), _peaks(onsets.low)
    period, steadiness = _period(strength)
    if steadiness < _STEADY:
        return Facts()
    halves = _track(strength + low / 2, period / 2)
    weight = _around(low, halves) + 0.3 * _around(strength, halves)
    beats = halves[_heaviest(weight, 2) :: 2]
    sounding = _sounding(onsets.all, beats)
    beats = beats[sounding]
    if len(beats) < 2 * _BEATS_IN_BAR:
        return Facts()
    moments_ms = _smooth(beats) * 1000 / ONSETS_HZ + _EARLY_MS
    beats_ms = tuple(round(float(moment)) for moment in moments_ms)
    per_beat_ms = float(np.polyfit(np.arange(len(beats)), moments_ms, 1)[0])
    return Facts(
        beats_ms=beats_ms,
        downbeats_ms=beats_ms[_heaviest(_around(low, beats), _BEATS_IN_BAR) :: _BEATS_IN_BAR],
        tempo_bpm=round(60_000 / per_beat_ms, 1),
    )


def _peaks(flux: NDArray[np.float32]) -> Array:
    """Give how far onsets stand out of the second around them, in deviations of that part."""
    blurred = np.convolve(flux, _hann(5), "same")
    rise = blurred - np.convolve(blurred, np.full(ONSETS_HZ + 1, 1 / (ONSETS_HZ + 1)), "same")
    spread = np.sqrt(np.convolve(rise**2, _hann(4 * ONSETS_HZ + 1), "same"))
    # Where next to nothing happens, little must not count as much.
    least = 0.05 * spread.max() + 1e-9
    return np.asarray(np.maximum(0, rise) / (spread + least))[: len(flux)]


def _period(strength: Array) -> tuple[float, float]:
    """Give the period of the beat, in hops, and how steadily onsets recur with it, 0..1."""
    alike = _autocorrelation(strength)
    tempi = np.geomspace(_SLOWEST_BPM, _FASTEST_BPM, 720)
    periods = 60 * ONSETS_HZ / tempi
    hops = np.arange(len(alike))
    likeness = np.array(
        [np.interp(periods * (i + 1), hops, alike, right=0) for i in range(len(_PERIODS))]
    )
    steadiness = _PERIODS @ likeness / _PERIODS.sum()
    distance = np.log2(tempi / _COMMON_BPM) / _COMMON_SPREAD_OCTAVES
    best = int((steadiness * np.exp(-(distance**2) / 2)).argmax())
    return float(periods[best]), float(steadiness[best])


def _autocorrelation(signal: Array) -> Array:
    """Give how alike a signal is to itself some hops later: 1 at 0."""
    size = 1 << (2 * len(signal) - 1).bit_length()
    power = np.abs(np.fft.rfft(signal - signal.mean(), size)) ** 2
    alike = np.fft.irfft(power)[: len(signal)]
    return np.asarray(alike / max(float(alike[0]), 1e-9))


def _track(strength: Array, period: float) -> NDArray[np.int64]:
    """Give the hops of the best chain: strong onsets, each about a period after the other."""
    steps = np.arange(round(period * 0.75), round(period * 4 / 3) + 1)
    costs = _TIGHTNESS * np.log(steps / period) ** 2
    lead = int(steps[-1])
    # `best[i + lead]` is the worth of the best chain that ends at hop `i`.
    best = np.zeros(len(strength) + lead)
    came_from = np.empty(len(strength), np.int64)
    for hop, onset in enumerate(strength):
        worths = best[hop + lead - steps] - costs
        choice = worths.argmax()
        best[hop + lead] = onset + worths[choice]
        came_from[hop] = hop - steps[choice]
    hop = max(0, len(strength) - lead) + int(best[max(lead, len(strength)) :].argmax())
    chain = []
    while hop >= 0:
        chain.append(hop)
        hop = int(came_from[hop])
    return np.array(chain[::-1])


def _around(strength: Array, hops: NDArray[np.int64]) -> Array:
    """Give the strength at these hops and shortly around them."""
    return np.asarray(np.convolve(strength, _hann(9), "same")[hops])


def _heaviest(weights: Array, count: int) -> int:
    """Give which of the `count` ways to take every `count`-th weight takes the most."""
    return int(np.argmax([weights[first::count].mean() for first in range(count)]))


def _sounding(flux: NDArray[np.float32], hops: NDArray[np.int64]) -> slice:
    """Give the part of the hops between the first sound and the last."""
    active = np.flatnonzero(flux > 0.05 * flux.max())
    first = np.searchsorted(hops, active[0] - ONSETS_HZ // 10)
    return slice(int(first), int(np.searchsorted(hops, active[-1], side="right")))


def _smooth(beats: NDArray[np.int64]) -> Array:
    """Give the moments of beats, in hops, each fitted to its neighbours.

    The grid of hops alone would make them stumble by a hop.
    """
    index = np.arange(len(beats))
    slope, start = np.polyfit(index, beats, 1)
    stray = np.pad(beats - (slope * index + start), 4, mode="edge")
    return np.asarray(slope * index + start + np.convolve(stray, _hann(9), "valid"))


def _hann(size: int) -> Array:
    """Give a smooth bump of that many values, all above 0, that sum to 1."""
    window = np.hanning(size + 2)[1:-1]
    return np.asarray(window / window.sum())
