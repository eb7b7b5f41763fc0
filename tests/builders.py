"""Drafts and assets for tests: each builder asks only for what its test is about."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from saycut.timeline import (
    Asset,
    AssetKind,
    Canvas,
    Draft,
    Facts,
    Rect,
    Segment,
    Sound,
    SoundRole,
    Text,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
)

__all__ = [
    "a_caption",
    "a_clip",
    "a_draft",
    "a_film",
    "a_photo",
    "a_segment",
    "a_song",
    "a_soundtrack",
    "by_id",
]


def a_segment(
    segment_id: str = "s1", *, start_ms: int = 0, duration_ms: int = 4000, **fields: Any
) -> Segment:
    """A segment of the asset `photo` unless told otherwise; `fields` are those of Segment."""
    return Segment(
        id=segment_id,
        track_range=TimeRange(start_ms, duration_ms),
        **{"asset_id": "photo", **fields},
    )


def a_caption(
    segment_id: str = "text1",
    content: str = "Golden Hour",
    *,
    start_ms: int = 0,
    duration_ms: int = 3000,
    role: TextRole = TextRole.CAPTION,
    **fields: Any,
) -> Segment:
    """A text; `fields` are those of Text."""
    text = Text(content, role=role, **fields)
    return Segment(id=segment_id, track_range=TimeRange(start_ms, duration_ms), text=text)


def a_soundtrack(
    segment_id: str = "music1",
    *,
    start_ms: int = 0,
    duration_ms: int = 12_000,
    fade_out_ms: int = 0,
    role: SoundRole = SoundRole.MUSIC,
    **fields: Any,
) -> Segment:
    """A segment for an audio track, of the asset `song` unless told otherwise."""
    return a_segment(
        segment_id,
        start_ms=start_ms,
        duration_ms=duration_ms,
        sound=Sound(role=role, fade_out_ms=fade_out_ms),
        **{"asset_id": "song", **fields},
    )


def a_draft(
    *main: Segment,
    texts: tuple[Segment, ...] = (),
    sounds: tuple[Segment, ...] = (),
    canvas: Canvas | None = None,
    more: tuple[Track, ...] = (),
) -> Draft:
    """A draft with these segments on its main track and a track each for texts and sounds."""
    tracks = (
        Track(id="video", kind=TrackKind.VIDEO, segments=main),
        Track(id="sound", kind=TrackKind.AUDIO, segments=sounds),
        Track(id="words", kind=TrackKind.TEXT, segments=texts),
        *more,
    )
    kept = tuple(t for t in tracks if t.segments)
    return Draft(canvas=canvas or Canvas(), tracks=kept)


def a_film(*lengths_ms: int, asset_id: str = "photo", **others: Any) -> Draft:
    """A draft whose main track plays `s1`, `s2`, ... of these lengths without a gap."""
    segments: list[Segment] = []
    start_ms = 0
    for number, length_ms in enumerate(lengths_ms, 1):
        segments.append(
            a_segment(f"s{number}", start_ms=start_ms, duration_ms=length_ms, asset_id=asset_id)
        )
        start_ms += length_ms
    return a_draft(*segments, **others)


def a_photo(
    asset_id: str = "photo",
    *,
    width: int = 2560,
    height: int = 1707,
    faces: tuple[Rect, ...] = (),
    focus: tuple[float, float] | None = None,
    **fields: Any,
) -> Asset:
    values: dict[str, Any] = {"name": f"{asset_id}.jpg", "digest": _digest(asset_id)} | fields
    facts = values.pop("facts", Facts(faces=faces, focus=focus))
    return Asset(
        id=asset_id, kind=AssetKind.IMAGE, width=width, height=height, facts=facts, **values
    )


def a_clip(
    asset_id: str = "clip",
    *,
    duration_ms: int = 20_000,
    width: int = 1920,
    height: int = 1080,
    has_audio: bool = True,
    **fields: Any,
) -> Asset:
    values: dict[str, Any] = {"name": f"{asset_id}.mp4", "digest": _digest(asset_id)} | fields
    return Asset(
        id=asset_id,
        kind=AssetKind.VIDEO,
        duration_ms=duration_ms,
        width=width,
        height=height,
        has_audio=has_audio,
        frame_rate=values.pop("frame_rate", Fraction(30)),
        **values,
    )


def a_song(asset_id: str = "song", *, duration_ms: int = 59_000, **fields: Any) -> Asset:
    values: dict[str, Any] = {"name": f"{asset_id}.m4a", "digest": _digest(asset_id)} | fields
    return Asset(
        id=asset_id, kind=AssetKind.AUDIO, duration_ms=duration_ms, has_audio=True, **values
    )


def by_id(*assets: Asset) -> Mapping[str, Asset]:
    return {a.id: a for a in assets}


def _digest(asset_id: str) -> str:
    """Something of the shape of a SHA-256 that differs from id to id."""
    return asset_id.encode().hex().ljust(64, "0")[:64]
