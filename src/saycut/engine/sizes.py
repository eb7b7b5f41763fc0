"""Sizes of films as people name them: exact, or the short side as in 720p."""

import re
from dataclasses import dataclass
from typing import Final

from saycut.engine.errors import SizeRefused

__all__ = ["Size"]

# H.264 level 6.2 ends there, and so do most players.
_SIDE_MAX_PX: Final = 8192
_SIDE_MIN_PX: Final = 64
_NAMED_PX: Final = {"4k": 2160, "8k": 4320}


@dataclass(frozen=True, slots=True)
class Size:
    """`1080x1920` fixes the shape too; `720p` is the short side, whatever the shape.

    `4k` and `8k` stand for 2160p and 4320p. `shape` is (width, height) in pixels, or None
    when only the short side is given.
    """

    text: str
    short_side_px: int
    shape: tuple[int, int] | None

    @classmethod
    def parse(cls, text: str) -> "Size":
        """Raises SizeRefused: not a size, too small, too large or odd."""
        if found := re.fullmatch(r"(\d+)\s*[x×*]\s*(\d+)", text.strip(), re.IGNORECASE):
            width, height = int(found[1]), int(found[2])
            size = cls(text, min(width, height), (width, height))
        elif found := re.fullmatch(r"(\d+)p", text.strip(), re.IGNORECASE):
            size = cls(text, int(found[1]), None)
        elif side_px := _NAMED_PX.get(text.strip().lower()):
            size = cls(text, side_px, None)
        else:
            raise SizeRefused(f"{text!r} is not a size: write 1080x1920, 720p or 4k")
        sides = size.shape or (size.short_side_px,)
        if min(sides) < _SIDE_MIN_PX or max(sides) > _SIDE_MAX_PX or any(s % 2 for s in sides):
            raise SizeRefused(
                f"cannot make a film of size {text}: sides are even numbers of pixels from "
                f"{_SIDE_MIN_PX} to {_SIDE_MAX_PX}"
            )
        return size

    def on(self, width: int, height: int) -> tuple[int, int]:
        """Give the size in pixels of an export of a film of `width` x `height`, both even.

        An exact size is given as it is; the export refuses one of another shape.
        """
        if self.shape is not None:
            return self.shape
        scale = self.short_side_px / min(width, height)
        return 2 * round(width * scale / 2), 2 * round(height * scale / 2)
