from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from saycut.media import BrokenMedia, FrameReader, TooManyPixels
from tests.media.clips import CORNER, a_clip, a_gif, a_sound, a_tone, number_of

# Uneven on purpose: what a phone writes when light is short.
VARIABLE_MS = [0, 33, 100, 117, 500, 533, 1000, 1010, 1900, 2000]


def test_each_frame_shows_at_its_time(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=50)

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(i, 25))) for i in range(50)]

    assert numbers == list(range(50))


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "avi"])
def test_frames_come_in_any_order(tmp_path: Path, suffix: str) -> None:
    path = a_clip(tmp_path / f"a.{suffix}", frame_count=68)
    order = [40, 3, 67, 66, 0, 12, 11, 67, 1, 30, 29, 31]

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(i, 25))) for i in order]

    assert numbers == order


def test_jumps_in_a_long_clip_land_on_the_frame(tmp_path: Path) -> None:
    times_ms = [i * 500 for i in range(60)]
    path = a_clip(tmp_path / "a.mp4", frame_count=60, times_ms=times_ms, gop_frames=24)
    order = [59, 20, 30, 5, 48, 47, 24, 23, 0]

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(i, 2))) for i in order]

    assert numbers == order


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_with_variable_frame_rate_a_frame_shows_until_the_next(tmp_path: Path, suffix: str) -> None:
    path = a_clip(tmp_path / f"a.{suffix}", frame_count=10, times_ms=VARIABLE_MS)
    asked_ms = range(0, 2100, 7)

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(at, 1000))) for at in asked_ms]

    assert numbers == [sum(t <= at for t in VARIABLE_MS) - 1 for at in asked_ms]


def test_the_first_and_the_last_frame_are_held(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=10)

    with FrameReader(path) as reader:
        assert number_of(reader.frame_at(-3.0)) == 0
        assert number_of(reader.frame_at(99.0)) == 9
        assert number_of(reader.frame_at(0.2)) == 5


def test_time_rounded_to_whole_milliseconds_gives_the_frame_that_was_meant(tmp_path: Path) -> None:
    times_ms = [round(i * 1000 / 30) for i in range(30)]
    path = a_clip(tmp_path / "a.mkv", frame_count=30, times_ms=times_ms)

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(i, 30))) for i in range(30)]

    assert numbers == list(range(30))


def test_a_cut_rounded_down_to_pts_rounded_up_still_gives_the_frame_that_was_meant(
    tmp_path: Path,
) -> None:
    # A frame at 33.5 ms: its file says 34, and a draft whose cut was rounded down asks for 33.001.
    path = a_clip(tmp_path / "a.mkv", frame_count=3, times_ms=[0, 34, 67])

    with FrameReader(path) as reader:
        assert number_of(reader.frame_at(Fraction(33_001, 1_000_000))) == 1
        assert number_of(reader.frame_at(Fraction(33, 1000))) == 0, "that is a whole one away"


def test_a_clip_of_1000_frames_a_second_gives_each_at_its_own_time(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mkv", frame_count=20, times_ms=list(range(20)))

    with FrameReader(path) as reader:
        numbers = [number_of(reader.frame_at(Fraction(i, 1000))) for i in range(20)]

    assert numbers == list(range(20))


def test_the_same_frame_is_the_same_object(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=10)

    with FrameReader(path) as reader:
        assert reader.frame_at(0.081) is reader.frame_at(0.119)


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (1, 1)), (90, (-2, 1)), (180, (-2, -2)), (-90, (1, -2))]
)
def test_a_rotated_clip_comes_upright(
    tmp_path: Path, rotation: float, corner: tuple[int, int]
) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=3, rotation=rotation)

    with FrameReader(path) as reader:
        planes = reader.frame_at(0)

    assert (planes.width, planes.height) == ((64, 48) if rotation in (0, 180) else (48, 64))
    assert abs(int(planes.y[corner]) - CORNER) <= 2
    assert abs(int(planes.y[planes.height // 2, planes.width // 2]) - CORNER) > 100


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=2, sample_aspect=Fraction(4, 3))

    with FrameReader(path) as reader:
        assert reader.frame_at(0).y.shape == (48, 85 - 1)


def test_frames_are_averaged_down_to_what_covers_the_box(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=2, size_px=(320, 180))

    with FrameReader(path, fit_px=(96, 54)) as reader:
        planes = reader.frame_at(0)

    assert (planes.width, planes.height) == (96, 54)
    assert planes.u.shape == (27, 48)


def test_odd_sizes_lose_their_last_row_and_column(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.webm", frame_count=3, size_px=(333, 217), codec="libvpx-vp9")

    with FrameReader(path) as reader:
        planes = reader.frame_at(0.05)

    assert planes.y.shape == (216, 332)
    assert planes.v.shape == (108, 166)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_animations_play_as_clips(tmp_path: Path, suffix: str) -> None:
    path = a_gif(tmp_path / f"a.{suffix}", frame_count=4)

    with FrameReader(path) as reader:
        columns = [
            int(np.argmin(reader.frame_at(at).y[15])) // 10
            for at in (0.0, 0.1, 0.25, 0.39, 9.0, 0.1)
        ]

    assert columns == [0, 1, 2, 3, 3, 1]


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_animations_keep_what_is_clear(tmp_path: Path, suffix: str) -> None:
    path = a_gif(tmp_path / f"a.{suffix}", has_alpha=True)

    with FrameReader(path) as reader:
        alpha = reader.frame_at(0.15).alpha

    assert alpha is not None
    assert alpha[15, 15] == 255
    assert alpha[15, 5] == alpha[2, 2] == 0


def test_a_clip_cut_short_gives_the_frames_it_has(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mkv", frame_count=50)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    with FrameReader(path) as reader:
        assert number_of(reader.frame_at(0.2)) == 5
        assert 5 < number_of(reader.frame_at(99)) < 49


def test_a_sound_has_no_frames(tmp_path: Path) -> None:
    path = a_sound(tmp_path / "a.wav", a_tone(duration_s=0.1))

    with pytest.raises(BrokenMedia, match="no moving picture"):
        FrameReader(path)


@pytest.mark.parametrize("name", ["a.mp4", "a.webp"])
def test_the_limit_of_pixels_is_the_callers(tmp_path: Path, name: str) -> None:
    is_clip = name == "a.mp4"
    path = a_clip(tmp_path / name, frame_count=2) if is_clip else a_gif(tmp_path / name)
    pixels = 64 * 48 if is_clip else 40 * 30

    with FrameReader(path, max_pixels=pixels) as reader:
        assert reader.frame_at(0).width * reader.frame_at(0).height == pixels
    with pytest.raises(TooManyPixels):
        FrameReader(path, max_pixels=pixels - 1)
