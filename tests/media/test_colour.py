"""Flat frames of known code values against the definitions of the standards, in floats."""

from pathlib import Path

import av
import numpy as np
import pytest

from saycut.media import FrameReader
from saycut.media.colour import planes_of_frame
from tests.media.clips import a_clip

BT709, BT601, BT2020 = (0.2126, 0.0722), (0.299, 0.114), (0.2627, 0.0593)
# FFmpeg's numbers.
MATRICES = {1: BT709, 5: BT601, 6: BT601, 9: BT2020}
LIMITED, FULL = 1, 2
PQ, HLG = 16, 18
COLOURS = [(0.8, 0.2, 0.3), (0.1, 0.7, 0.2), (0.2, 0.3, 0.9), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)]


def codes(
    rgb: tuple[float, float, float], kr_kb: tuple[float, float], color_range: int, bits: int = 8
) -> tuple[int, int, int]:
    """Code values of a colour: the definition of a matrix and a range."""
    (red, green, blue), (kr, kb) = rgb, kr_kb
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    if color_range == FULL:
        top = 2**bits - 1
        return round(top * luma), round(top * cb + (top + 1) / 2), round(top * cr + (top + 1) / 2)
    step = 2 ** (bits - 8)
    return (
        round(step * (16 + 219 * luma)),
        round(step * (128 + 224 * cb)),
        round(step * (128 + 224 * cr)),
    )


def a_frame(
    values: tuple[int, int, int], *, format_name: str = "yuv420p", size: tuple[int, int] = (32, 16)
) -> av.VideoFrame:
    frame = av.VideoFrame(*size, format=format_name)
    dtype = np.uint16 if "10le" in format_name else np.uint8
    for plane, value in zip(frame.planes, values, strict=True):
        count = plane.buffer_size // np.dtype(dtype).itemsize
        plane.update(np.full(count, value, dtype).tobytes())
    return frame


def middle(frame: av.VideoFrame) -> list[int]:
    planes = planes_of_frame(frame)
    return [int(plane[4, 4]) for plane in (planes.y, planes.u, planes.v)]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("color_range", [LIMITED, FULL])
@pytest.mark.parametrize("format_name", ["yuv420p", "yuv422p", "yuv444p"])
def test_every_matrix_and_range_comes_out_as_bt709_limited(
    colour: tuple[float, float, float], matrix: int, color_range: int, format_name: str
) -> None:
    frame = a_frame(codes(colour, MATRICES[matrix], color_range), format_name=format_name)
    frame.colorspace, frame.color_range = matrix, color_range

    found = middle(frame)

    # Rounded on the way in and on the way out.
    assert np.abs(np.subtract(found, codes(colour, BT709, LIMITED))).max() <= 1


@pytest.mark.parametrize("colour", COLOURS)
def test_ten_bits_come_out_as_eight(colour: tuple[float, float, float]) -> None:
    frame = a_frame(codes(colour, BT709, LIMITED, bits=10), format_name="yuv420p10le")
    frame.colorspace, frame.color_range = 1, LIMITED

    assert np.abs(np.subtract(middle(frame), codes(colour, BT709, LIMITED))).max() <= 1


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), BT709), ((720, 576), BT601)])
def test_without_tags_the_size_tells_the_matrix(
    size: tuple[int, int], matrix: tuple[float, float]
) -> None:
    colour = (0.8, 0.2, 0.3)

    found = middle(a_frame(codes(colour, matrix, LIMITED), size=size))

    assert np.abs(np.subtract(found, codes(colour, BT709, LIMITED))).max() <= 1


def test_rgb_frames_come_out_as_bt709_limited() -> None:
    pixels = np.full((16, 32, 3), (204, 51, 77), np.uint8)

    found = middle(av.VideoFrame.from_ndarray(pixels, format="rgb24"))

    expected = codes((204 / 255, 51 / 255, 77 / 255), BT709, LIMITED)
    assert np.abs(np.subtract(found, expected)).max() <= 1


def hdr_luma(signal: float, transfer: int) -> int:
    values = codes((signal, signal, signal), BT2020, LIMITED, bits=10)
    frame = a_frame(values, format_name="yuv420p10le")
    frame.colorspace, frame.color_range, frame.color_trc = 9, LIMITED, transfer
    y, u, v = middle(frame)
    assert (u, v) == (128, 128)
    return y


def pq_signal(nits: float) -> float:
    """SMPTE ST 2084, 5.2, the inverse of what the reader does."""
    share = (nits / 10_000) ** (2610 / 16384)
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    return float(((c1 + c2 * share) / (1 + c3 * share)) ** (2523 / 4096 * 128))


@pytest.mark.parametrize("nits", [0, 1, 5, 20, 60, 100])
def test_of_hdr_all_below_half_of_reference_white_stays_as_bright(nits: float) -> None:
    expected = 16 + 219 * (nits / 203) ** (1 / 2.4)

    assert abs(hdr_luma(pq_signal(nits), PQ) - expected) <= 1.5


def test_hdr_peaks_become_white_and_nothing_between_is_clipped() -> None:
    lumas = [hdr_luma(pq_signal(nits), PQ) for nits in (100, 203, 400, 600, 800, 1000, 4000)]

    assert lumas[-2:] == [235, 235]
    assert lumas[:-1] == sorted(set(lumas[:-1]))


def test_hlg_reference_white_is_as_bright_as_that_of_pq() -> None:
    # ITU-R BT.2408, table 1: reference white is 75 % of HLG and 58 % of PQ.
    assert abs(hdr_luma(0.75, HLG) - hdr_luma(0.58, PQ)) <= 2


def test_frames_in_the_right_colours_already_are_not_touched(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=1, tags={"colorspace": 1, "color_range": 1})
    with av.open(path) as container:
        plane = next(container.decode(video=0)).planes[0]
    decoded = np.frombuffer(bytes(plane), np.uint8).reshape(48, -1)[:, :64]

    with FrameReader(path) as reader:
        planes = reader.frame_at(0)

    assert (planes.y == decoded).all()
