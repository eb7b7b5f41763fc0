"""Projects described by a line of JSON, without any media: for planning tests in bulk."""

import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import log10
from typing import Any, Final

from saycut.timeline import (
    Asset,
    AssetKind,
    Curve,
    Draft,
    Facts,
    Segment,
    Sound,
    SoundRole,
    Text,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
    Word,
)

__all__ = ["case_project"]

# The film that a case with `"project": "standard"` begins with.
_CLIPS: Final = ("clip-a.mp4", "clip-b.mp4", "clip-c.mp4")
_CLIP_MS: Final = 20_000
_SHOT_MS: Final = 10_000
_FILM_MS: Final = 30_000
_MUSIC_DB: Final = 20 * log10(0.35)


def case_project(case: Mapping[str, Any]) -> tuple[Draft, tuple[Asset, ...]]:
    """Give the draft and the assets that a case describes: `media`, and `project` if any.

    A medium holds `name`, `kind` and, where they apply, `duration_s`, `width`, `height`, `fps`,
    `has_audio`, `speech`, `silences_s`, `words`, `scenes_s`, `beats_s`.
    """
    uploaded = tuple(_asset(f"a{n}", medium) for n, medium in enumerate(case["media"], 1))
    if case.get("project") != "standard":
        return Draft(), uploaded
    clips = tuple(_standard_clip(name) for name in _CLIPS)
    music = Asset(
        id="p4",
        name="Lo-fi",
        kind=AssetKind.AUDIO,
        digest=_digest("Lo-fi"),
        duration_ms=120_000,
        has_audio=True,
    )
    return _standard_draft(clips, music), (*clips, music, *uploaded)


def _standard_clip(name: str) -> Asset:
    number = _CLIPS.index(name) + 1
    return Asset(
        id=f"p{number}",
        name=name,
        kind=AssetKind.VIDEO,
        digest=_digest(name),
        duration_ms=_CLIP_MS,
        width=1920,
        height=1080,
        frame_rate=Fraction(30),
        has_audio=True,
    )


def _standard_draft(clips: Sequence[Asset], music: Asset) -> Draft:
    shots = tuple(
        Segment(id=f"s{n}", asset_id=clip.id, track_range=TimeRange((n - 1) * _SHOT_MS, _SHOT_MS))
        for n, clip in enumerate(clips, 1)
    )
    sound = Sound(gain_db=Curve.constant(_MUSIC_DB), role=SoundRole.MUSIC)
    song = Segment(id="s4", asset_id=music.id, track_range=TimeRange(0, _FILM_MS), sound=sound)
    title = Segment(
        id="s5", track_range=TimeRange(0, 3000), text=Text("Urban Dreams", TextRole.TITLE)
    )
    return Draft(
        tracks=(
            Track(id="track1", kind=TrackKind.VIDEO, segments=shots),
            Track(id="track2", kind=TrackKind.AUDIO, segments=(song,)),
            Track(id="track3", kind=TrackKind.TEXT, segments=(title,)),
        )
    )


def _asset(asset_id: str, medium: Mapping[str, Any]) -> Asset:
    kind = AssetKind(medium["kind"])
    rate = medium.get("fps")
    return Asset(
        id=asset_id,
        name=medium["name"],
        kind=kind,
        digest=_digest(medium["name"]),
        duration_ms=_ms(medium.get("duration_s") or 0),
        width=medium.get("width") or 0,
        height=medium.get("height") or 0,
        frame_rate=Fraction(str(rate)) if rate else None,
        has_audio=medium.get("has_audio", kind is AssetKind.AUDIO),
        has_alpha=medium.get("has_alpha", False),
        facts=_facts(medium),
    )


def _facts(medium: Mapping[str, Any]) -> Facts:
    words = tuple(Word(text, _ms(a), _ms(b)) for text, a, b in medium.get("words", ()))
    return Facts(
        beats_ms=tuple(_ms(b) for b in medium.get("beats_s", ())),
        silences_ms=tuple((_ms(a), _ms(b)) for a, b in medium.get("silences_s", ())),
        scenes_ms=tuple(_ms(s) for s in medium.get("scenes_s", ())),
        words=words,
        language=medium.get("speech") or None,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
