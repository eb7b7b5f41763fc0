import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.audio.beats import beats_of
from saycut.audio.onsets import OnsetListener
from saycut.audio.samples import FloatArray
from saycut.timeline import Facts
from tests.audio.sounds import a_click_track, in_blocks, noise, sine


def heard(sound: FloatArray, block_samples: int = 48_000) -> Facts:
    listener = OnsetListener()
    for _ in listener.listen(in_blocks(sound, block_samples)):
        pass
    return beats_of(listener.onsets())


def a_steady_beat(
    bpm: float, *, duration_s: float = 30, start_s: float = 0.8
) -> NDArray[np.float64]:
    return start_s + np.arange(int(duration_s * bpm / 60)) * 60 / bpm


def strays_ms(beats_ms: tuple[int, ...], truth_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far from each true beat the nearest one is that was heard."""
    found = np.array(beats_ms)
    return np.array([np.abs(found - 1000 * moment).min() for moment in truth_s])


@pytest.mark.parametrize("bpm", [87, 120, 128, 140])
def test_tempo_and_every_beat_of_a_steady_track_are_found(bpm: int) -> None:
    truth = a_steady_beat(bpm)

    facts = heard(a_click_track(truth))

    assert facts.tempo_bpm == pytest.approx(bpm, abs=0.3)
    assert abs(len(facts.beats_ms) - len(truth)) <= 1
    assert strays_ms(facts.beats_ms, truth).max() < 20


def test_low_strokes_lead_the_bars() -> None:
    truth = a_steady_beat(120)

    facts = heard(a_click_track(truth))

    assert strays_ms(facts.downbeats_ms, truth[::4]).max() < 20
    assert set(facts.downbeats_ms) <= set(facts.beats_ms)


def test_strokes_played_loosely_over_noise_are_followed() -> None:
    truth = a_steady_beat(128)
    loose = truth + np.random.default_rng(2).normal(0, 0.012, len(truth))

    facts = heard(a_click_track(loose, noise_level=0.05))

    assert facts.tempo_bpm == pytest.approx(128, abs=0.5)
    assert (strays_ms(facts.beats_ms, truth) < 70).mean() > 0.95


def test_soft_swung_notes_between_do_not_move_the_beat() -> None:
    truth = a_steady_beat(120)
    swung = a_click_track(truth + 0.5 * 2 / 3) * np.float32(0.4)
    straight = a_click_track(truth)
    straight += swung[:, : straight.shape[1]]

    facts = heard(straight)

    assert facts.tempo_bpm == pytest.approx(120, abs=0.5)
    assert (strays_ms(facts.beats_ms, truth) < 40).mean() > 0.95


def test_a_song_that_slows_down_is_followed() -> None:
    truth = 0.8 + np.cumsum(60 / np.linspace(124, 118, 80))

    facts = heard(a_click_track(truth))

    assert (strays_ms(facts.beats_ms, truth) < 50).mean() > 0.95
    assert facts.tempo_bpm == pytest.approx(121, abs=1)


def test_loud_off_beats_do_not_take_the_place_of_the_beat() -> None:
    truth = a_steady_beat(100)
    beats = a_click_track(truth)
    hats = 2 * noise(0.3, beats.shape[1] / 48_000)
    seconds = np.arange(hats.shape[1]) / 48_000
    into_beat = (seconds - truth[0] - 0.3) % 0.6
    kicks = sine(60, -3, beats.shape[1] / 48_000) * np.exp(-((seconds - truth[0]) % 0.6) * 20)

    facts = heard(np.asarray(kicks + hats * np.exp(-into_beat * 80), np.float32))

    assert facts.tempo_bpm == pytest.approx(100, abs=0.5)
    assert np.median(strays_ms(facts.beats_ms, truth)) < 30


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(noise(0.2, 20), id="noise"),
        pytest.param(sine(440, -12, 20), id="a tone"),
        pytest.param(np.zeros((2, 480_000), np.float32), id="silence"),
        pytest.param(np.zeros((2, 0), np.float32), id="nothing"),
        pytest.param(a_click_track(np.array([1.0, 1.5, 2.0])), id="three strokes"),
    ],
)
def test_what_has_no_beat_gets_none(sound: FloatArray) -> None:
    assert heard(sound) == Facts()


def test_strokes_at_random_have_no_tempo() -> None:
    waits = np.random.default_rng(4).exponential(0.5, 80)

    assert heard(a_click_track(np.cumsum(waits))).tempo_bpm is None


def test_beats_do_not_depend_on_how_sound_is_cut_into_blocks() -> None:
    sound = a_click_track(a_steady_beat(120, duration_s=10))

    assert heard(sound, 12_345) == heard(sound)
