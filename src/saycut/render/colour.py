"""Colours as the canvas holds them: BT.709, limited range, 8 bits.

Source: ITU-R BT.709-6, section 3 (luma coefficients, quantisation).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLACK_YUV", "Floats", "from_rgb", "yuv_of"]

Floats = NDArray[np.floating[Any]]

BLACK_YUV: Final = (16, 128, 128)

_KR: Final = 0.2126
_KB: Final = 0.0722


def from_rgb(rgb: Floats) -> tuple[Floats, Floats, Floats]:
    """Convert gamma-coded RGB, floats[..., 3] of 0..1, to Y, U, V in code values (16..240)."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = _KR * red + (1 - _KR - _KB) * green + _KB * blue
    return (
        16 + 219 * luma,
        128 + 224 * (blue - luma) / (2 * (1 - _KB)),
        128 + 224 * (red - luma) / (2 * (1 - _KR)),
    )


def yuv_of(colour: str) -> tuple[int, int, int]:
    """Convert `#rrggbb` to code values."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
    y, u, v = (round(float(plane)) for plane in from_rgb(rgb))
    return y, u, v
