from pathlib import Path

import cv2
import numpy as np
import pytest

from saycut.media.header import avif_orientation, picture_size
from tests.media.clips import a_gif, a_jpeg, with_exif_orientation

PICTURE = np.random.default_rng(1).integers(0, 256, (217, 333, 3), dtype=np.uint8)


@pytest.mark.parametrize("type_name", ["jpg", "png", "webp", "avif"])
def test_the_size_is_read_without_decoding(type_name: str) -> None:
    data = cv2.imencode(f".{type_name}", PICTURE)[1].tobytes()

    assert picture_size(data, type_name) == (333, 217)


def test_the_size_of_lossless_webp_is_read() -> None:
    data = cv2.imencode(".webp", PICTURE, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes()

    assert data[12:16] == b"VP8L"
    assert picture_size(data, "webp") == (333, 217)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_the_size_of_animations_is_read(tmp_path: Path, suffix: str) -> None:
    path = a_gif(tmp_path / f"a.{suffix}")

    assert picture_size(path.read_bytes(), suffix) == (40, 30)


def test_the_size_of_a_jpeg_is_read_behind_its_exif_data() -> None:
    jpeg = with_exif_orientation(a_jpeg(PICTURE), 6)

    assert picture_size(jpeg, "jpg") == (333, 217)


@pytest.mark.parametrize("type_name", ["jpg", "png", "gif", "webp", "avif", "mp4"])
def test_a_header_cut_short_gives_no_size(type_name: str) -> None:
    assert picture_size(b"\xff\xd8\xff", type_name) == (0, 0)


@pytest.mark.parametrize(("angle", "orientation"), [(0, 1), (1, 8), (2, 3), (3, 6)])
def test_an_avif_turns_by_its_rotation_box(angle: int, orientation: int) -> None:
    data = b"\0\0\0\x20ftypavif" + bytes(20) + b"\0\0\0\x09irot" + bytes([angle])

    assert avif_orientation(data) == orientation


def test_an_avif_without_a_rotation_box_is_upright() -> None:
    assert avif_orientation(b"\0\0\0\x20ftypavif" + bytes(60)) == 1
