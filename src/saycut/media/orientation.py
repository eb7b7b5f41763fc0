"""Which way up a picture is stored, and turning it upright.

The eight ways bear the numbers of EXIF: 1 upright, 2 mirrored, 3 upside down, 4 flipped,
5 transposed, 6 to be turned 90 degrees clockwise, 7 transverse, 8 to be turned anticlockwise.
"""

import struct
from collections.abc import Iterable
from typing import Any, Final, cast

import cv2
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

__all__ = ["UPRIGHT", "exif_orientation", "frame_orientation", "swaps_sides", "turned_upright"]

UPRIGHT: Final = 1

_MATRIX: Final = Type.DISPLAYMATRIX
_EXIF_TAG: Final = 0x0112

# The upper left of the display matrix, as signs: where the axes of the stored picture go.
_BY_MATRIX: Final = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}


def swaps_sides(orientation: int) -> bool:
    """Tell whether turning it upright makes its width its height."""
    return orientation >= 5


def turned_upright(plane: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Give the picture or plane upright, C-contiguous."""
    if swaps_sides(orientation):
        plane = cv2.transpose(plane)
    # What is left to do after the transposition: flips around the vertical, horizontal, both.
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return plane if flip is None else cv2.flip(plane, flip)


def exif_orientation(exif: bytes) -> int:
    """Read the orientation from EXIF data, 1 when it is not there or makes no sense."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _EXIF_TAG:
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        # Data cut short by some editor; the picture itself is fine.
        return UPRIGHT
    return UPRIGHT


def frame_orientation(frame: VideoFrame) -> int:
    """Read the orientation of a decoded frame from its display matrix, to the next 90 degrees."""
    data = _matrix(frame)
    if data is None:
        return UPRIGHT
    a, b, _, c, d = data[:5]
    largest = max(abs(a), abs(b))
    # Of an odd angle the nearer axis counts: the other entries come out as 0.
    if not largest:
        return UPRIGHT
    a, b, c, d = (round(value / largest / 1.001) for value in (a, b, c, d))
    return _BY_MATRIX.get((a, b, c, d), UPRIGHT)


def _matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    # The stubs take side data for a plain dictionary; it is iterated by value.
    blocks = cast("Iterable[SideData]", frame.side_data)
    return next((struct.unpack("9i", bytes(b)) for b in blocks if b.type is _MATRIX), None)
