"""Animated WebP, frame by frame; FFmpeg has no decoder for it.

Source: the WebP container specification, Google, section "Animation".
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from saycut.media.errors import BrokenMedia, TooManyPixels
from saycut.media.header import MAX_PIXELS
from saycut.media.planes import ByteArray, as_bytes

__all__ = ["WebpFrame", "WebpHeader", "webp_frames", "webp_header"]


@dataclass(frozen=True, slots=True)
class WebpHeader:
    """Size of the canvas and the moments frames begin, with the end of the last, in ms."""

    width: int
    height: int
    starts_ms: tuple[int, ...]
    end_ms: int
    has_alpha: bool


@dataclass(frozen=True, slots=True, eq=False)
class WebpFrame:
    """The canvas, uint8[h, w, 4] in blue, green, red, alpha, and when it begins to show."""

    start_ms: int
    bgra: ByteArray


@dataclass(frozen=True, slots=True)
class _Piece:
    """A rectangle of the canvas that changes."""

    x: int
    y: int
    width: int
    height: int
    duration_ms: int
    is_blended: bool
    is_disposed: bool
    chunks: bytes


def webp_header(path: Path, name: str, *, max_pixels: int = MAX_PIXELS) -> WebpHeader:
    """Read size and times of an animation without decoding it.

    Raises:
        BrokenMedia: it holds no frame, or ends inside one.
        TooManyPixels: its canvas is larger than `max_pixels`.
    """
    data = path.read_bytes()
    width, height, has_alpha = _canvas(data)
    if width * height > max_pixels:
        raise TooManyPixels(name, max_pixels, width, height)
    starts, at = [], 0
    for piece in _pieces(data, name):
        starts.append(at)
        at += piece.duration_ms
    if not starts:
        raise BrokenMedia(name, "this animated webp holds no frame")
    return WebpHeader(width, height, tuple(starts), at, has_alpha)


def webp_frames(path: Path, name: str) -> Iterator[WebpFrame]:
    """Iterate over the canvas as it changes; the arrays stay the caller's.

    However large it is: `webp_header` tells that before.

    Raises:
        BrokenMedia: a frame cannot be decoded.
    """
    data = path.read_bytes()
    width, height, _ = _canvas(data)
    canvas = np.zeros((height, width, 4), np.uint8)
    at = 0
    for piece in _pieces(data, name):
        place = np.s_[piece.y : piece.y + piece.height, piece.x : piece.x + piece.width]
        drawn = _decoded(piece, name)
        canvas[place] = _over(drawn, canvas[place]) if piece.is_blended else drawn
        yield WebpFrame(at, canvas.copy())
        at += piece.duration_ms
        if piece.is_disposed:
            canvas[place] = 0


# Browsers show frames shorter than this as long; so films look as their makers saw them.
_SHORTEST_MS = 11
_SHORT_SHOWN_MS = 100


def _canvas(data: bytes) -> tuple[int, int, bool]:
    return _u24(data, 24) + 1, _u24(data, 27) + 1, bool(data[20] & 0x10)


def _pieces(data: bytes, name: str) -> Iterator[_Piece]:
    width, height, _ = _canvas(data)
    for kind, body in _chunks(data[12:], name):
        if kind != b"ANMF":
            continue
        duration = _u24(body, 12)
        piece = _Piece(
            x=2 * _u24(body, 0),
            y=2 * _u24(body, 3),
            width=_u24(body, 6) + 1,
            height=_u24(body, 9) + 1,
            duration_ms=_SHORT_SHOWN_MS if duration < _SHORTEST_MS else duration,
            is_blended=not body[15] & 2,
            is_disposed=bool(body[15] & 1),
            chunks=body[16:],
        )
        if piece.x + piece.width > width or piece.y + piece.height > height:
            raise BrokenMedia(name, "a frame of this animated webp lies outside its canvas")
        yield piece


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data) or (kind == b"ANMF" and size < 24):
            raise BrokenMedia(name, "this animated webp ends too early")
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _decoded(piece: _Piece, name: str) -> ByteArray:
    """Decode the piece as a still of its own: a frame's data are those of a WebP file."""
    flags = struct.pack("<I", 0x10 if piece.chunks[:4] in (b"ALPH", b"VP8L") else 0)
    sizes = (piece.width - 1).to_bytes(3, "little") + (piece.height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + flags + sizes + piece.chunks
    file = b"RIFF" + struct.pack("<I", len(body)) + body
    pixels = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.shape[:2] != (piece.height, piece.width):
        raise BrokenMedia(name, "a frame of this animated webp cannot be decoded")
    if pixels.shape[2] == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    return as_bytes(pixels)


def _over(above: ByteArray, below: ByteArray) -> ByteArray:
    """Blend colours that are not premultiplied, as the specification has it."""
    a = above[..., 3:].astype(np.float32) / 255
    b = below[..., 3:].astype(np.float32) / 255 * (1 - a)
    total = a + b
    colour = (above[..., :3] * a + below[..., :3] * b) / np.maximum(total, 1e-6)
    return as_bytes(np.rint(np.concatenate([colour, total * 255], axis=2)))


def _u24(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 3], "little")
