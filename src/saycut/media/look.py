"""What a picture shows: faces, the point to keep in view, its colours and its light.

Deterministic: the same pictures always give the same facts.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.media.faces import find_faces
from saycut.media.planes import ByteArray
from saycut.timeline import Facts, Rect

__all__ = ["LOOK_PX", "facts_of"]

LOOK_PX: Final = (360, 360)
"""The box (width, height) a picture should cover to be looked at; larger ones only take longer."""

_Floats = NDArray[np.float32]


def facts_of(pictures: Sequence[ByteArray]) -> Facts:
    """Tell what pictures of one file show, each uint8[h, w, 3] in blue, green, red, upright.

    Give one of a still and a few of a clip: the focus is then the mean of theirs, the faces
    are those of the frame in which they are largest, the palette is of all, and the lights are
    the brightest of any.
    """
    faces = [find_faces(picture) for picture in pictures]
    points = [_focus(p, f) for p, f in zip(pictures, faces, strict=True)]
    x, y = np.mean(points, axis=0)
    return Facts(
        faces=max(faces, key=_weight),
        focus=(round(float(x), 4), round(float(y), 4)),
        palette=_palette(pictures),
        lights=_lights(pictures),
    )


def _weight(faces: Sequence[Rect]) -> float:
    return sum(face.width * face.height for face in faces)


def _focus(picture: ByteArray, faces: Sequence[Rect]) -> tuple[float, float]:
    """Give the mean of the faces, large ones counting more; else where the eye goes."""
    total = _weight(faces)
    if not total:
        return _salient_point(picture)
    shares = [face.width * face.height / total for face in faces]
    x = sum(s * (f.x + f.width / 2) for s, f in zip(shares, faces, strict=True))
    y = sum(s * (f.y + f.height / 2) for s, f in zip(shares, faces, strict=True))
    return x, y


# Saliency is a matter of the whole scene: detail only disturbs it.
_SCENE_PX: Final = 64
# The share of the picture, from the most salient down, whose middle is the focus.
_SALIENT_SHARE: Final = 0.05


def _salient_point(picture: ByteArray) -> tuple[float, float]:
    """Give the middle of what stands out by its colour and by breaking the pattern around it."""
    small = cv2.resize(picture, (_SCENE_PX, _SCENE_PX), interpolation=cv2.INTER_AREA)
    lab = _lab(small)
    # Colour counts double: the residual also answers to horizons and branches.
    saliency = 2 * _scaled(_colour_distance(lab)) + _scaled(_spectral_residual(lab))
    saliency *= _centre_prior()
    saliency[saliency < np.quantile(saliency, 1 - _SALIENT_SHARE)] = 0
    total = float(saliency.sum())
    if total <= 0:
        return 0.5, 0.5
    middles = (np.arange(_SCENE_PX) + 0.5) / _SCENE_PX
    return float(saliency.sum(0) @ middles) / total, float(saliency.sum(1) @ middles) / total


def _lab(bgr: NDArray[Any]) -> _Floats:
    """Give CIELAB, float32[h, w, 3]: L from 0 to 100."""
    return np.asarray(cv2.cvtColor(bgr.astype(np.float32) / 255, cv2.COLOR_BGR2Lab), np.float32)


def _colour_distance(lab: _Floats) -> _Floats:
    """Give how far each colour is from the picture's mean (Achanta et al., CVPR 2009)."""
    soft = cv2.GaussianBlur(lab, (0, 0), 1.5)
    return np.asarray(np.linalg.norm(soft - lab.mean(axis=(0, 1)), axis=2), np.float32)


def _spectral_residual(lab: _Floats) -> _Floats:
    """Give what the smoothed spectrum does not foretell (Hou and Zhang, CVPR 2007)."""
    total = np.zeros(lab.shape[:2], np.float32)
    for channel in cv2.split(lab):
        spectrum = np.fft.fft2(channel)
        logarithm = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
        residual = logarithm - cv2.blur(logarithm, (3, 3))
        surprise = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
        total += cv2.GaussianBlur(surprise.astype(np.float32), (0, 0), 3)
    return total


def _scaled(saliency: _Floats) -> _Floats:
    scaled: _Floats = saliency / np.float32(max(saliency.max(), 1e-9))
    return scaled


def _centre_prior() -> _Floats:
    """Photographers put what matters near the middle: a wide bell, a third at the edges."""
    at = (np.arange(_SCENE_PX) + 0.5) / _SCENE_PX - 0.5
    bell = np.exp(-(at**2) / (2 * 0.35**2))
    return np.outer(bell, bell).astype(np.float32)


_COLOURS_MAX: Final = 5
# Closer in CIELAB than this, two colours pass for one.
_SAME_COLOUR: Final = 14.0
_SAMPLE_PX: Final = 48


def _palette(pictures: Sequence[ByteArray]) -> tuple[str, ...]:
    """Give up to five colours as `#rrggbb`, the liveliest first."""
    samples = [
        cv2.resize(picture, (_SAMPLE_PX, _SAMPLE_PX), interpolation=cv2.INTER_AREA)
        for picture in pictures
    ]
    pixels = _lab(np.concatenate(samples)).reshape(-1, 3)
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    _, labels, centres = cv2.kmeans(
        pixels, 8, np.zeros((len(pixels), 1), np.int32), criteria, 2, cv2.KMEANS_PP_CENTERS
    )
    shares = np.bincount(labels.ravel(), minlength=8) / len(pixels)
    return tuple(_hex(colour) for colour in _distinct(np.asarray(centres, np.float32), shares))


def _distinct(centres: _Floats, shares: NDArray[np.float64]) -> list[_Floats]:
    """Give colours that differ, the vivid first; how much they cover counts little.

    A red coat in a meadow tells more of a picture than the meadow.
    """
    chroma = np.hypot(centres[:, 1], centres[:, 2])
    order = np.argsort(-(chroma + 5) * shares**0.125)
    chosen: list[_Floats] = []
    for index in order:
        far = all(np.linalg.norm(centres[index] - other) > _SAME_COLOUR for other in chosen)
        if far and shares[index] > 0.02:
            chosen.append(centres[index])
    return chosen[:_COLOURS_MAX]


def _hex(lab: _Floats) -> str:
    bgr = cv2.cvtColor(lab.reshape(1, 1, 3), cv2.COLOR_Lab2BGR)[0, 0]
    blue, green, red = (round(255 * min(1.0, max(0.0, float(c)))) for c in bgr)
    return f"#{red:02x}{green:02x}{blue:02x}"


_GRID: Final = 3
# Single bright pixels, a lamp or a glint, do not decide whether letters can be read.
_LIGHT_QUANTILE: Final = 0.95


def _lights(pictures: Sequence[ByteArray]) -> tuple[float, ...]:
    """Give how light each cell of the grid gets in any of the pictures."""
    brightest = np.max([_lights_of(picture) for picture in pictures], axis=0)
    return tuple(round(float(light), 3) for light in brightest)


def _lights_of(picture: ByteArray) -> list[float]:
    # The luma of the grey that is as light: vivid colours are lighter than their own luma says,
    # and contrast is a matter of light.
    lightness = _lab(picture)[..., 0]
    rows, columns = (_thirds(length) for length in lightness.shape)
    cells = [lightness[row, column] for row in rows for column in columns]
    return [_coded(float(np.quantile(cell, _LIGHT_QUANTILE))) for cell in cells]


def _thirds(length: int) -> list[slice]:
    """Cut a length into parts of at least one pixel, which the tiniest pictures share."""
    starts = [index * length // _GRID for index in range(_GRID + 1)]
    return [slice(start, max(start + 1, end)) for start, end in pairwise(starts)]


def _coded(lightness: float) -> float:
    """Give the gamma-coded value (0..1) of the grey that has this L of CIELAB."""
    lab = np.array([[[lightness, 0.0, 0.0]]], np.float32)
    return min(1.0, max(0.0, float(cv2.cvtColor(lab, cv2.COLOR_Lab2BGR)[0, 0, 1])))
