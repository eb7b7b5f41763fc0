"""The colours that people call by name, as they look well on pictures."""

from typing import Final

__all__ = ["COLOURS"]

COLOURS: Final = {
    "white": "#ffffff",
    "black": "#101010",
    "red": "#e53935",
    "yellow": "#ffd600",
    "blue": "#2f7bff",
    "green": "#2fbf5b",
    "orange": "#ff8a00",
    "pink": "#ff5fa2",
    "gold": "#e3bf7d",
}
