"""Colours as the canvas holds them: BT.709, limited range, 8 bits.

Source: ITU-R BT.709-6, section 3 (luma coefficients, quantisation).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLACK_YUV", "FROM_PREMULTIPLIED", "yuv_of"]

BLACK_YUV: Final = (16, 128, 128)

_KR: Final = 0.2126
_KB: Final = 0.0722


def yuv_of(colour: str) -> tuple[int, int, int]:
    """Convert `#rrggbb` to code values."""
    rgba = [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255]
    y, u, v = (round(float(code)) for code in FROM_PREMULTIPLIED @ np.array(rgba))
    return y, u, v


def _from_premultiplied() -> NDArray[np.float64]:
    red_green_blue = np.eye(3)
    luma = np.array([_KR, 1 - _KR - _KB, _KB])
    u = (red_green_blue[2] - luma) / (2 * (1 - _KB))
    v = (red_green_blue[0] - luma) / (2 * (1 - _KR))
    return np.array([[*luma * 219, 16], [*u * 224, 128], [*v * 224, 128]]) / 255


# float64[3, 4]: Y, U, V from red, green, blue and alpha, 0..255, the colours premultiplied. The
# offsets of limited range and of chroma belong to the colour, so they fade with its alpha.
FROM_PREMULTIPLIED: Final = _from_premultiplied()
