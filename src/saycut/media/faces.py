"""Faces in a picture, by OpenCV's cascades: frontal and from both sides.

The cascades find most faces that look at the camera and few others; they also see faces in
leaves and rocks. So a find counts only when several windows agree on it, when it is of some
size, and when, as skin of any tone does, it holds more red than blue.
"""

from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from saycut.media.planes import ByteArray, as_bytes
from saycut.timeline import Rect

__all__ = ["find_faces"]

# Smaller faces, as a share of the picture's shorter side, are neither sure nor the subject.
_SMALLEST: Final = 0.08
# How far apart the sizes of windows are: finer costs more time and finds few more.
_SCALE_STEP: Final = 1.15


def find_faces(bgr: ByteArray) -> tuple[Rect, ...]:
    """Give boxes around faces as shares of the picture, the largest first."""
    height, width = bgr.shape[:2]
    grey = as_bytes(cv2.equalizeHist(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)))
    found: list[tuple[int, int, int, int]] = []
    for name, agreeing, is_mirrored in _CASCADES:
        for x, y, side in _detected(np.fliplr(grey) if is_mirrored else grey, name, agreeing):
            box = (width - x - side if is_mirrored else x, y, side, side)
            if _looks_like_skin(bgr, box) and not any(_overlap(box, other) for other in found):
                found.append(box)
    found.sort(key=lambda box: box[2], reverse=True)
    return tuple(Rect(x / width, y / height, w / width, h / height) for x, y, w, h in found)


# Cascade, how many windows must agree, whether to look at the mirrored picture: profiles are
# learnt from one side, and less sure.
_CASCADES: Final = (
    ("haarcascade_frontalface_alt2.xml", 5, False),
    ("haarcascade_profileface.xml", 9, False),
    ("haarcascade_profileface.xml", 9, True),
)


def _detected(grey: ByteArray, name: str, agreeing: int) -> list[tuple[int, int, int]]:
    smallest = max(24, round(min(grey.shape) * _SMALLEST))
    boxes = _cascade(name).detectMultiScale(
        np.ascontiguousarray(grey), _SCALE_STEP, agreeing, minSize=(smallest, smallest)
    )
    return [(int(x), int(y), int(side)) for x, y, side, _ in boxes]


@cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))


def _looks_like_skin(bgr: ByteArray, box: tuple[int, int, int, int]) -> bool:
    """Tell whether the middle of the box is of a reddish hue; grey pictures pass as they are."""
    x, y, w, h = box
    middle = bgr[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4]
    blue, green, red = (float(c) for c in middle.reshape(-1, 3).mean(axis=0))
    is_grey = max(blue, green, red) - min(blue, green, red) < 8
    return is_grey or (red > green and red > blue)


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Tell whether two boxes are of the same face: the centre of one lies in the other."""
    return _holds_centre(one, other) or _holds_centre(other, one)


def _holds_centre(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return one[0] <= x <= one[0] + one[2] and one[1] <= y <= one[1] + one[3]
