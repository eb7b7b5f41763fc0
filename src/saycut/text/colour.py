"""Colours and contrast as WCAG 2 defines it, and how dense a scrim must be to reach it."""

from typing import ClassVar, Final, TypeAlias

from saycut.errors import SaycutError

__all__ = [
    "BLACK",
    "READABLE",
    "WHITE",
    "Colour",
    "UnusableColour",
    "backing_for",
    "contrast",
    "lightness",
    "luminance",
    "needed_opacity",
    "parse",
]

Colour: TypeAlias = tuple[int, int, int]

BLACK: Final[Colour] = (0, 0, 0)
WHITE: Final[Colour] = (255, 255, 255)
# WCAG 2.2, success criterion 1.4.3.
READABLE: Final = 4.5


class UnusableColour(SaycutError):
    """A colour is not written as `#rrggbb`."""

    code: ClassVar[int] = 4601

    def __init__(self, value: str) -> None:
        super().__init__(
            f"cannot set text in colour {value!r}: a colour is written #rrggbb; "
            "write it so, for example #ffcc00"
        )
        self.value = value


def parse(value: str) -> Colour:
    """Read `#rrggbb`.

    Raises:
        UnusableColour: it is written in another way.
    """
    try:
        if len(value) != 7 or value[0] != "#":
            raise UnusableColour(value)
        red, green, blue = bytes.fromhex(value[1:])
    except ValueError as error:
        raise UnusableColour(value) from error
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Give the relative luminance, 0 for black to 1 for white."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(value: str) -> float:
    """Give the gamma-coded value, 0..1, of the grey that is as light as a colour `#rrggbb`.

    Raises:
        UnusableColour: it is written in another way.
    """
    return _coded(luminance(parse(value)))


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def backing_for(ink: Colour) -> Colour:
    """Give black or white, whichever `ink` reads better on; one of them always reaches 4.5."""
    return max(BLACK, WHITE, key=lambda backing: contrast(ink, backing))


def needed_opacity(ink: Colour, ground: float = 1.0, ratio: float = READABLE) -> float:
    """Give how opaque `backing_for(ink)` must lie over a photograph for this contrast.

    The worst photograph is plain: as light as `ground` (gamma-coded, 0..1) under a black
    backing, black under a white one.
    """
    backing = backing_for(ink)
    own = luminance(ink) + 0.05
    if backing == BLACK:
        brightest = _coded(max(0.0, own / ratio - 0.05))
        return 1.0 - brightest / max(ground, brightest, 1e-9)
    darkest = own * ratio - 0.05
    return _coded(min(1.0, darkest))


def _linear(coded: float) -> float:
    return coded / 12.92 if coded <= 0.04045 else float(((coded + 0.055) / 1.055) ** 2.4)


def _coded(linear: float) -> float:
    return linear * 12.92 if linear <= 0.0031308 else float(1.055 * linear ** (1 / 2.4) - 0.055)
