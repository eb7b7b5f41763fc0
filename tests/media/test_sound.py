from fractions import Fraction
from math import sqrt
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from saycut.media import SOUND_RATE_HZ, BrokenMedia, TooManyPixels, open_sound
from tests.media.clips import RATE_HZ, a_clip, a_sound, a_tone

CODECS = {"wav": "pcm_s16le", "flac": "flac", "m4a": "aac", "mp3": "libmp3lame", "opus": "libopus"}


def a_click(at: int, *, count: int = 4 * RATE_HZ) -> NDArray[np.float32]:
    """Two seconds of faint noise with a loud burst of 8 samples, so that no codec drops it."""
    noise = np.random.default_rng(1).normal(0, 1e-4, (2, count)).astype(np.float32)
    noise[:, at : at + 8] = 0.9
    return noise


def place_of_click(samples: NDArray[np.float32]) -> float:
    """The middle of the energy around the loudest sample."""
    energy = samples[0].astype(np.float64) ** 2
    loudest = int(np.argmax(energy))
    near = np.arange(max(0, loudest - 12), min(len(energy), loudest + 13))
    return float((energy[near] * near).sum() / energy[near].sum()) - 3.5


def whole(path: Path) -> NDArray[np.float32]:
    return np.concatenate(list(open_sound(path).blocks(0, 10_000)), axis=1)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 22_050, 96_000, 8_000, 11_025])
def test_any_rate_comes_out_in_phase_from_any_sample(tmp_path: Path, rate_hz: int) -> None:
    tone = a_tone(hz=440, rate_hz=rate_hz)
    path = a_sound(tmp_path / "a.wav", tone, rate_hz=rate_hz)
    starts = (0, 1, 12_345, 48_000)

    blocks = [next(open_sound(path).blocks(start, 4800)) for start in starts]

    for start, block in zip(starts, blocks, strict=True):
        expected = 0.5 * np.sin(2 * np.pi * 440 * (start + np.arange(4800)) / SOUND_RATE_HZ)
        # The filter of the resampler rings where the tone sets in.
        calm = 600 if start < 600 and rate_hz != SOUND_RATE_HZ else 0
        assert np.abs(block - expected)[:, calm:].max() < 2e-3


@pytest.mark.parametrize("suffix", CODECS)
def test_a_click_is_heard_at_its_sample(tmp_path: Path, suffix: str) -> None:
    path = a_sound(tmp_path / f"a.{suffix}", a_click(30_000), codec=CODECS[suffix])

    assert abs(place_of_click(whole(path)) - 30_000) < 2


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "mov"])
def test_a_click_of_a_clip_is_heard_at_its_sample(tmp_path: Path, suffix: str) -> None:
    path = a_clip(tmp_path / f"a.{suffix}", frame_count=60, sound=a_click(30_000))

    assert abs(place_of_click(whole(path)) - 30_000) < 2


@pytest.mark.parametrize("suffix", [*CODECS, "mka"])
def test_reading_may_begin_anywhere(tmp_path: Path, suffix: str) -> None:
    codec = CODECS.get(suffix, "aac")
    path = a_sound(tmp_path / f"a.{suffix}", a_click(150_000), codec=codec)

    for start in (0, 100, 90_000, 140_001, 149_999):
        block = next(open_sound(path).blocks(start, 20_000 + 150_000 - start))
        assert abs(start + place_of_click(block) - 150_000) < 2


def test_blocks_are_whole_but_for_the_last(tmp_path: Path) -> None:
    path = a_sound(tmp_path / "a.wav", a_tone(duration_s=1.0, rate_hz=44_100), rate_hz=44_100)

    sizes = [block.shape for block in open_sound(path).blocks(1000, 10_000)]

    assert sizes == [(2, 10_000)] * 4 + [(2, 7_000)]


def test_reading_a_span_beyond_the_end_gives_silence(tmp_path: Path) -> None:
    path = a_sound(tmp_path / "a.wav", a_tone(duration_s=1.0))

    samples = open_sound(path).read(Fraction(1, 2), 1.0)

    assert samples.shape == (2, 48_000)
    assert np.abs(samples[:, :24_000]).max() > 0.4
    assert not samples[:, 24_000:].any()


def test_before_the_start_is_silence_and_after_the_end_is_nothing(tmp_path: Path) -> None:
    path = a_sound(tmp_path / "a.wav", a_click(0, count=4800))
    sound = open_sound(path)

    early = next(sound.blocks(-1000, 2000))

    assert not early[:, :1000].any()
    assert place_of_click(early) == pytest.approx(1000, abs=1)
    assert not list(sound.blocks(48_000, 1000))


def test_mono_plays_from_both_sides_as_loud_as_it_is(tmp_path: Path) -> None:
    tone = a_tone(channels=1, rate_hz=22_050)
    path = a_sound(tmp_path / "a.wav", tone, layout="mono", rate_hz=22_050)

    samples = whole(path)

    assert samples.shape[0] == 2
    assert np.abs(samples[:, 2000:-2000]).max(axis=1) == pytest.approx([0.5, 0.5], abs=0.01)


def test_surround_is_mixed_down_without_its_lfe(tmp_path: Path) -> None:
    channels = np.zeros((6, RATE_HZ), np.float32)
    left, centre, lfe, back_right = 0, 2, 3, 5
    for channel, level in ((left, 0.1), (centre, 0.2), (lfe, 0.9), (back_right, 0.4)):
        channels[channel] = level

    samples = whole(a_sound(tmp_path / "a.wav", channels, layout="5.1", codec="pcm_s16le"))

    expected = [0.1 + 0.2 * sqrt(0.5), 0.2 * sqrt(0.5) + 0.4 * sqrt(0.5)]
    assert samples[:, 1000] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"])
def test_every_sample_format_has_the_same_level(tmp_path: Path, codec: str) -> None:
    samples = whole(a_sound(tmp_path / "a.wav", a_tone(duration_s=0.5), codec=codec))

    assert np.abs(samples - a_tone(duration_s=0.5)).max() < 0.01


def test_a_gap_is_silence_and_what_follows_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    with av.open(path, "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="stereo")
        assert isinstance(stream, AudioStream)
        for at in (0, 2 * RATE_HZ):
            frame = av.AudioFrame.from_ndarray(a_tone(duration_s=1.0), "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
            packed = av.AudioResampler("s16", "stereo", RATE_HZ).resample(frame)
            container.mux([packet for part in packed for packet in stream.encode(part)])

    samples = whole(path)

    assert samples.shape[1] == 3 * RATE_HZ
    assert not samples[:, RATE_HZ : 2 * RATE_HZ].any()
    assert np.abs(samples[:, 2 * RATE_HZ :] - a_tone(duration_s=1.0)).max() < 1e-3


def test_sound_that_starts_before_its_picture_is_cut_to_it(tmp_path: Path) -> None:
    path = a_clip(
        tmp_path / "a.mp4",
        frame_count=3,
        times_ms=[500, 540, 580],
        sound=a_click(48_000),
    )

    assert place_of_click(whole(path)) == pytest.approx(24_000, abs=2)


def test_tags_in_any_encoding_do_no_harm(tmp_path: Path) -> None:
    path = a_sound(
        tmp_path / "a.mp3", a_tone(duration_s=0.5), codec="libmp3lame", tags={"title": "XXXX"}
    )
    path.write_bytes(path.read_bytes().replace(b"XXXX", b"\x83\x5c\xff\xfe"))

    assert whole(path).shape[1] > 20_000


def test_files_without_sound_are_refused(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=2)

    with pytest.raises(BrokenMedia, match="no sound"):
        open_sound(path)


def test_the_limit_of_pixels_for_the_picture_beside_it_is_the_callers(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=5, sound=a_tone(duration_s=0.2))

    assert open_sound(path, max_pixels=64 * 48).read(0, 0.1).any()
    with pytest.raises(TooManyPixels):
        open_sound(path, max_pixels=64 * 48 - 1)
