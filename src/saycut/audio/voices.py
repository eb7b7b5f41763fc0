"""The sum of all sounds of a plan, as a stream of blocks: memory is flat at any length."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from saycut.audio.plan import MixPlan, PlacedSound, Ramp, RampShape
from saycut.audio.samples import BLOCK_SAMPLES, SAMPLES_PER_MS, FloatArray, filtered, recut
from saycut.media import ANY_SIZE
from saycut.media.sound import SoundReader, open_sound

__all__ = ["mix_blocks"]

# FFmpeg's atempo plays events early by 8 to 13 ms of the media at any tempo (measured with
# gated noise and tones); beginning that much earlier in the media brings them into place.
_TEMPO_LEAD: Final = 10 * SAMPLES_PER_MS


def mix_blocks(plan: MixPlan, sources: Mapping[str, Path]) -> Iterator[FloatArray]:
    """Give the mix before loudness, float32[2, n], in blocks of one second (the last shorter).

    Args:
        sources: the media file of each asset, by asset id.
    """
    readers: dict[str, SoundReader] = {}
    waiting = list(reversed(plan.sounds))
    playing: list[tuple[PlacedSound, Iterator[FloatArray]]] = []
    for start in range(0, plan.sample_count, BLOCK_SAMPLES):
        end = min(start + BLOCK_SAMPLES, plan.sample_count)
        while waiting and waiting[-1].start < end:
            sound = waiting.pop()
            if sound.asset_id not in readers:
                readers[sound.asset_id] = open_sound(sources[sound.asset_id], max_pixels=ANY_SIZE)
            playing.append((sound, _voice(sound, readers[sound.asset_id])))
        block = np.zeros((2, end - start), np.float32)
        for sound, voice in playing:
            first, last = max(start, sound.start), min(end, sound.end)
            block[:, first - start : last - start] += next(voice)[:, : last - first]
        playing = [(sound, voice) for sound, voice in playing if sound.end > end]
        yield block


def _gain_over(sound: PlacedSound, start: int, end: int) -> FloatArray:
    """Give the gain of a sound as a factor for each sample of `[start, end)` of the mix."""
    gain = _curve_gain(sound, start, end)
    for ramp in sound.ramps:
        is_open = start >= ramp.end if ramp.is_rising else end <= ramp.start
        if not is_open:
            gain *= _ramp_gain(ramp, start, end)
    return gain.astype(np.float32)


def _voice(sound: PlacedSound, reader: SoundReader) -> Iterator[FloatArray]:
    """Give the sound with its gain, one piece for each block of the mix that it touches."""
    seams = range(_next_seam(sound.start), sound.end, BLOCK_SAMPLES)
    edges = [sound.start, *seams, sound.end]
    pieces = recut(_media_blocks(sound, reader), np.diff(edges).tolist())
    for start, piece in zip(edges, pieces, strict=False):
        yield piece * _gain_over(sound, start, start + piece.shape[1])


def _next_seam(sample: int) -> int:
    return (sample // BLOCK_SAMPLES + 1) * BLOCK_SAMPLES


def _media_blocks(sound: PlacedSound, reader: SoundReader) -> Iterator[FloatArray]:
    """Give the samples of the media from where the sound begins, at its tempo."""
    if sound.speed == 1:
        return reader.blocks(sound.source_start, BLOCK_SAMPLES)
    blocks = reader.blocks(sound.source_start - _TEMPO_LEAD, BLOCK_SAMPLES)
    steps = _tempo_steps(sound.speed)
    return filtered(blocks, *(("atempo", f"tempo={float(step)!r}") for step in steps))


def _tempo_steps(speed: Fraction) -> Iterator[Fraction]:
    """Give factors whose product is `speed`, each within what one atempo takes (0.5 to 100)."""
    lowest = Fraction(1, 2)
    while speed < lowest:
        yield lowest
        speed /= lowest
    yield speed


def _curve_gain(sound: PlacedSound, start: int, end: int) -> NDArray[np.float64]:
    """Give the gain of the curve: exact each millisecond, a straight line between."""
    curve = sound.gain_db
    if curve.is_constant:
        return np.full(end - start, _factor(curve.at(0)))
    first_ms = (start - sound.gain_start) // SAMPLES_PER_MS
    last_ms = -(-(end - sound.gain_start) // SAMPLES_PER_MS)
    moments_ms = range(first_ms, last_ms + 1)
    knots = np.array([sound.gain_start + ms * SAMPLES_PER_MS for ms in moments_ms])
    return np.interp(np.arange(start, end), knots, [_factor(curve.at(ms)) for ms in moments_ms])


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))


def _ramp_gain(ramp: Ramp, start: int, end: int) -> NDArray[np.float64]:
    # Taken at the middle of each sample, a rising and a falling ramp over the same span
    # are mirror images.
    middle = np.arange(start, end) + 0.5
    done = np.clip((middle - ramp.start) / (ramp.end - ramp.start), 0, 1)
    sine: NDArray[np.float64] = np.sin(np.pi / 2 * (done if ramp.is_rising else 1 - done))
    return sine if ramp.shape is RampShape.EQUAL_POWER else sine * sine
