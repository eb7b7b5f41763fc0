"""What the header of a picture says, read before anything is decoded."""

import struct
from typing import Final

__all__ = ["ANY_SIZE", "MAX_PIXELS", "avif_orientation", "picture_size"]

# More than any camera people carry; above it one picture takes half a gigabyte.
MAX_PIXELS: Final = 100_000_000
"""The largest picture that is taken in, width times height, unless a caller says otherwise."""

# The largest whole number that FFmpeg's option takes.
ANY_SIZE: Final = 2**31 - 1
"""For reading what was taken in before, under whatever limit: what the decoders take at most."""


def picture_size(data: bytes, type_name: str) -> tuple[int, int]:
    """Give the stored width and height of a jpg, png, gif, webp or avif; (0, 0) when unknown."""
    try:
        return _READERS[type_name](data)
    except (struct.error, IndexError, KeyError):
        return 0, 0


def avif_orientation(data: bytes) -> int:
    """Give the orientation of an avif by its rotation box, in the numbers of EXIF."""
    at = data.find(b"irot", 0, _AVIF_META_BYTES)
    if not 0 <= at < len(data) - 4:
        return 1
    # Quarter turns anticlockwise.
    return (1, 8, 3, 6)[data[at + 4] & 3]


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpg(data: bytes) -> tuple[int, int]:
    """Walk the segments to the start of frame: C0 to CF but for tables C4, C8 and CC."""
    at = 2
    while True:
        while data[at] != 0xFF or data[at + 1] in (0xFF, 0x00):
            at += 1
        marker, size = data[at + 1], struct.unpack_from(">H", data, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + size


def _webp(data: bytes) -> tuple[int, int]:
    match data[12:16]:
        case b"VP8X":
            return _u24(data, 24) + 1, _u24(data, 27) + 1
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")


def _avif(data: bytes) -> tuple[int, int]:
    """Give the largest size among the items of the file: the picture, its alpha, a thumbnail."""
    sizes = [(0, 0)]
    at = data.find(b"ispe")
    while at >= 0:
        width, height = struct.unpack_from(">II", data, at + 8)
        sizes.append((width, height))
        at = data.find(b"ispe", at + 4, _AVIF_META_BYTES)
    return max(sizes, key=lambda size: size[0] * size[1])


_AVIF_META_BYTES: Final = 1 << 16

_READERS: Final = {"png": _png, "gif": _gif, "jpg": _jpg, "webp": _webp, "avif": _avif}
