"""HDR video (PQ and HLG, BT.2020) shown on an SDR screen.

Light is taken relative to the reference white of HDR, 203 cd/m2 (ITU-R BT.2408). Up to half
of that it stays as it is; above, a curve of the form (x + a) / (x + b) bends it, without a
kink, so that 1,000 cd/m2 just becomes white. The three colours are scaled alike, by what the
largest needs, so hues stay. SDR values are made for a screen with a gamma of 2.4 (BT.1886).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from saycut.media.matrix import BT2020, code_matrix, inverse, luma_weights
from saycut.media.planes import ByteArray, as_bytes, plane_array, resized

__all__ = ["HDR_TRANSFERS", "sdr_from_hdr"]

_PQ, _HLG = 16, 18
HDR_TRANSFERS: Final = (_PQ, _HLG)
"""FFmpeg's numbers for the transfer functions of HDR."""

_Floats = NDArray[np.float32]

_REFERENCE_WHITE_NITS: Final = 203.0
_PEAK_NITS: Final = 1000.0
_PEAK: Final = _PEAK_NITS / _REFERENCE_WHITE_NITS
_KNEE: Final = 0.5

_STEPS: Final = 4096


def sdr_from_hdr(frame: VideoFrame, width: int, height: int) -> ByteArray:
    """Give uint8[height, width, 3], blue, green, red, from a frame of PQ or HLG video."""
    signal = _rgb(frame, width, height)
    light = _looked_up(_display_light(frame.color_trc), signal)
    if frame.color_trc == _HLG:
        light *= _hlg_system_gain(light)
    light = np.maximum(cv2.transform(light, _BT709_FROM_BT2020), 0)
    largest = light.max(axis=2)
    light *= _looked_up(_gain(), np.sqrt(largest / _PEAK))[..., None]
    return as_bytes(_looked_up(_encoded(), np.sqrt(light))[..., ::-1])


def _rgb(frame: VideoFrame, width: int, height: int) -> _Floats:
    """Give the signal as float32[h, w, 3] in red, green, blue."""
    is_full = frame.color_range == 2
    color_range = 2 if is_full else 1
    deep = frame.reformat(
        format="yuv420p10le", src_color_range=color_range, dst_color_range=color_range, threads=1
    )
    planes = [resized(plane_array(p, np.uint16), width, height) for p in deep.planes]
    codes = cv2.merge(planes).astype(np.float32)
    to_rgb = inverse(code_matrix(BT2020, is_full=is_full, bits=10))
    return cv2.transform(codes, to_rgb).astype(np.float32, copy=False)


def _looked_up(table: NDArray[Any], share: _Floats) -> NDArray[Any]:
    """Give the table's values at shares of its length, 0..1."""
    index = np.clip(share * (_STEPS - 1) + 0.5, 0, _STEPS - 1).astype(np.uint16)
    found: NDArray[Any] = table[index]
    return found


def _table(function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> _Floats:
    return function(np.linspace(0, 1, _STEPS)).astype(np.float32)


@cache
def _display_light(transfer: int) -> _Floats:
    """Give light relative to reference white for each signal; of HLG, light of the scene."""
    return _table(_pq_light if transfer == _PQ else _hlg_scene_light)


def _pq_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Source: SMPTE ST 2084, 5.1."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = signal ** (1 / m2)
    share = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return share * 10_000 / _REFERENCE_WHITE_NITS


def _hlg_scene_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Source: ITU-R BT.2100-2, table 5."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


def _hlg_system_gain(light: _Floats) -> _Floats:
    """Give what turns light of the scene into that of a display of 1,000 cd/m2 (gamma 1.2)."""
    luminance = light @ luma_weights(BT2020).astype(np.float32)
    gain = _PEAK * np.maximum(luminance, 1e-6) ** np.float32(0.2)
    return gain[..., None].astype(np.float32)


# From the primaries of both standards by way of CIE XYZ; the white is the same.
_BT709_FROM_BT2020: Final = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)


@cache
def _gain() -> _Floats:
    """Give what to scale colours by for the largest of them, by the root of its share of peak."""

    def gain(root: NDArray[np.float64]) -> NDArray[np.float64]:
        light = np.maximum(root**2 * _PEAK, 1e-9)
        return np.where(light <= _KNEE, 1.0, _bent(light) / light)

    return _table(gain)


def _bent(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give 0.5 at 0.5 with a slope of 1, and 1 at the peak."""
    a = -(_KNEE**2) * (_PEAK - 1) / (_KNEE**2 - 2 * _KNEE + _PEAK)
    b = (_KNEE**2 - 2 * _KNEE * _PEAK + _PEAK) / (_PEAK - 1)
    scale = (b**2 + 2 * b * _KNEE + _KNEE**2) / (b - a)
    return scale * (light + a) / (light + b)


@cache
def _encoded() -> NDArray[np.uint8]:
    """Give the code value for each root of light."""
    return np.rint(np.linspace(0, 1, _STEPS) ** (2 / 2.4) * 255).astype(np.uint8)
