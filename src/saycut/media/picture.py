"""Stills, decoded for the renderer: upright, in its colour space, no larger than it needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.media.errors import BrokenMedia, TooManyPixels
from saycut.media.header import MAX_PIXELS, avif_orientation, picture_size
from saycut.media.orientation import exif_orientation, swaps_sides
from saycut.media.planes import ByteArray, Planes, as_bytes, planes_of_bgr
from saycut.media.sniff import sniff

__all__ = ["Still", "decode_still", "load_still", "split_alpha"]


def load_still(
    path: Path, *, fit_px: tuple[int, int] | None = None, max_pixels: int = MAX_PIXELS
) -> Planes:
    """Give a still picture, upright.

    A picture larger than it takes to cover a box of `fit_px` (width, height) is averaged down
    to that; none is ever enlarged. Sizes come out even: an odd last row or column is left out.

    Raises:
        BrokenMedia: it cannot be decoded.
        TooManyPixels: it is larger than `max_pixels`.
        UnsupportedMedia, MissingFile, EmptyFile: as `sniff`.
    """
    still = decode_still(path, path.name, max_pixels=max_pixels)
    return planes_of_bgr(still.bgr, still.alpha, fit_px=fit_px, orientation=still.orientation)


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A decoded picture as it is stored.

    `bgr` is uint8[h, w, 3] in the order blue, green, red; `alpha` is uint8[h, w], None when all
    of the picture is opaque; `orientation` is what it takes to turn it upright.
    """

    bgr: ByteArray
    alpha: ByteArray | None
    orientation: int

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height once it is turned."""
        height, width = self.bgr.shape[:2]
        return (height, width) if swaps_sides(self.orientation) else (width, height)


def decode_still(path: Path, name: str, *, max_pixels: int = MAX_PIXELS) -> Still:
    """Decode a still, or the first frame of a GIF or WebP. `name` labels it in errors.

    Raises:
        As `load_still`.
    """
    media_type = sniff(path, name)
    data = path.read_bytes()
    width, height = picture_size(data, media_type.name)
    if width * height > max_pixels:
        raise TooManyPixels(name, max_pixels, width, height)
    # Only this way does PNG keep alpha and 16 bits; JPEG has neither, and needs its four
    # colours of ink, where it has those, turned into three of light.
    keep = cv2.IMREAD_COLOR if media_type.name == "jpg" else cv2.IMREAD_UNCHANGED
    pixels, exif = _decoded(data, keep | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise BrokenMedia(name, f"this {media_type.name} is damaged or ends too early")
    bgr, alpha = split_alpha(_eight_bits(pixels))
    # In AVIF the box rules, and EXIF is to be ignored.
    is_avif = media_type.name == "avif"
    return Still(bgr, alpha, avif_orientation(data) if is_avif else exif_orientation(exif))


def _decoded(data: bytes, flags: int) -> tuple[NDArray[Any] | None, bytes]:
    """Give the pixels, None when they cannot be had, and the EXIF data, if there are any."""
    buffer = np.frombuffer(data, np.uint8)
    try:
        pixels, kinds, blocks = cv2.imdecodeWithMetadata(buffer, flags=flags)
    except cv2.error as error:
        if error.code == cv2.Error.STS_NO_MEM:
            raise MemoryError from error
        return None, b""
    exif = next((b.tobytes() for k, b in zip(kinds, blocks, strict=True) if k == _EXIF), b"")
    return pixels, exif


_EXIF: Final = cv2.IMAGE_METADATA_EXIF


def _eight_bits(pixels: NDArray[Any]) -> ByteArray:
    if pixels.dtype == np.uint16:
        pixels = cv2.convertScaleAbs(pixels, alpha=1 / 257)
    return as_bytes(pixels)


def split_alpha(pixels: ByteArray) -> tuple[ByteArray, ByteArray | None]:
    """Give colour and alpha; alpha only where something is not opaque."""
    if pixels.ndim == 2:
        return as_bytes(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)), None
    if pixels.shape[2] == 3:
        return pixels, None
    alpha = as_bytes(pixels[..., 3])
    bgr = as_bytes(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR))
    return bgr, alpha if alpha.min() < 255 else None
