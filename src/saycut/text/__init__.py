"""Words become sprites: shaping, layout, design, glyph pixels, entrance and exit.

Needs no font and no library of the machine: fonts come with the package.
"""

from saycut.text.animate import Pose, poses, resting_ms
from saycut.text.colour import UnusableColour, lightness
from saycut.text.sprite import Part, Sprite, Typeset
from saycut.text.typeset import standing_rows, typeset

__all__ = [
    "Part",
    "Pose",
    "Sprite",
    "Typeset",
    "UnusableColour",
    "lightness",
    "poses",
    "resting_ms",
    "standing_rows",
    "typeset",
]
