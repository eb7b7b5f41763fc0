"""Source files as values and samples: what a file is, what it holds, its frames and its sound."""

from saycut.media.errors import (
    BrokenMedia,
    EmptyFile,
    MediaCrash,
    MediaError,
    MediaTimeout,
    MissingFile,
    TooManyPixels,
    TooMuchMemory,
    UnsupportedMedia,
)
from saycut.media.sandbox import Limits, confine_this_process, run_confined
from saycut.media.sniff import MediaType, sniff
from saycut.media.sound import SOUND_RATE_HZ, SoundReader, open_sound

__all__ = [
    "SOUND_RATE_HZ",
    "BrokenMedia",
    "EmptyFile",
    "Limits",
    "MediaCrash",
    "MediaError",
    "MediaTimeout",
    "MediaType",
    "MissingFile",
    "SoundReader",
    "TooManyPixels",
    "TooMuchMemory",
    "UnsupportedMedia",
    "confine_this_process",
    "open_sound",
    "run_confined",
    "sniff",
]
