"""The draft as JSON. The short keys of the wire live in this file alone.

`t`, `tt`, `sg`, `d` and `m` are fixed by clients in the wild, the rest is ours; `docs/draft.md`
shows them all. The tables below are the codec and its JSON Schema at once. Values at their
defaults are left out; keys that are not known here are kept and written back.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from saycut.timeline.canvas import FULL, Canvas, Rect
from saycut.timeline.codec import (
    Choice,
    Codec,
    Flag,
    Integer,
    ListOf,
    Nullable,
    Number,
    Ratio,
    Record,
    String,
    Value,
    field,
)
from saycut.timeline.curve import Curve, Easing, Keyframe
from saycut.timeline.draft import Draft, Segment, Track, TrackKind
from saycut.timeline.facts import Asset
from saycut.timeline.picture import Fit, Motion, Picture, Transition, TransitionKind
from saycut.timeline.sound import Sound, SoundRole
from saycut.timeline.summary import label, volume_percent
from saycut.timeline.text import Position, Text, TextAnimation, TextRole, TextStyle
from saycut.timeline.time import TimeRange

__all__ = ["draft_from_wire", "draft_schema", "draft_to_wire"]

KIND_BY_CODE: Final = {0: TrackKind.VIDEO, 1: TrackKind.AUDIO, 7: TrackKind.TEXT}


def draft_from_wire(raw: Any) -> Draft:
    """Read a draft; its shape is checked here, its rules by `validate.check`.

    Raises:
        WireError: with the path of the value that does not belong there.
    """
    draft: Draft = _DRAFT.decode(raw, "")
    return draft


def draft_to_wire(draft: Draft, assets: Mapping[str, Asset] | None = None) -> dict[str, Any]:
    """Write a draft as JSON values.

    `d` and each segment's `m.name` and `m.volume` are written for readers, with the names
    of `assets` where they are given; they follow from the rest and are not read back.
    """
    wire = _DRAFT.encode(draft)
    wire["d"] = draft.duration_ms
    wire.setdefault("m", {})
    for track, track_wire in zip(draft.tracks, wire["t"], strict=True):
        for segment, segment_wire in zip(track.segments, track_wire["sg"], strict=True):
            told = segment_wire.setdefault("m", {})
            told["name"] = label(segment, assets or {})
            if track.kind is TrackKind.AUDIO:
                told["volume"] = volume_percent(segment)
    return wire


def draft_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a draft."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_DRAFT.schema()}


class _CurveCodec:
    """A number that stays, or keyframes `[[at_ms, value, easing], ...]`."""

    keyframes: Codec = ListOf(
        Value(
            (Integer(), Number(), Choice.of(Easing)),
            Keyframe,
            lambda k: (k.at_ms, k.value, k.easing),
            "a keyframe: [ms after the segment's start, value, easing to the next]",
            optional_count=1,
        )
    )

    def decode(self, raw: Any, path: str) -> Curve:
        if isinstance(raw, list):
            return Curve(self.keyframes.decode(raw, path))
        return Curve.constant(Number().decode(raw, path))

    def encode(self, curve: Curve) -> Any:
        if curve == Curve.constant(curve.keyframes[0].value):
            return Number().encode(curve.keyframes[0].value)
        return self.keyframes.encode(curve.keyframes)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, self.keyframes.schema()]}


_CURVE: Final = _CurveCodec()
_RECT: Final = Value(
    (Number(),) * 4, Rect, lambda r: (r.x, r.y, r.width, r.height), "[x, y, width, height], shares"
)
_POINT: Final = Value(
    (Number(),) * 2, lambda x, y: (x, y), lambda point: tuple(point), "[x, y], shares"
)

_CANVAS: Final = Record(
    "canvas",
    Canvas,
    (
        field("w", "width", Integer(), "width in pixels, even", 1920),
        field("h", "height", Integer(), "height in pixels, even", 1080),
        field("r", "frame_rate", Ratio(), "frames per second", Fraction(30)),
        field("bg", "background", String(), "colour #rrggbb where nothing is drawn", "#000000"),
    ),
)

_MOTION: Final = Record(
    "motion",
    Motion,
    (
        field("a", "start", _RECT, "the view at the start, in shares of the fitted picture"),
        field("b", "end", _RECT, "the view at the end"),
        field("e", "easing", Choice.of(Easing), "how it moves", Easing.EASE_IN_OUT),
        field("f", "begins", Ratio(), "share of the move at which this begins", Fraction(0)),
        field("t", "ends", Ratio(), "share of the move at which this ends", Fraction(1)),
    ),
)

_PICTURE: Final = Record(
    "picture",
    Picture,
    (
        field("ft", "fit", Choice.of(Fit), "how it fills its frame", Fit.COVER),
        field("fr", "frame", _RECT, "its place on the canvas", FULL),
        field("fo", "focus", _POINT, "the point of the source that stays in view", (0.5, 0.5)),
        field("mo", "motion", Nullable(_MOTION), "pan and zoom", None),
        field("op", "opacity", _CURVE, "0..1", Curve.constant(1.0)),
        field("fi", "fade_in_ms", Integer(), "fade in, ms", 0),
        field("fu", "fade_out_ms", Integer(), "fade out, ms", 0),
        field("di", "dim", Number(), "darkening 0..1", 0.0),
        field("bl", "blur", Number(), "blur, sigma as a share of the canvas height", 0.0),
        field("co", "colour", Nullable(String()), "plain colour #rrggbb, without an asset", None),
    ),
)

_SOUND: Final = Record(
    "sound",
    Sound,
    (
        field("g", "gain_db", _CURVE, "gain in dB", Curve.constant(0.0)),
        field("fi", "fade_in_ms", Integer(), "fade in, ms", 0),
        field("fu", "fade_out_ms", Integer(), "fade out, ms", 0),
        field("mu", "is_muted", Flag(), "silent", False),
        field("ro", "role", Choice.of(SoundRole), "what it is", SoundRole.ORIGINAL),
    ),
)

_TEXT: Final = Record(
    "text",
    Text,
    (
        field("c", "content", String(), "the words; the first line leads"),
        field("ro", "role", Choice.of(TextRole), "what it is for", TextRole.CAPTION),
        field("st", "style", Choice.of(TextStyle), "design", TextStyle.CLEAN),
        field("an", "animation", Choice.of(TextAnimation), "how it enters", TextAnimation.FADE),
        field("po", "position", Nullable(Choice.of(Position)), "null: the role's own", None),
        field("sc", "scale", Number(), "times the role's size", 1.0),
        field("co", "colour", Nullable(String()), "#rrggbb; null: the style's", None),
        field("ac", "accent", Nullable(String()), "#rrggbb; null: the style's", None),
        field("la", "language", Nullable(String()), "BCP 47, for regional glyph forms", None),
    ),
)

_TRANSITION: Final = Record(
    "transition",
    Transition,
    (
        field("k", "kind", Choice.of(TransitionKind), "kind"),
        field("d", "duration_ms", Integer(), "length in ms, half on each side of the seam"),
    ),
)


def _segment(start_ms: int, duration_ms: int, **arguments: Any) -> Segment:
    return Segment(track_range=TimeRange(start_ms, duration_ms), **arguments)


_SEGMENT: Final = Record(
    "segment",
    _segment,
    (
        field("id", "id", String(), "unique in the draft"),
        field(
            "s", "start_ms", Integer(), "start, timeline ms", take=lambda s: s.track_range.start_ms
        ),
        field(
            "d",
            "duration_ms",
            Integer(),
            "length, timeline ms",
            take=lambda s: s.track_range.duration_ms,
        ),
        field("a", "asset_id", Nullable(String()), "asset; none for texts and colours", None),
        field("so", "source_start_ms", Integer(), "start in the asset, media ms", 0),
        field("sp", "speed", Ratio(), "media time per timeline time", Fraction(1)),
        field("n", "name", String(), "its own human name", ""),
        field("p", "picture", _PICTURE, "on video tracks", Picture()),
        field("au", "sound", _SOUND, "how it sounds", Sound()),
        field("x", "text", Nullable(_TEXT), "on text tracks", None),
        field("tr", "transition", Nullable(_TRANSITION), "leads in from the neighbour", None),
    ),
    has_extra=True,
    derived={"m": {"name": None, "volume": None}},
)

_TRACK: Final = Record(
    "track",
    Track,
    (
        field("id", "id", String(), "unique in the draft"),
        field("tt", "kind", Choice(KIND_BY_CODE), "0 video and pictures, 1 audio, 7 text"),
        field("sg", "segments", ListOf(_SEGMENT), "segments, sorted by time"),
        field("n", "name", String(), "its own human name", ""),
    ),
    has_extra=True,
)

_DRAFT: Final = Record(
    "draft",
    Draft,
    (
        field("t", "tracks", ListOf(_TRACK), "tracks, the lowest first"),
        field("c", "canvas", _CANVAS, "the output picture", Canvas()),
        field("l", "loudness_lufs", Nullable(Number()), "target; null: -14", None),
    ),
    has_extra=True,
    derived={"d": None, "m": {}},
)
