"""Words become sprites: shaping, layout, design, glyph pixels, entrance and exit.

Needs no font and no library of the machine: fonts come with the package.
"""

from saycut.text.animate import Pose, poses, resting_ms
from saycut.text.colour import UnusableColour
from saycut.text.sprite import Part, Sprite, Typeset
from saycut.text.typeset import typeset

__all__ = ["Part", "Pose", "Sprite", "Typeset", "UnusableColour", "poses", "resting_ms", "typeset"]
