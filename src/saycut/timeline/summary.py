"""The timeline in words, short enough for a chat."""

from collections.abc import Mapping

from saycut.timeline.draft import Draft, Segment, Track, TrackKind
from saycut.timeline.facts import Asset
from saycut.timeline.sound import SoundRole
from saycut.timeline.text import TextRole

__all__ = ["label", "summary", "volume_percent"]

_SOUND_LABELS = {
    SoundRole.MUSIC: "BGM",
    SoundRole.VOICE: "Voice",
    SoundRole.ORIGINAL: "Audio",
    SoundRole.EFFECT: "Effect",
}
_TEXT_LABELS = {
    TextRole.CTA: "Call to action",
    TextRole.LOWER_THIRD: "Lower third",
    TextRole.END_CARD: "End card",
}


def summary(draft: Draft, assets: Mapping[str, Asset]) -> str:
    """Tell what lies on each track, a line a track.

    `Timeline (3 tracks): / 1. Video: city (0-10s) / 2. BGM: Lo-fi (0-10s, 35%) / ...`
    """
    tracks = [t for t in draft.tracks if t.segments]
    if not tracks:
        return "Timeline (0 tracks): nothing yet"
    lines = [
        f"{number}. " + "; ".join(_runs(track, assets)) for number, track in enumerate(tracks, 1)
    ]
    plural = "" if len(tracks) == 1 else "s"
    return "\n".join([f"Timeline ({len(tracks)} track{plural}):", *lines])


def label(segment: Segment, assets: Mapping[str, Asset]) -> str:
    """Give the human name of a segment: its words, its own name, its asset's, its colour."""
    if segment.text is not None:
        return " / ".join(segment.text.content.splitlines())
    if segment.name:
        return segment.name
    if asset := assets.get(segment.asset_id or ""):
        return asset.name
    return segment.asset_id or segment.picture.colour or segment.id


def volume_percent(segment: Segment) -> int:
    """Give the gain at the segment's start as a share of full amplitude, in percent."""
    return 0 if segment.sound.is_muted else round(100 * 10 ** (segment.sound.gain_db.at(0) / 20))


def _runs(track: Track, assets: Mapping[str, Asset]) -> list[str]:
    """Write each segment; the kind is said where it differs from the one before."""
    written: list[str] = []
    kind_before = ""
    for segment in track.segments:
        kind = _kind(segment, track)
        prefix = f"{kind}: " if kind != kind_before else ""
        name = label(segment, assets)
        quoted = name if segment.text is None else f'"{name}"'
        written.append(f"{prefix}{quoted} ({_when(segment, track)})")
        kind_before = kind
    return written


def _kind(segment: Segment, track: Track) -> str:
    if segment.text is not None:
        role = segment.text.role
        return _TEXT_LABELS.get(role, role.value.capitalize())
    return "Video" if track.kind is TrackKind.VIDEO else _SOUND_LABELS[segment.sound.role]


def _when(segment: Segment, track: Track) -> str:
    span = segment.track_range
    when = f"{span.start_ms / 1000:.1f}".removesuffix(".0") + "-"
    when += f"{span.end_ms / 1000:.1f}".removesuffix(".0") + "s"
    return f"{when}, {volume_percent(segment)}%" if track.kind is TrackKind.AUDIO else when
