"""Values of a draft as people read them, short and the same in every language."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from saycut.edit.motions import kind_of
from saycut.timeline import (
    Asset,
    Canvas,
    Curve,
    Motion,
    Rect,
    Segment,
    SoundRole,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

__all__ = [
    "PROPERTIES",
    "clock_range",
    "curve",
    "decibels",
    "motion",
    "percent",
    "plain",
    "rect",
    "seconds",
    "share",
    "size",
    "subject_of",
    "transition",
]

_SOUNDS = {
    SoundRole.MUSIC: "music",
    SoundRole.VOICE: "voice",
    SoundRole.EFFECT: "effect",
    SoundRole.ORIGINAL: "sound",
}


def subject_of(segment: Segment, track: Track, is_main: bool, assets: Mapping[str, Asset]) -> str:
    """Name the kind of thing: photo, clip, card, overlay, music, voice, title, caption, ..."""
    if segment.text is not None:
        return segment.text.role.value.replace("_", " ")
    if track.kind is TrackKind.AUDIO:
        return _SOUNDS[segment.sound.role]
    if not is_main:
        return "overlay"
    if segment.asset_id is None:
        return "card"
    asset = assets.get(segment.asset_id)
    return "clip" if asset is None or asset.duration_ms else "photo"


def seconds(duration_ms: int) -> str:
    """`4 s`, `2.25 s`."""
    return f"{duration_ms / 1000:.3f}".rstrip("0").rstrip(".") + " s"


def clock_range(span: TimeRange) -> str:
    """`0:01-0:03.5`: when something is seen or heard."""
    return f"{_clock(span.start_ms)}-{_clock(span.end_ms)}"


def size(canvas: Canvas) -> str:
    """`1920x1080 (16:9)`."""
    return f"{canvas.width}x{canvas.height} ({canvas.ratio})"


def transition(value: Transition | None) -> str:
    """`crossfade 0.8 s`, `cut`."""
    return f"{value.kind.value} {seconds(value.duration_ms)}" if value else "cut"


def motion(value: Motion | None) -> str:
    """`zoom-in 11 %`, `none`: where the view goes, and by how much of the frame."""
    kind = kind_of(value) if value else None
    if value is None or kind is None:
        return "none"
    start, end = value.start, value.end
    by = max(abs(end.width - start.width), abs(end.x - start.x), abs(end.y - start.y))
    part = "" if value.begins == 0 and value.ends == 1 else " in part"
    return f"{kind.value} {by:.0%}{part}".replace("%", " %")


def curve(value: Curve) -> str:
    """`-9.1`, or `0 ... -12` for a value that changes."""
    values = [_number(k.value) for k in value.keyframes]
    return values[0] if value.is_constant else " ... ".join(values)


def decibels(value: Curve) -> str:
    """`-9.1 dB`."""
    return f"{curve(value)} dB"


def share(value: Curve) -> str:
    """`40 %`, of an opacity."""
    values = [f"{k.value:.0%}".replace("%", " %") for k in value.keyframes]
    return values[0] if value.is_constant else " ... ".join(values)


def percent(value: float) -> str:
    """`2 %`, `0.5 %`: never rounded to nothing."""
    return f"{value * 100:.3g} %"


def rect(value: Rect) -> str:
    """`0.1,0.1 0.8x0.8`: the upper left corner and the size, in shares."""
    return f"{value.x:.3g},{value.y:.3g} {value.width:.3g}x{value.height:.3g}"


def plain(value: object) -> str:
    """Write any other value: words as they are, numbers short, nothing as `none`."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, tuple):
        return ", ".join(plain(v) for v in value)
    return str(value)


def _number(value: float) -> str:
    """At most two digits after the point; never `-0`."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _clock(at_ms: int) -> str:
    minutes, ms = divmod(at_ms, 60_000)
    text = f"{ms / 1000:06.3f}".rstrip("0").rstrip(".")
    return f"{minutes}:{text}"


def _of_text(name: str) -> Callable[[Segment], Any]:
    return lambda segment: getattr(segment.text, name, None)


Property = tuple[str, Callable[[Segment], Any], Callable[[Any], str]]

# What a segment says besides its place, and how each is written.
PROPERTIES: Final[tuple[Property, ...]] = (
    ("words", _of_text("content"), plain),
    ("role", _of_text("role"), plain),
    ("style", _of_text("style"), plain),
    ("animation", _of_text("animation"), plain),
    ("position", _of_text("position"), plain),
    ("scale", _of_text("scale"), plain),
    ("colour of the letters", _of_text("colour"), plain),
    ("accent", _of_text("accent"), plain),
    ("language", _of_text("language"), plain),
    ("media", lambda s: s.asset_id, plain),
    ("start in the media", lambda s: s.source_start_ms, seconds),
    ("speed", lambda s: s.speed, plain),
    ("transition", lambda s: s.transition, transition),
    ("fit", lambda s: s.picture.fit, plain),
    ("place on the canvas", lambda s: s.picture.frame, rect),
    ("focus", lambda s: s.picture.focus, plain),
    ("motion", lambda s: s.picture.motion, motion),
    ("opacity", lambda s: s.picture.opacity, share),
    ("fade in", lambda s: s.picture.fade_in_ms, seconds),
    ("fade out", lambda s: s.picture.fade_out_ms, seconds),
    ("dim", lambda s: s.picture.dim, percent),
    ("blur", lambda s: s.picture.blur, percent),
    ("colour", lambda s: s.picture.colour, plain),
    ("volume", lambda s: s.sound.gain_db, decibels),
    ("sound fade in", lambda s: s.sound.fade_in_ms, seconds),
    ("sound fade out", lambda s: s.sound.fade_out_ms, seconds),
    ("muted", lambda s: s.sound.is_muted, plain),
    ("role of the sound", lambda s: s.sound.role, plain),
    ("name", lambda s: s.name, plain),
    ("other data", lambda s: s.extra, lambda _: ""),
)
