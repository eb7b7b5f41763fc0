import struct

import numpy as np
import pytest

from saycut.media.orientation import exif_orientation, turned_upright

# Where the corners a b / c d of a stored picture lie once it is upright, by EXIF 2.32, 4.6.4.
UPRIGHT = {
    1: ["ab", "cd"],
    2: ["ba", "dc"],
    3: ["dc", "ba"],
    4: ["cd", "ab"],
    5: ["ac", "bd"],
    6: ["ca", "db"],
    7: ["db", "ca"],
    8: ["bd", "ac"],
}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_each_orientation_is_turned_as_the_standard_says(orientation: int) -> None:
    stored = np.array([[ord("a"), ord("b")], [ord("c"), ord("d")]], np.uint8)

    upright = turned_upright(stored, orientation)

    assert [bytes(row).decode() for row in upright] == UPRIGHT[orientation]


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_is_read_in_both_byte_orders(order: str) -> None:
    head = b"II*\0" if order == "<" else b"MM\0*"
    other = struct.pack(f"{order}HHIHH", 0x0100, 3, 1, 5, 0)
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, 8, 0)
    tiff = head + struct.pack(f"{order}IH", 8, 2) + other + entry

    assert exif_orientation(tiff) == exif_orientation(b"Exif\0\0" + tiff) == 8


@pytest.mark.parametrize(
    "exif", [b"", b"Exif\0\0", b"II*\0\xff\xff\xff\x7f", b"MM\0*\0\0\0\x08\0\1"]
)
def test_exif_that_makes_no_sense_means_upright(exif: bytes) -> None:
    assert exif_orientation(exif) == 1
