"""What typesetting gives: pictures with a place on the canvas, ready to be blended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Part", "Pixels", "Sprite", "Typeset"]

Pixels: TypeAlias = NDArray[np.uint8]


class Part(StrEnum):
    """What a sprite is for the design; entrances and exits treat the parts differently."""

    SCRIM = "scrim"  # a wide darkening that only ever fades
    PLATE = "plate"  # a box that travels with the letters
    RULE = "rule"  # a line or bar in the accent colour
    LINE = "line"  # one line of letters with its shadow


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A picture at rest on the canvas, wholly inside it.

    `rgba` is uint8[height, width, 4], premultiplied, gamma-coded BT.709 values; `x_px` and
    `y_px` are its upper left corner on the canvas.
    """

    rgba: Pixels
    x_px: int
    y_px: int
    part: Part


@dataclass(frozen=True, slots=True, eq=False)
class Typeset:
    """A text made into sprites, in drawing order: scrim or plate, the lines, then the rule.

    `box` (x, y, width, height in pixels) holds the ink of all letters; `lines` is the text as
    broken and as shown; `missing` names the characters that no font has, each once.
    """

    sprites: tuple[Sprite, ...]
    box: tuple[int, int, int, int]
    lines: tuple[str, ...]
    missing: tuple[str, ...]
