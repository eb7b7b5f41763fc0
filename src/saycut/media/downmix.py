"""Sound of any sample format and channel layout as float32 stereo.

Source of the weights: ITU-R BS.775-4, annex 4: centre and surrounds at -3 dB, no LFE. Nothing
is scaled down for headroom: samples are floats, and loudness is set over the whole mix.
"""

from math import sqrt
from typing import Final

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

__all__ = ["to_stereo"]

_HALF: Final = sqrt(0.5)

# What each channel adds to left and right, by FFmpeg's names.
_WEIGHTS: Final[dict[str, tuple[float, float]]] = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "DL": (1.0, 0.0),
    "DR": (0.0, 1.0),
    "FC": (_HALF, _HALF),
    "LFE": (0.0, 0.0),
    "SL": (_HALF, 0.0),
    "SR": (0.0, _HALF),
    "BL": (_HALF, 0.0),
    "BR": (0.0, _HALF),
    "BC": (0.5, 0.5),
    "FLC": (_HALF, 0.0),
    "FRC": (0.0, _HALF),
}


def to_stereo(frame: AudioFrame) -> NDArray[np.float32]:
    """Give the samples of a frame as float32[2, n], full scale at 1.0."""
    samples = _as_float(frame)
    if len(samples) == 1:
        # A single channel plays from both sides as loud as it is.
        return np.repeat(samples, 2, axis=0)
    names = [channel.name for channel in frame.layout.channels]
    if names == ["FL", "FR"]:
        return samples
    return np.ascontiguousarray(_matrix(names) @ samples, dtype=np.float32)


def _as_float(frame: AudioFrame) -> NDArray[np.float32]:
    raw = frame.to_ndarray()
    if not frame.format.is_planar:
        raw = raw.reshape(-1, len(frame.layout.channels)).T
    samples = np.ascontiguousarray(raw, dtype=np.float32)
    if raw.dtype == np.uint8:
        return (samples - 128) / np.float32(128)
    if np.issubdtype(raw.dtype, np.integer):
        return samples / np.float32(2 ** (8 * raw.dtype.itemsize - 1))
    # Broken float files hold NaN, which would silence every filter after it.
    return np.nan_to_num(samples, copy=False, posinf=0.0, neginf=0.0)


def _matrix(names: list[str]) -> NDArray[np.float32]:
    """Give float32[2, channels]; channels without a known place are heard from the middle."""
    weights = [_WEIGHTS.get(name, (0.5, 0.5)) for name in names]
    return np.array(weights, dtype=np.float32).T
