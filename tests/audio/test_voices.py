import tracemalloc
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from saycut.audio.plan import plan_mix
from saycut.audio.samples import FloatArray
from saycut.audio.voices import mix_blocks
from saycut.timeline import (
    Asset,
    Curve,
    Draft,
    Easing,
    Keyframe,
    Sound,
    Transition,
    TransitionKind,
)
from tests.audio.sounds import a_wav, clicks_at, constant, noise, sine
from tests.builders import a_clip, a_draft, a_segment, by_id

# A 16-bit file rounds each sample.
PRECISE = 1e-4


def mixed(draft: Draft, assets: Mapping[str, Asset], sources: Mapping[str, Path]) -> FloatArray:
    return np.concatenate(list(mix_blocks(plan_mix(draft, assets), sources)), axis=1)


def mixed_from(samples: FloatArray, draft: Draft, tmp_path: Path) -> FloatArray:
    path = a_wav(tmp_path / "source.wav", samples)
    clip = a_clip(duration_ms=samples.shape[1] // 48)
    return mixed(draft, by_id(clip), {"clip": path})


def test_sound_of_a_segment_is_the_sound_of_the_source_there(tmp_path: Path) -> None:
    source = noise(0.1, 5)
    draft = a_draft(a_segment(asset_id="clip", start_ms=500, duration_ms=5000))

    mix = mixed_from(source, draft, tmp_path)

    assert mix.shape == (2, 5500 * 48)
    assert not mix[:, : 500 * 48].any()
    assert np.allclose(mix[:, 500 * 48 :], source, atol=PRECISE)


def test_a_split_changes_no_sample(tmp_path: Path) -> None:
    whole = a_draft(a_segment("s1", asset_id="clip", duration_ms=3000))
    split = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=1234),
        a_segment("s2", asset_id="clip", start_ms=1234, duration_ms=1766, source_start_ms=1234),
    )
    source = noise(0.1, 3)

    assert np.array_equal(mixed_from(source, whole, tmp_path), mixed_from(source, split, tmp_path))


def test_fades_begin_and_end_in_silence_and_are_half_way_in_their_middle(tmp_path: Path) -> None:
    sound = Sound(fade_in_ms=200, fade_out_ms=400)
    draft = a_draft(a_segment(asset_id="clip", duration_ms=2000, sound=sound))

    mix = mixed_from(constant(0.5, 3), draft, tmp_path)[0] / 0.5

    assert mix[[0, -1]] == pytest.approx(0, abs=PRECISE)
    assert mix[[100 * 48, -200 * 48]] == pytest.approx(0.5, abs=0.001)
    assert mix[200 * 48 : -400 * 48] == pytest.approx(1, abs=PRECISE)
    assert (np.diff(mix[: 200 * 48]) > -PRECISE).all()
    assert (np.diff(mix[-400 * 48 :]) < PRECISE).all()


def test_a_hard_cut_is_free_of_a_step(tmp_path: Path) -> None:
    draft = a_draft(a_segment(asset_id="clip", duration_ms=1000, source_start_ms=500))

    mix = mixed_from(constant(0.5, 3), draft, tmp_path)[0]

    assert np.abs(np.diff(mix, prepend=0, append=0)).max() < 0.005
    assert mix[5 * 48 : -5 * 48] == pytest.approx(0.5, abs=PRECISE)


def test_keyframes_set_the_gain_at_their_moment(tmp_path: Path) -> None:
    curve = Curve((Keyframe(0, 0.0), Keyframe(1000, -20.0, Easing.HOLD), Keyframe(1500, 0.0)))
    segment = a_segment(asset_id="clip", start_ms=250, duration_ms=2000, sound=Sound(gain_db=curve))

    mix = mixed_from(constant(0.5, 2), a_draft(segment), tmp_path)[0] / 0.5

    at_ms = [250, 750, 1250, 1700, 1751, 2249]
    assert mix[np.array(at_ms) * 48] == pytest.approx([1, 10**-0.5, 0.1, 0.1, 1, 1], abs=0.001)


def test_a_crossfade_keeps_the_joint_power_of_two_sounds(tmp_path: Path) -> None:
    assets = by_id(a_clip("low"), a_clip("high"))
    sources = {
        "low": a_wav(tmp_path / "low.wav", sine(300, -12, 20)),
        "high": a_wav(tmp_path / "high.wav", sine(3000, -12, 20)),
    }
    crossfade = Transition(TransitionKind.CROSSFADE, 1000)
    draft = a_draft(
        a_segment("s1", asset_id="low", duration_ms=3000),
        a_segment("s2", asset_id="high", start_ms=3000, source_start_ms=1000, transition=crossfade),
    )

    mix = mixed(draft, assets, sources)[0]

    power = (mix[2500 * 48 : 3500 * 48].reshape(10, -1) ** 2).mean(axis=1)
    assert power == pytest.approx(10**-1.2 / 2, rel=0.02)


def test_sounds_at_the_same_time_add_up(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "level.wav", constant(0.25, 2))
    draft = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=2000),
        sounds=(a_segment("s2", asset_id="clip", start_ms=1500, duration_ms=2000),),
    )

    mix = mixed(draft, by_id(a_clip(duration_ms=2000)), {"clip": path})[0]

    assert mix[[1499 * 48, 1501 * 48, 2001 * 48]] == pytest.approx([0.25, 0.5, 0.25], abs=PRECISE)


def test_silence_follows_a_source_that_ends_early(tmp_path: Path) -> None:
    draft = a_draft(a_segment(asset_id="clip", duration_ms=3000))

    mix = mixed_from(constant(0.5, 1), draft, tmp_path)

    assert mix.shape == (2, 3000 * 48)
    assert not mix[:, 1000 * 48 :].any()


@pytest.mark.parametrize("speed", [Fraction(1, 4), Fraction(3, 4), Fraction(2), Fraction(4)])
def test_another_speed_keeps_the_pitch_and_fills_the_segment(
    speed: Fraction, tmp_path: Path
) -> None:
    draft = a_draft(a_segment(asset_id="clip", duration_ms=2000, speed=speed))

    mix = mixed_from(sine(440, -12, 10), draft, tmp_path)[0]

    spectrum = np.abs(np.fft.rfft(mix * np.hanning(len(mix))))
    assert spectrum.argmax() / 2 == pytest.approx(440, abs=3)
    power = (mix.reshape(8, -1) ** 2).mean(axis=1)
    assert power == pytest.approx(10**-1.2 / 2, rel=0.1)


def test_at_double_speed_events_come_at_half_their_time(tmp_path: Path) -> None:
    source = sine(440, -12, 8)
    seconds = np.arange(source.shape[1]) / 48_000
    source[:, seconds % 2 < 1] = 0  # sounds from 1 to 2, 3 to 4, 5 to 6, 7 to 8 s
    draft = a_draft(a_segment(asset_id="clip", duration_ms=4000, speed=Fraction(2)))

    mix = mixed_from(source, draft, tmp_path)[0]

    is_loud = np.convolve(np.abs(mix), np.full(480, 1 / 480), "same") > 0.08
    edges_ms = np.flatnonzero(np.diff(is_loud.astype(int))) / 48
    assert edges_ms[:7] == pytest.approx([500, 1000, 1500, 2000, 2500, 3000, 3500], abs=25)


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "minute.wav", clicks_at([500], 60))

    def peak_bytes(minutes: int) -> int:
        segments = (
            a_segment(f"s{i}", asset_id="clip", start_ms=i * 60_000, duration_ms=60_000)
            for i in range(minutes)
        )
        plan = plan_mix(a_draft(*segments), by_id(a_clip(duration_ms=60_000)))
        tracemalloc.start()
        for _ in mix_blocks(plan, {"clip": path}):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(8) < 1.2 * peak_bytes(1)
