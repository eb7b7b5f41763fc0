"""Decoded video frames to the renderer's planes, from whatever colours they came in.

Between the matrices and ranges of YUV the way is one linear step: chroma depends on chroma
alone, luma on all three. Only RGB and HDR go another way.
"""

from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from saycut.media.hdr import HDR_TRANSFERS, sdr_from_hdr
from saycut.media.matrix import BT601, BT709, BT2020, code_matrix, inverse, product
from saycut.media.orientation import UPRIGHT, swaps_sides, turned_upright
from saycut.media.planes import (
    ByteArray,
    Planes,
    as_bytes,
    fitted_size,
    plane_array,
    planes_of_bgr,
    resized,
)

__all__ = ["has_alpha", "planes_of_frame"]


def planes_of_frame(
    frame: VideoFrame,
    *,
    shape: tuple[int, int] | None = None,
    fit_px: tuple[int, int] | None = None,
    orientation: int = UPRIGHT,
) -> Planes:
    """Give a decoded frame upright in BT.709, limited range, with square pixels.

    Args:
        shape: width and height as stored but with square pixels; the frame's own when None.
        fit_px: a box around the upright picture, see `planes.fitted_size`.
    """
    if _is_rgb(frame):
        return _from_rgb(frame, fit_px, orientation)
    box = (fit_px[1], fit_px[0]) if fit_px and swaps_sides(orientation) else fit_px
    width, height = fitted_size(*(shape or (frame.width, frame.height)), box)
    if frame.color_trc in HDR_TRANSFERS:
        return planes_of_bgr(sdr_from_hdr(frame, width, height), None, orientation=orientation)
    y, u, v, *alpha = _stored(frame)
    planes = (
        *_in_bt709(
            resized(y, width, height),
            resized(u, width // 2, height // 2),
            resized(v, width // 2, height // 2),
            _kr_kb(frame),
            _is_full(frame),
        ),
        *(resized(plane, width, height) for plane in alpha),
    )
    return Planes(*(as_bytes(turned_upright(plane, orientation)) for plane in planes))


def has_alpha(frame: VideoFrame) -> bool:
    """Tell whether the frame's format has transparency."""
    return any(component.is_alpha for component in frame.format.components)


def _is_rgb(frame: VideoFrame) -> bool:
    return frame.format.is_rgb or frame.format.has_palette


def _from_rgb(frame: VideoFrame, fit_px: tuple[int, int] | None, orientation: int) -> Planes:
    if not has_alpha(frame):
        bgr = as_bytes(frame.to_ndarray(format="bgr24"))
        return planes_of_bgr(bgr, None, fit_px=fit_px, orientation=orientation)
    bgra = frame.to_ndarray(format="bgra")
    bgr, alpha = as_bytes(bgra[..., :3]), as_bytes(bgra[..., 3])
    return planes_of_bgr(bgr, alpha, fit_px=fit_px, orientation=orientation)


# FFmpeg's numbers for matrices.
_KR_KB: Final = {
    1: BT709,
    4: (0.30, 0.11),  # FCC
    5: BT601,
    6: BT601,
    7: (0.212, 0.087),  # SMPTE 240M
    9: BT2020,
    10: BT2020,
}
_FULL_RANGE: Final = 2


def _kr_kb(frame: VideoFrame) -> tuple[float, float]:
    """Give the matrix; where the file is silent, size tells, as all players have it."""
    is_large = frame.width >= 1280 or frame.height > 576
    return _KR_KB.get(frame.colorspace, BT709 if is_large else BT601)


def _is_full(frame: VideoFrame) -> bool:
    return frame.color_range == _FULL_RANGE or frame.format.name.startswith(("yuvj", "gray"))


def _stored(frame: VideoFrame) -> list[ByteArray]:
    """Give the planes as 8-bit 4:2:0, in their own matrix and range; alpha as a fourth."""
    format_name = "yuva420p" if has_alpha(frame) else "yuv420p"
    if frame.format.name not in (format_name, "yuvj420p"):
        full = _FULL_RANGE if _is_full(frame) else 1
        frame = frame.reformat(
            format=format_name, src_color_range=full, dst_color_range=full, threads=1
        )
    return [plane_array(plane, np.uint8) for plane in frame.planes]


def _in_bt709(
    y: NDArray[Any], u: NDArray[Any], v: NDArray[Any], kr_kb: tuple[float, float], is_full: bool
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    if kr_kb == BT709 and not is_full:
        return y, u, v
    step = _step(kr_kb, is_full)
    wide = [cv2.resize(c, (y.shape[1], y.shape[0]), interpolation=cv2.INTER_LINEAR) for c in (u, v)]
    luma = cv2.transform(cv2.merge([y, *wide]), step[:1])
    # What luma is does not matter to chroma: its column of the matrix is 0.
    u, v = cv2.split(cv2.transform(cv2.merge([u, v]), step[1:, 1:]))
    return luma, u, v


@lru_cache
def _step(kr_kb: tuple[float, float], is_full: bool) -> NDArray[np.float64]:
    """Give float64[3, 4]: code values in BT.709, limited, from those of a source and one."""
    return product(code_matrix(BT709), inverse(code_matrix(kr_kb, is_full=is_full)))
