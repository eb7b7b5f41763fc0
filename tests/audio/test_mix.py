from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from saycut.audio import TRUE_PEAK_MAX_DBTP, MixReport, measure_file, render_mix
from saycut.audio.samples import FloatArray
from saycut.media.errors import MediaError
from saycut.timeline import Curve, Draft, Sound
from tests.audio.sounds import a_wav, clicks_at, heard_in, noise, sine
from tests.builders import a_clip, a_draft, a_photo, a_segment, by_id

AAC_FRAME = 1024


def music(duration_s: float) -> FloatArray:
    """Chords under a beat: crests some 12 dB above the mean, as music has."""
    chord = sum(sine(hz, -24, duration_s) for hz in (220, 277, 330, 440))
    beat = noise(0.2, duration_s)
    seconds = np.arange(beat.shape[1]) / 48_000
    return np.asarray(chord + beat * np.exp(-(seconds % 0.5) * 30), np.float32)


def rendered(
    draft: Draft, samples: FloatArray, tmp_path: Path, name: str = "mix.m4a"
) -> tuple[MixReport, Path]:
    source = a_wav(tmp_path / "source.wav", samples)
    clip = a_clip(duration_ms=samples.shape[1] // 48)
    report = render_mix(draft, by_id(clip), {"clip": source}, tmp_path / name)
    assert report is not None
    return report, tmp_path / name


def a_whole(duration_ms: int, **fields: Any) -> Draft:
    return a_draft(a_segment(asset_id="clip", duration_ms=duration_ms, **fields))


def test_every_cut_sounds_within_a_millisecond_of_its_place(tmp_path: Path) -> None:
    in_source_ms = list(range(137, 30_000, 250))
    rng = np.random.default_rng(5)
    segments, expected_ms, start_ms = [], [], 0
    for number, at_ms in enumerate(rng.permutation(in_source_ms)[:40]):
        into_ms, duration_ms = int(rng.integers(10, 100)), int(rng.integers(110, 240))
        segments.append(
            a_segment(
                f"s{number}",
                asset_id="clip",
                start_ms=start_ms,
                duration_ms=duration_ms,
                source_start_ms=int(at_ms) - into_ms,
            )
        )
        expected_ms.append(start_ms + into_ms)
        start_ms += duration_ms

    _, path = rendered(a_draft(*segments), clicks_at(in_source_ms, 31), tmp_path)

    sound = np.abs(heard_in(path)[0])
    for at_ms in expected_ms:
        first = at_ms * 48 - 400
        heard = first + int(sound[max(0, first) : first + 800].argmax()) - min(0, first)
        assert abs(heard - at_ms * 48) < 48


@pytest.mark.parametrize("duration_ms", [999, 2500, 3001])
def test_the_file_lasts_exactly_as_long_as_the_draft(duration_ms: int, tmp_path: Path) -> None:
    report, path = rendered(a_whole(duration_ms), music(2), tmp_path)

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.start_time, stream.duration) == (0, duration_ms * 48)
        assert stream.codec_context.name == "aac"
        assert (stream.rate, stream.layout.name) == (48_000, "stereo")
    assert report.sample_count == duration_ms * 48
    assert 0 <= heard_in(path).shape[1] - duration_ms * 48 < AAC_FRAME


@pytest.mark.parametrize(("gain_db", "target"), [(0.0, None), (-15.0, -14.0), (3.0, -23.0)])
def test_music_comes_out_at_its_target(
    gain_db: float, target: float | None, tmp_path: Path
) -> None:
    draft = a_whole(8000, sound=Sound(gain_db=Curve.constant(gain_db)))

    report, path = rendered(replace(draft, loudness_lufs=target), music(8), tmp_path)

    assert measure_file(path).integrated_lufs == pytest.approx(target or -14.0, abs=0.5)
    assert report.loudness_lufs == measure_file(path).integrated_lufs


@pytest.mark.parametrize("target", [-14.0, -9.0])
def test_peaks_of_hot_sound_stay_under_the_limit_once_decoded(
    target: float, tmp_path: Path
) -> None:
    hot = np.clip(4 * music(5) + noise(0.3, 5), -1, 1)
    square = np.sign(sine(97, 0, 5)) * np.float32(0.99)
    sound = np.concatenate([hot, square, clicks_at([100, 900, 2500], 3)], axis=1)

    report, path = rendered(replace(a_whole(13_000), loudness_lufs=target), sound, tmp_path)

    assert measure_file(path).true_peak_dbtp <= TRUE_PEAK_MAX_DBTP
    assert report.true_peak_dbtp <= TRUE_PEAK_MAX_DBTP


def test_limiting_moves_nothing_in_time(tmp_path: Path) -> None:
    sound = music(4) * np.float32(0.2)
    sound += clicks_at([500, 1700, 3100], 4)

    report, path = rendered(a_whole(4000), sound, tmp_path)

    heard = np.abs(heard_in(path)[0])
    assert report.is_limited
    for at_ms in (500, 1700, 3100):
        near = heard[at_ms * 48 - 400 : at_ms * 48 + 400]
        assert abs(int(near.argmax()) - 400) < 48


def test_room_noise_is_not_raised_to_the_level_of_music(tmp_path: Path) -> None:
    report, _ = rendered(a_whole(3000), noise(0.001, 3), tmp_path)

    assert report.gain_db == 20.0
    assert report.loudness_lufs < -30


def test_nothing_audible_gives_no_file(tmp_path: Path) -> None:
    source = a_wav(tmp_path / "silence.wav", clicks_at([], 2))
    assets = by_id(a_photo(), a_clip())
    destination = tmp_path / "mix.m4a"

    assert render_mix(a_draft(a_segment()), assets, {}, destination) is None
    assert render_mix(a_whole(2000), assets, {"clip": source}, destination) is None
    assert list(tmp_path.iterdir()) == [source]


def test_the_same_draft_gives_the_same_bytes(tmp_path: Path) -> None:
    _, first = rendered(a_whole(3000), music(3), tmp_path, "first.m4a")
    _, second = rendered(a_whole(3000), music(3), tmp_path, "second.m4a")

    assert first.read_bytes() == second.read_bytes()


def test_progress_goes_up_to_one(tmp_path: Path) -> None:
    source = a_wav(tmp_path / "source.wav", music(3))
    told: list[float] = []

    render_mix(
        a_whole(3000),
        by_id(a_clip(duration_ms=3000)),
        {"clip": source},
        tmp_path / "mix.m4a",
        progress=told.append,
    )

    assert told == sorted(told)
    assert 0 < told[0] < 0.5
    assert told[-1] == 1.0


def test_work_that_is_broken_off_leaves_what_was_there(tmp_path: Path) -> None:
    source = a_wav(tmp_path / "source.wav", music(3))
    destination = tmp_path / "mix.m4a"
    destination.write_bytes(b"the mix before")

    def stop_while_writing(share: float) -> None:
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_mix(
            a_whole(3000),
            by_id(a_clip(duration_ms=3000)),
            {"clip": source},
            destination,
            progress=stop_while_writing,
        )

    assert destination.read_bytes() == b"the mix before"
    assert set(tmp_path.iterdir()) == {source, destination}


def test_a_source_that_is_not_media_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source.wav"
    source.write_text("not a sound")

    with pytest.raises(MediaError, match=r"source\.wav"):
        render_mix(a_whole(3000), by_id(a_clip()), {"clip": source}, tmp_path / "mix.m4a")
