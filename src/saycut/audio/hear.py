"""Listening to a file: how loud it is and where its beats fall, as facts of the asset."""

from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Final

from saycut.audio.beats import beats_of
from saycut.audio.loudness import measure
from saycut.audio.onsets import OnsetListener
from saycut.audio.samples import BLOCK_SAMPLES
from saycut.media import ANY_SIZE
from saycut.media.sandbox import Limits, run_confined
from saycut.media.sound import open_sound
from saycut.timeline import Facts

__all__ = ["find_beats", "hear"]

# An hour of music takes about a minute; whoever sends ten of them gets their beats as well.
_LIMITS: Final = Limits(cpu_s=900, wall_s=900.0)


def hear(path: Path) -> Facts:
    """Listen to a file nobody has vouched for: `find_beats` in a confined child process.

    Raises:
        MediaError: the file has no sound that can be read, or took too long to read.
    """
    return run_confined(find_beats, path, limits=_LIMITS, subject=path.name)


def find_beats(path: Path) -> Facts:
    """Give `beats_ms`, `downbeats_ms`, `tempo_bpm` and `loudness_lufs` of a file, nothing else.

    The file is read once, in blocks; what is kept of it is 800 bytes a second.

    Raises:
        MediaError: the file has no sound that can be read.
    """
    listener = OnsetListener()
    loudness = measure(
        listener.listen(open_sound(path, max_pixels=ANY_SIZE).blocks(0, BLOCK_SAMPLES))
    )
    lufs = loudness.integrated_lufs
    return replace(beats_of(listener.onsets()), loudness_lufs=lufs if isfinite(lufs) else None)
