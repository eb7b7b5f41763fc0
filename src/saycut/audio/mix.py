"""The finished sound of a draft: mixed, brought to its loudness and written as AAC.

Two streams of blocks, never the whole mix: the first is measured, the second gets one gain,
a limiter when its peaks need one, and goes to the encoder. What was written is then decoded
and measured, because an encoder may overshoot and a limiter takes loudness; when either
missed, the second stream runs again with what was learned.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Final

import av
import numpy as np

from saycut.audio.loudness import Loudness, measure, measure_file
from saycut.audio.plan import MixPlan, plan_mix
from saycut.audio.samples import BLOCK_SAMPLES, RATE_HZ, FloatArray, filtered, frames_of, recut
from saycut.audio.voices import mix_blocks
from saycut.timeline import Asset, Draft

__all__ = ["TRUE_PEAK_MAX_DBTP", "MixReport", "render_mix"]

TRUE_PEAK_MAX_DBTP: Final = -1.0

# AAC at 192 kbit/s overshoots: by 0.5 dB on most music at -14 LUFS, by up to 1.4 dB on music
# limited hard. Room for the first is left at once, more is made when the file turns out to need it.
_HEADROOM_DB: Final = 0.5
_MORE_HEADROOM_DB: Final = 0.3

# Room noise must stay room noise: nothing is raised by more.
_GAIN_MAX_DB: Final = 20.0

# A limiter that takes more than this is heard as distortion: sparse, peaky sound stays softer
# than its target instead.
_LIMITING_MAX_DB: Final = 12.0

# Less than this nobody hears; a second encoding is not worth it.
_TOLERANCE_LU: Final = 0.2
_ATTEMPTS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class MixReport:
    """What was written, as measured after decoding it again.

    `gain_db` was added to the mix as a whole; `is_limited` tells that peaks were held down.
    """

    loudness_lufs: float
    target_lufs: float
    true_peak_dbtp: float
    gain_db: float
    sample_count: int
    is_limited: bool


def render_mix(
    draft: Draft,
    assets: Mapping[str, Asset],
    sources: Mapping[str, Path],
    destination: Path,
    *,
    bitrate_bps: int = 192_000,
    progress: Callable[[float], None] = lambda _: None,
) -> MixReport | None:
    """Write the sound of a draft as AAC-LC, 48 kHz stereo, in an MP4 of exactly its duration.

    Args:
        assets: all assets the draft names, by id.
        sources: the media file of each asset that sounds, by id.
        destination: appears complete or not at all.
        progress: told the share done, 0..1.

    Returns:
        What was written, or None, and no file, when nothing in the draft is audible.

    Raises:
        MediaError: a source cannot be read (see `saycut.media`).
    """
    plan = plan_mix(draft, assets)
    if not plan.sounds:
        return None
    mixed = measure(_reported(mix_blocks(plan, sources), plan, progress, 0.0, 0.5))
    if mixed.true_peak_dbtp == -inf:
        return None
    written = destination.with_name(f"{destination.name}.part")
    try:
        report = _write_to_target(plan, sources, mixed, written, bitrate_bps, progress)
        written.replace(destination)
    finally:
        written.unlink(missing_ok=True)
    progress(1.0)
    return report


@dataclass(frozen=True, slots=True)
class _Master:
    """What is done to the mix as a whole: one gain, and a ceiling its true peaks stay under."""

    gain_db: float
    ceiling_dbtp: float = TRUE_PEAK_MAX_DBTP - _HEADROOM_DB

    def limits(self, mixed: Loudness) -> bool:
        return mixed.true_peak_dbtp + self.gain_db > self.ceiling_dbtp

    def lowered(self, heard: Loudness) -> "_Master":
        """Give it with a ceiling low enough for the peaks that were heard in the file."""
        excess_db = heard.true_peak_dbtp - TRUE_PEAK_MAX_DBTP
        if excess_db <= 0:
            return self
        return replace(self, ceiling_dbtp=self.ceiling_dbtp - excess_db - _MORE_HEADROOM_DB)

    def raised(self, mixed: Loudness, heard: Loudness, target_lufs: float) -> "_Master":
        """Give it with the loudness put back that limiter and encoder took, as far as allowed."""
        missing_lu = target_lufs - heard.integrated_lufs
        if heard.integrated_lufs == -inf or missing_lu < _TOLERANCE_LU:
            return self
        return replace(self, gain_db=min(self.gain_db + missing_lu, _gain_max_db(mixed)))


def _write_to_target(
    plan: MixPlan,
    sources: Mapping[str, Path],
    mixed: Loudness,
    written: Path,
    bitrate_bps: int,
    progress: Callable[[float], None],
) -> MixReport:
    master = _first_master(mixed, plan.loudness_lufs)
    done = 0.5
    for attempt in range(_ATTEMPTS_MAX):
        blocks = _reported(mix_blocks(plan, sources), plan, progress, done, (1 + done) / 2)
        _encode(_mastered(blocks, master, mixed), plan.sample_count, written, bitrate_bps)
        heard = measure_file(written)
        better = master.lowered(heard)
        if attempt == 0:
            better = better.raised(mixed, heard, plan.loudness_lufs)
        report = MixReport(
            loudness_lufs=heard.integrated_lufs,
            target_lufs=plan.loudness_lufs,
            true_peak_dbtp=heard.true_peak_dbtp,
            gain_db=master.gain_db,
            sample_count=plan.sample_count,
            is_limited=master.limits(mixed),
        )
        if better == master:
            break
        master, done = better, (1 + done) / 2
    return report


def _first_master(mixed: Loudness, target_lufs: float) -> _Master:
    if mixed.integrated_lufs == -inf:
        return _Master(gain_db=0.0)
    return _Master(gain_db=min(target_lufs - mixed.integrated_lufs, _gain_max_db(mixed)))


def _gain_max_db(mixed: Loudness) -> float:
    return min(_GAIN_MAX_DB, TRUE_PEAK_MAX_DBTP + _LIMITING_MAX_DB - mixed.true_peak_dbtp)


def _mastered(
    blocks: Iterator[FloatArray], master: _Master, mixed: Loudness
) -> Iterator[FloatArray]:
    louder = (block * np.float32(10 ** (master.gain_db / 20)) for block in blocks)
    if not master.limits(mixed):
        return louder
    ceiling = 10 ** (master.ceiling_dbtp / 20)
    return filtered(
        louder,
        # Peaks between the samples show at four times the rate.
        ("aresample", f"{4 * RATE_HZ}"),
        # `latency` takes the look-ahead out again; `level` would raise the result to full scale.
        ("alimiter", f"limit={ceiling:.6f}:level=0:latency=1:attack=5:release=50"),
        ("aresample", f"{RATE_HZ}"),
    )


def _encode(
    blocks: Iterable[FloatArray], sample_count: int, destination: Path, bitrate_bps: int
) -> None:
    lengths = _lengths(sample_count, 1024)
    # In the default timescale the edit list would round the duration to milliseconds.
    options = {"movie_timescale": str(RATE_HZ), "movflags": "+faststart"}
    with av.open(str(destination), "w", format="mp4", options=options) as container:
        # The fast coder takes a third of the time; at 192 kbit/s its error is no larger.
        stream = container.add_stream(
            "aac", rate=RATE_HZ, layout="stereo", options={"aac_coder": "fast"}
        )
        stream.bit_rate = bitrate_bps
        stream.time_base = Fraction(1, RATE_HZ)
        for frame in frames_of(recut(blocks, lengths)):
            frame.time_base = Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _lengths(sample_count: int, frame_samples: int) -> Iterator[int]:
    """Give the sizes of an encoder's frames; only the last may be shorter."""
    for start in range(0, sample_count, frame_samples):
        yield min(frame_samples, sample_count - start)


def _reported(
    blocks: Iterable[FloatArray],
    plan: MixPlan,
    progress: Callable[[float], None],
    begin: float,
    end: float,
) -> Iterator[FloatArray]:
    """Pass blocks through and tell how far along they bring the work from `begin` to `end`."""
    for index, block in enumerate(blocks, 1):
        yield block
        progress(begin + (end - begin) * min(1, index * BLOCK_SAMPLES / plan.sample_count))
