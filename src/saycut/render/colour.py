"""Colours as the canvas holds them: BT.709, limited range, 8 bits."""

from typing import Final

import numpy as np

from saycut.media.matrix import FROM_PREMULTIPLIED

__all__ = ["BLACK_YUV", "yuv_of"]

BLACK_YUV: Final = (16, 128, 128)


def yuv_of(colour: str) -> tuple[int, int, int]:
    """Convert `#rrggbb` to code values."""
    rgba = [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255]
    y, u, v = (round(float(code)) for code in FROM_PREMULTIPLIED @ np.array(rgba))
    return y, u, v
