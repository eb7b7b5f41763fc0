import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.media import BrokenMedia, TooManyPixels, load_still
from tests.media.clips import a_gif, a_jpeg, with_exif_orientation

RED, GREEN, BLUE, WHITE = (0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255)


def written(path: Path, picture: NDArray[np.integer[Any]]) -> Path:
    is_written, data = cv2.imencode(path.suffix, picture)
    assert is_written
    path.write_bytes(data.tobytes())
    return path


def bt709(bgr: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The definition of BT.709 in limited range, in floats: [h, w, 3] of Y, Cb, Cr codes."""
    blue, green, red = (bgr[..., i] / 255 for i in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    cb, cr = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return np.stack([16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr], axis=-1)


def quarters(upper_left: tuple[int, int, int], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A blue picture whose upper left quarter is of another colour."""
    width, height = size
    picture = np.full((height, width, 3), BLUE, np.uint8)
    picture[: height // 2, : width // 2] = upper_left
    return picture


def test_colours_are_exact_to_one_code_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    blocks = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    picture = np.kron(blocks, np.ones((4, 4, 1), np.uint8)).astype(np.uint8)

    planes = load_still(written(tmp_path / "a.png", picture))

    expected = bt709(picture)
    assert np.abs(planes.y - expected[..., 0]).max() <= 1
    assert np.abs(planes.u - expected[::2, ::2, 1]).max() <= 1
    assert np.abs(planes.v - expected[::2, ::2, 2]).max() <= 1


@pytest.mark.parametrize("colour", [RED, GREEN, BLUE, WHITE, (40, 90, 200)])
def test_a_jpeg_comes_out_of_its_own_matrix_and_range(
    tmp_path: Path, colour: tuple[int, int, int]
) -> None:
    picture = np.full((32, 32, 3), colour, np.uint8)
    path = tmp_path / "a.jpg"
    path.write_bytes(a_jpeg(picture))

    planes = load_still(path)

    found = [int(p[8, 8]) for p in (planes.y, planes.u, planes.v)]
    assert np.abs(found - bt709(picture)[0, 0]).max() <= 2


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        (1, "upper left"),
        (2, "upper right"),
        (3, "lower right"),
        (4, "lower left"),
        (5, "upper left"),
        (6, "upper right"),
        (7, "lower right"),
        (8, "lower left"),
    ],
)
def test_exif_orientation_turns_a_photo_upright(
    tmp_path: Path, orientation: int, corner: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(with_exif_orientation(a_jpeg(quarters(WHITE, (64, 32))), orientation))

    planes = load_still(path)

    assert (planes.width, planes.height) == ((64, 32) if orientation < 5 else (32, 64))
    row, column = -2 if "lower" in corner else 1, -2 if "right" in corner else 1
    assert planes.y[row, column] > 200
    assert planes.y[-1 - row, -1 - column] < 60


def test_a_large_photo_is_averaged_down_to_what_covers_the_box(tmp_path: Path) -> None:
    stripes = np.tile(np.array([[[0] * 3, [255] * 3]], np.uint8), (304, 200, 1))

    planes = load_still(written(tmp_path / "a.png", stripes), fit_px=(90, 76))

    # Two stripes of each colour fall on one pixel: an even grey.
    assert (planes.width, planes.height) == (100, 76)
    assert np.abs(planes.y.astype(int) - (16 + 235) / 2).max() <= 1


def test_the_box_is_that_of_the_upright_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(with_exif_orientation(a_jpeg(quarters(WHITE, (400, 200))), 6))

    planes = load_still(path, fit_px=(100, 100))

    assert (planes.width, planes.height) == (100, 200)


def test_a_small_photo_is_never_enlarged(tmp_path: Path) -> None:
    planes = load_still(written(tmp_path / "a.png", quarters(RED, (20, 10))), fit_px=(1920, 1080))

    assert (planes.width, planes.height) == (20, 10)


@pytest.mark.parametrize("size", [(333, 217), (1, 1), (1, 300), (5, 2)])
def test_planes_are_even_whatever_the_picture_is(tmp_path: Path, size: tuple[int, int]) -> None:
    planes = load_still(written(tmp_path / "a.png", quarters(RED, size)))

    width, height = (max(2, s - s % 2) for s in size)
    assert planes.y.shape == (height, width)
    assert planes.u.shape == planes.v.shape == (height // 2, width // 2)
    assert all(p.flags.c_contiguous for p in (planes.y, planes.u, planes.v))


def test_alpha_is_kept_and_colour_reaches_under_what_is_clear(tmp_path: Path) -> None:
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :32] = (*WHITE, 255)

    planes = load_still(written(tmp_path / "a.png", picture))

    assert planes.alpha is not None
    assert planes.alpha[10, 10] == 255
    assert planes.alpha[10, 50] == 0
    assert planes.y[10, 34] == planes.y[10, 10] == 235


def test_an_opaque_alpha_channel_is_no_alpha(tmp_path: Path) -> None:
    picture = np.full((16, 16, 4), 255, np.uint8)

    assert load_still(written(tmp_path / "a.png", picture)).alpha is None


def test_sixteen_bits_and_grey_work(tmp_path: Path) -> None:
    deep = load_still(written(tmp_path / "a.png", np.full((8, 8, 3), 65535, np.uint16)))
    grey = load_still(written(tmp_path / "b.png", np.full((8, 8), 255, np.uint8)))
    photo = load_still(written(tmp_path / "c.jpg", np.full((8, 8), 0, np.uint8)))

    assert {int(deep.y[0, 0]), int(grey.y[0, 0])} == {235}
    assert int(photo.y[0, 0]) == 16


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_other_types_of_stills_work(tmp_path: Path, suffix: str) -> None:
    planes = load_still(written(tmp_path / f"a{suffix}", np.full((32, 32, 3), WHITE, np.uint8)))

    assert abs(int(planes.y[8, 8]) - 235) <= 1


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_single_frame_of_an_animation_is_a_still(tmp_path: Path, suffix: str) -> None:
    assert load_still(a_gif(tmp_path / f"a{suffix}", frame_count=1)).y.shape == (30, 40)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_photo_that_ends_too_early_is_broken(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(1)
    path = written(tmp_path / f"a{suffix}", rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:-400])

    with pytest.raises(BrokenMedia, match="ends too early"):
        load_still(path)


def test_bytes_after_the_end_of_a_photo_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(a_jpeg(quarters(RED, (32, 32))) + b"MotionPhoto" * 100)

    assert load_still(path).width == 32


def test_the_limit_of_pixels_is_the_callers(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(a_jpeg(quarters(RED, (32, 32))))

    assert load_still(path, max_pixels=32 * 32).width == 32
    with pytest.raises(TooManyPixels):
        load_still(path, max_pixels=32 * 32 - 1)


def test_a_picture_too_large_is_refused_by_its_header(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header)

    with pytest.raises(TooManyPixels, match="20000x20000, the limit is 100 megapixels"):
        load_still(path)
