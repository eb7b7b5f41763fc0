from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest

from saycut.audio import Loudness, measure, measure_file
from tests.audio.sounds import a_wav, in_blocks, noise, sine, stereo


@pytest.mark.parametrize("level_db", [-23.0, -33.0])
def test_a_1_khz_tone_is_as_loud_as_ebu_tech_3341_says(level_db: float) -> None:
    heard = measure(in_blocks(sine(1000, level_db, 20)))

    assert heard.integrated_lufs == pytest.approx(level_db, abs=0.1)


def test_soft_parts_are_gated_as_ebu_tech_3341_says() -> None:
    parts = [sine(1000, -36, 10), sine(1000, -23, 60), sine(1000, -36, 10)]

    heard = measure(parts)

    assert heard.integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_loudness_does_not_depend_on_how_sound_is_cut_into_blocks() -> None:
    sound = noise(0.1, 5.037)

    assert measure(in_blocks(sound, 777)) == measure([sound])


def test_the_true_peak_between_two_samples_is_found() -> None:
    # At a quarter of the rate and 45 degrees, every sample is 3 dB under the crest.
    count = np.arange(48_000 * 3)
    fade = np.minimum(1, np.minimum(count, count[::-1]) / 24_000)
    sound = stereo(0.5 * sqrt(2) * fade * np.sin(np.pi / 2 * count + np.pi / 4))

    heard = measure(in_blocks(sound))

    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-6.0, abs=0.05)
    assert heard.true_peak_dbtp == pytest.approx(-3.0, abs=0.3)


def test_a_peak_at_the_very_end_counts() -> None:
    sound = np.zeros((2, 48_001), np.float32)
    sound[:, -1] = 0.5

    assert measure([sound]).true_peak_dbtp == pytest.approx(-6.0, abs=0.1)


def test_silence_and_nothing_have_no_loudness() -> None:
    assert measure([np.zeros((2, 96_000), np.float32)]) == Loudness(-inf, -inf)
    assert measure([]) == Loudness(-inf, -inf)


def test_a_file_is_as_loud_as_its_samples(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "tone.wav", sine(1000, -20, 3))

    assert measure_file(path).integrated_lufs == pytest.approx(-20.0, abs=0.1)
