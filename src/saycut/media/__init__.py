"""Source files as values and samples: what a file is, what it holds, its frames and its sound."""

from saycut.media.child import ChildDied, ChildNotStarted, ConfinedChild, start_child
from saycut.media.confine import Confinement, Limits, confine_this_process
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
from saycut.media.frames import FrameReader
from saycut.media.header import ANY_SIZE, MAX_PIXELS
from saycut.media.picture import load_still
from saycut.media.planes import Planes
from saycut.media.probe import inspect, look_at, probe
from saycut.media.sandbox import run_confined
from saycut.media.sniff import MediaType, sniff
from saycut.media.sound import SOUND_RATE_HZ, SoundReader, open_sound

__all__ = [
    "ANY_SIZE",
    "MAX_PIXELS",
    "SOUND_RATE_HZ",
    "BrokenMedia",
    "ChildDied",
    "ChildNotStarted",
    "ConfinedChild",
    "Confinement",
    "EmptyFile",
    "FrameReader",
    "Limits",
    "MediaCrash",
    "MediaError",
    "MediaTimeout",
    "MediaType",
    "MissingFile",
    "Planes",
    "SoundReader",
    "TooManyPixels",
    "TooMuchMemory",
    "UnsupportedMedia",
    "confine_this_process",
    "inspect",
    "load_still",
    "look_at",
    "open_sound",
    "probe",
    "run_confined",
    "sniff",
    "start_child",
]
