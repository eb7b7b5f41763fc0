"""The draft as a value, what it is made of, and its one JSON codec."""

from saycut.timeline.canvas import FULL, Canvas, Rect
from saycut.timeline.curve import Curve, Easing, Keyframe, ease
from saycut.timeline.draft import Draft, Segment, Track, TrackKind
from saycut.timeline.errors import InvalidDraft, UnknownSegment, UnknownTrack, WireError
from saycut.timeline.facts import Asset, AssetKind, Facts, Word
from saycut.timeline.picture import Fit, Motion, Picture, Transition, TransitionKind
from saycut.timeline.sound import Sound, SoundRole
from saycut.timeline.text import Position, Text, TextAnimation, TextRole, TextStyle
from saycut.timeline.time import TimeRange, clock

__all__ = [
    "FULL",
    "Asset",
    "AssetKind",
    "Canvas",
    "Curve",
    "Draft",
    "Easing",
    "Facts",
    "Fit",
    "InvalidDraft",
    "Keyframe",
    "Motion",
    "Picture",
    "Position",
    "Rect",
    "Segment",
    "Sound",
    "SoundRole",
    "Text",
    "TextAnimation",
    "TextRole",
    "TextStyle",
    "TimeRange",
    "Track",
    "TrackKind",
    "Transition",
    "TransitionKind",
    "UnknownSegment",
    "UnknownTrack",
    "WireError",
    "Word",
    "clock",
    "ease",
]
