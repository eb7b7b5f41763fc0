"""Decoded pictures for the compositor, kept while they are likely to be used again.

One `Sources` lives in each worker process. Stills and backdrops are kept up to a byte
limit, the least recently used go first; of each clip in use one decoder stays open.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final, Generic, TypeVar

import cv2
import numpy as np

from saycut.media import ANY_SIZE, FrameReader, Planes, load_still
from saycut.render.blend import colour_planes, darken
from saycut.render.plan import PictureDraw
from saycut.render.warp import Plane
from saycut.timeline import Rect

__all__ = ["Sources"]

# The two stills of a crossfade, the next one and a backdrop, at 2560 px.
_KEPT_BYTES_MAX: Final = 24 << 20
# However large they are: a crossfade shows two stills, each with its backdrop, on every frame.
_KEPT_COUNT_MIN: Final = 4
# A transition shows two shots of one clip; two tracks of such are rare.
_READERS_MAX: Final = 4
# A backdrop must not draw the eye: soft beyond recognition, at 65 % of the light.
_BACKDROP_SIGMA: Final = 0.045
_BACKDROP_DIM: Final = 0.35
# Blurring at a quarter of the size looks the same and costs a sixteenth.
_BLUR_SCALE: Final = 4

_T = TypeVar("_T")


class Sources:
    """The media of a render, by content digest. How large it may be was settled when it came."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self.paths = dict(paths)
        self._stills: _Kept[Planes] = _Kept(_KEPT_BYTES_MAX, _size_bytes)
        self._readers: OrderedDict[Hashable, FrameReader] = OrderedDict()

    def picture(self, draw: PictureDraw, canvas_height: int) -> Planes:
        """Give the decoded picture of a draw, at its size, dimmed and blurred as it says."""
        if not draw.is_still:
            frame = self._reader(draw).frame_at(Fraction(draw.media_us, 1_000_000))
            return _treated(frame, draw, canvas_height)

        def load() -> Planes:
            still = load_still(self.paths[draw.digest], fit_px=draw.load_px, max_pixels=ANY_SIZE)
            return _treated(still, draw, canvas_height)

        return self._stills.get((draw.digest, draw.load_px, draw.blur, draw.dim), load)

    def backdrop(self, draw: PictureDraw, picture: Planes, size_px: tuple[int, int]) -> Planes:
        """Give the picture's blurred and darkened self, filling `size_px` (even)."""
        if not draw.is_still:
            return _backdrop(picture, size_px)
        key = (draw.digest, draw.load_px, draw.blur, draw.dim, size_px)
        return self._stills.get(key, lambda: _backdrop(picture, size_px))

    def close(self) -> None:
        """Close all decoders."""
        while self._readers:
            self._readers.popitem()[1].close()

    def _reader(self, draw: PictureDraw) -> FrameReader:
        key = (draw.digest, draw.load_px, draw.reader)
        if key not in self._readers:
            if len(self._readers) >= _READERS_MAX:
                self._readers.popitem(last=False)[1].close()
            self._readers[key] = FrameReader(
                self.paths[draw.digest], fit_px=draw.load_px, max_pixels=ANY_SIZE
            )
        self._readers.move_to_end(key)
        return self._readers[key]


class _Kept(Generic[_T]):
    """What was made, up to a number of bytes."""

    def __init__(self, bytes_max: int, size_bytes: Callable[[_T], int]) -> None:
        self._bytes_max = bytes_max
        self._size_bytes = size_bytes
        self._kept: OrderedDict[Hashable, _T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        if key not in self._kept:
            made = make()
            self._kept[key] = made
            while len(self._kept) > _KEPT_COUNT_MIN and self._total_bytes() > self._bytes_max:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def _total_bytes(self) -> int:
        return sum(self._size_bytes(value) for value in self._kept.values())


def _size_bytes(planes: Planes) -> int:
    colour = sum(plane.nbytes for plane in colour_planes(planes))
    return colour + (planes.alpha.nbytes if planes.alpha is not None else 0)


def _treated(planes: Planes, draw: PictureDraw, canvas_height: int) -> Planes:
    if draw.blur <= 0 and draw.dim <= 0:
        return planes
    # At `load_px` a pixel is one of the canvas; a smaller source has fewer for the same blur.
    sigma_px = draw.blur * canvas_height * planes.height / draw.load_px[1]
    y, u, v = (
        _blurred(plane, sigma_px * plane.shape[0] / planes.height)
        for plane in colour_planes(planes)
    )
    treated = Planes(y, u, v, planes.alpha)
    if draw.dim > 0:
        darken(treated, draw.dim)
    return treated


def _backdrop(picture: Planes, size_px: tuple[int, int]) -> Planes:
    """Cover `size_px` with the middle of the picture, blurred and darkened."""
    width, height = size_px
    source_height, source_width = picture.y.shape
    scale = max(width / source_width, height / source_height)
    shown = Rect(0, 0, width / scale / source_width, height / scale / source_height)
    made = Planes(
        _covering(picture.y, shown, (width, height), _BACKDROP_SIGMA * height),
        _covering(picture.u, shown, (width // 2, height // 2), _BACKDROP_SIGMA * height / 2),
        _covering(picture.v, shown, (width // 2, height // 2), _BACKDROP_SIGMA * height / 2),
    )
    darken(made, _BACKDROP_DIM)
    return made


def _covering(plane: Plane, shown: Rect, size_px: tuple[int, int], sigma_px: float) -> Plane:
    height, width = plane.shape
    left = round((1 - shown.width) / 2 * width)
    top = round((1 - shown.height) / 2 * height)
    middle = plane[top : height - top, left : width - left]
    small = (max(1, size_px[0] // _BLUR_SCALE), max(1, size_px[1] // _BLUR_SCALE))
    reduced = cv2.resize(middle, small, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(reduced, (0, 0), sigma_px / _BLUR_SCALE)
    return np.asarray(cv2.resize(soft, size_px, interpolation=cv2.INTER_LINEAR), np.uint8)


def _blurred(plane: Plane, sigma_px: float) -> Plane:
    # A treated picture is the compositor's own: it is darkened in place.
    if sigma_px <= 0:
        return plane.copy()
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px), np.uint8)
