"""The rules of the document: what every draft keeps, whoever wrote it.

Edits, the wire and the renderer lean on these; each broken rule is told with its place.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final

from saycut.timeline.canvas import Canvas, Rect
from saycut.timeline.curve import Curve
from saycut.timeline.draft import Draft, Segment, Track, TrackKind
from saycut.timeline.errors import InvalidDraft
from saycut.timeline.facts import Asset, AssetKind
from saycut.timeline.picture import Motion, Picture
from saycut.timeline.sound import Sound
from saycut.timeline.text import Text

__all__ = ["check", "problems"]

DURATION_MS_MAX: Final = 24 * 3600 * 1000
SEGMENTS_MAX: Final = 20_000
CANVAS_PX: Final = (16, 8192)
FRAME_RATE: Final = (Fraction(1), Fraction(240))
SPEED: Final = (Fraction(1, 10), Fraction(100))
GAIN_DB: Final = (-120.0, 24.0)
LOUDNESS_LUFS: Final = (-60.0, -5.0)
TEXT_LENGTH_MAX: Final = 2000
TEXT_SCALE: Final = (0.2, 5.0)
BLUR_MAX: Final = 0.25
# Containers round durations; a source may end this much early, its last frame is held.
SOURCE_SLACK_MS: Final = 100

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def check(draft: Draft, assets: Mapping[str, Asset] | None = None) -> None:
    """Raises InvalidDraft: with all that `problems` finds."""
    if found := problems(draft, assets):
        raise InvalidDraft(found)


def problems(draft: Draft, assets: Mapping[str, Asset] | None = None) -> list[str]:
    """List what breaks the rules, each with its place; with `assets`, their use is checked too."""
    found = list(_canvas(draft.canvas))
    if draft.loudness_lufs is not None and not _within(draft.loudness_lufs, LOUDNESS_LUFS):
        found.append(f"loudness {draft.loudness_lufs} LUFS is not within {_span(LOUDNESS_LUFS)}")
    segment_count = sum(len(t.segments) for t in draft.tracks)
    if segment_count > SEGMENTS_MAX:
        return [*found, f"{segment_count} segments are more than the {SEGMENTS_MAX} a draft holds"]
    found += _repeated_ids(draft)
    for track in draft.tracks:
        found += _order(track)
        for segment in track.segments:
            place = f"segment {segment.id!r} on track {track.id!r}"
            found += [f"{place}: {p}" for p in _segment(segment, track)]
            if assets is not None and segment.asset_id is not None:
                found += [f"{place}: {p}" for p in _use(segment, track, assets)]
    return found


def _canvas(canvas: Canvas) -> Iterator[str]:
    for name, size in (("width", canvas.width), ("height", canvas.height)):
        if not _within(size, CANVAS_PX) or size % 2:
            yield f"canvas {name} {size} px is not an even number within {_span(CANVAS_PX)}"
    if not _within(canvas.frame_rate, FRAME_RATE):
        yield f"frame rate {canvas.frame_rate} is not within {_span(FRAME_RATE)} per second"
    yield from _colour("canvas background", canvas.background)


def _repeated_ids(draft: Draft) -> Iterator[str]:
    seen: set[str] = set()
    for name in [t.id for t in draft.tracks] + [s.id for s in draft.segments()]:
        if not name:
            yield "an id is empty; every track and segment needs its own"
        elif name in seen:
            yield f"id {name!r} is used twice; every track and segment needs its own"
        seen.add(name)


def _order(track: Track) -> Iterator[str]:
    for one, other in pairwise(track.segments):
        if other.track_range.start_ms < one.track_range.end_ms:
            yield (
                f"track {track.id!r}: {other.id!r} starts at {other.track_range.start_ms} ms, "
                f"before {one.id!r} ends at {one.track_range.end_ms} ms"
            )


def _segment(segment: Segment, track: Track) -> Iterator[str]:
    span = segment.track_range
    if span.start_ms < 0:
        yield f"start {span.start_ms} ms is before the film"
    if span.duration_ms <= 0:
        yield f"duration {span.duration_ms} ms is not above 0"
    if span.end_ms > DURATION_MS_MAX:
        yield f"end {span.end_ms} ms is past the longest film of {DURATION_MS_MAX} ms"
    if segment.source_start_ms < 0:
        yield f"source start {segment.source_start_ms} ms is before the media"
    if not _within(segment.speed, SPEED):
        yield f"speed {segment.speed} is not within {_span(SPEED)}"
    yield from _content(segment, track)
    yield from _picture(segment.picture, span.duration_ms)
    yield from _sound(segment.sound, span.duration_ms)
    yield from _transition(segment, track)


def _content(segment: Segment, track: Track) -> Iterator[str]:
    if track.kind is TrackKind.TEXT:
        if segment.text is None or segment.asset_id is not None:
            yield "a text track holds texts and no assets"
        else:
            yield from _text(segment.text)
        return
    if segment.text is not None:
        yield f"a text belongs on a text track, this one is {track.kind.value}"
    if segment.asset_id is None and (track.kind is TrackKind.AUDIO or not segment.picture.colour):
        yield "it has no asset" + (" and no colour" if track.kind is TrackKind.VIDEO else "")


def _text(text: Text) -> Iterator[str]:
    if len(text.content) > TEXT_LENGTH_MAX:
        yield f"the text has {len(text.content)} characters, {TEXT_LENGTH_MAX} are the most"
    if not _within(text.scale, TEXT_SCALE):
        yield f"text scale {text.scale} is not within {_span(TEXT_SCALE)}"
    yield from _colour("text colour", text.colour)
    yield from _colour("text accent", text.accent)


def _picture(picture: Picture, duration_ms: int) -> Iterator[str]:
    yield from _fades("picture", picture.fade_in_ms, picture.fade_out_ms, duration_ms)
    yield from _curve("opacity", picture.opacity, (0.0, 1.0))
    if not all(_within(x, (0.0, 1.0)) for x in picture.focus):
        yield f"focus {picture.focus} is not inside the picture (0..1, 0..1)"
    if not _within(picture.dim, (0.0, 1.0)):
        yield f"dim {picture.dim} is not within 0..1"
    if not _within(picture.blur, (0.0, BLUR_MAX)):
        yield f"blur {picture.blur} is not within {_span((0, BLUR_MAX))}"
    if not _is_rect(picture.frame, (-4.0, 5.0)):
        yield f"frame {picture.frame} is not a rectangle near the canvas"
    yield from _colour("colour", picture.colour)
    if picture.motion is not None:
        yield from _motion(picture.motion)


def _motion(motion: Motion) -> Iterator[str]:
    for name, rect in (("start", motion.start), ("end", motion.end)):
        if not _is_rect(rect, (-1e-6, 1 + 1e-6)):
            yield f"motion {name} {rect} is not a rectangle inside the picture"
    if not 0 <= motion.begins < motion.ends <= 1:
        yield f"motion plays from {motion.begins} to {motion.ends}, not a part of 0..1"


def _sound(sound: Sound, duration_ms: int) -> Iterator[str]:
    yield from _fades("sound", sound.fade_in_ms, sound.fade_out_ms, duration_ms)
    yield from _curve("gain", sound.gain_db, GAIN_DB)


def _transition(segment: Segment, track: Track) -> Iterator[str]:
    if segment.transition is None:
        return
    if track.kind is not TrackKind.VIDEO:
        yield "only segments of video tracks have transitions"
        return
    before = track.before(segment)
    if before is None:
        yield "its transition has no neighbour to come from: no segment ends where it begins"
        return
    longest = min(before.track_range.duration_ms, segment.track_range.duration_ms)
    if not 0 < segment.transition.duration_ms <= longest:
        yield (
            f"a transition of {segment.transition.duration_ms} ms does not fit between "
            f"{before.id!r} and this one: 1 to {longest} ms do"
        )


def _use(segment: Segment, track: Track, assets: Mapping[str, Asset]) -> Iterator[str]:
    asset = assets.get(segment.asset_id or "")
    if asset is None:
        yield f"asset {segment.asset_id!r} is not in the project"
        return
    if track.kind is TrackKind.VIDEO and asset.kind is AssetKind.AUDIO:
        yield f"{asset.name!r} has no picture; put it on an audio track"
    if track.kind is TrackKind.AUDIO and not asset.has_audio:
        yield f"{asset.name!r} has no sound; put it on a video track"
    if asset.kind is AssetKind.IMAGE:
        return
    if segment.source_range.end_ms > asset.duration_ms + SOURCE_SLACK_MS:
        yield (
            f"it uses {asset.name!r} up to {segment.source_range.end_ms} ms, "
            f"which ends at {asset.duration_ms} ms"
        )


def _fades(name: str, in_ms: int, out_ms: int, duration_ms: int) -> Iterator[str]:
    if in_ms < 0 or out_ms < 0 or in_ms + out_ms > max(0, duration_ms):
        yield f"{name} fades of {in_ms} and {out_ms} ms do not fit into {duration_ms} ms"


def _curve(name: str, curve: Curve, limits: tuple[float, float]) -> Iterator[str]:
    if not curve.keyframes:
        yield f"{name} has no keyframe"
    if any(not one.at_ms < other.at_ms for one, other in pairwise(curve.keyframes)):
        yield f"{name} keyframes are not in order of time"
    for keyframe in curve.keyframes:
        if not _within(keyframe.value, limits):
            yield f"{name} {keyframe.value} at {keyframe.at_ms} ms is not within {_span(limits)}"


def _colour(name: str, value: str | None) -> Iterator[str]:
    if value is not None and not _COLOUR.fullmatch(value):
        yield f"{name} {value!r} is not a colour like #1a2b3c"


def _is_rect(rect: Rect, limits: tuple[float, float]) -> bool:
    corners = (rect.x, rect.y, rect.x + rect.width, rect.y + rect.height)
    return rect.width >= 0.01 and rect.height >= 0.01 and all(_within(c, limits) for c in corners)


def _within(value: float | Fraction, limits: tuple[float | Fraction, float | Fraction]) -> bool:
    # NaN compares false with everything, so it is never within.
    return limits[0] <= value <= limits[1]


def _span(limits: tuple[float | Fraction, float | Fraction]) -> str:
    return f"{float(limits[0]):g}..{float(limits[1]):g}"
