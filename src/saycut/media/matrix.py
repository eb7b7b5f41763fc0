"""The matrices between red, green, blue and the code values of YUV.

All are affine maps of three values as float64[3, 4]: the last column is added, or belongs to a
fourth value. Sources: ITU-R BT.601-7, BT.709-6 (section 3), BT.2020-2; code values ITU-T H.273.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BT601",
    "BT709",
    "BT2020",
    "FROM_BGR",
    "FROM_PREMULTIPLIED",
    "TO_BGR",
    "code_matrix",
    "inverse",
    "luma_weights",
    "product",
]

Matrix = NDArray[np.float64]

# The shares of red and blue in luma.
BT601: Final = (0.299, 0.114)
BT709: Final = (0.2126, 0.0722)
BT2020: Final = (0.2627, 0.0593)


def code_matrix(kr_kb: tuple[float, float], *, is_full: bool = False, bits: int = 8) -> Matrix:
    """Give code values of Y, U, V from red, green, blue (0..1) and one."""
    unit = 2 ** (bits - 8)
    luma_steps, chroma_steps = (2**bits - 1,) * 2 if is_full else (219 * unit, 224 * unit)
    black = 0 if is_full else 16 * unit
    luma = luma_weights(kr_kb)
    kr, kb = kr_kb
    u = (np.array([0, 0, 1]) - luma) / (2 * (1 - kb))
    v = (np.array([1, 0, 0]) - luma) / (2 * (1 - kr))
    return np.array(
        [
            [*luma * luma_steps, black],
            [*u * chroma_steps, 128 * unit],
            [*v * chroma_steps, 128 * unit],
        ]
    )


def luma_weights(kr_kb: tuple[float, float]) -> Matrix:
    """Give float64[3]: the shares of red, green and blue in luma."""
    kr, kb = kr_kb
    return np.array([kr, 1 - kr - kb, kb])


def inverse(matrix: Matrix) -> Matrix:
    """Give the map that undoes another."""
    return np.asarray(np.linalg.inv(_squared(matrix))[:3], np.float64)


def product(then: Matrix, first: Matrix) -> Matrix:
    """Give the map that does one after the other."""
    return then @ _squared(first)


def _squared(matrix: Matrix) -> Matrix:
    return np.vstack([matrix, [0, 0, 0, 1]])


FROM_PREMULTIPLIED: Final = code_matrix(BT709) / 255
"""Y, U, V in BT.709, limited range, from red, green, blue and alpha, all 0..255.

The colours are premultiplied. The offsets of limited range and of chroma belong to the colour,
so they fade with its alpha.
"""

FROM_BGR: Final = FROM_PREMULTIPLIED[:, [2, 1, 0, 3]] * [1, 1, 1, 255]
"""Y, U, V in BT.709, limited range, from blue, green, red (0..255) and one."""

TO_BGR: Final = inverse(FROM_BGR)
"""Blue, green, red from those and one."""
