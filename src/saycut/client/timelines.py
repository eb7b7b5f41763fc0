"""Timelines of the wire in words, and what differs between two of them.

A server may send a draft in its short form (`t`, `tt`, `sg`, `d`, `m`) or less; whatever is
there is read, and what is missing is left out of the words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from saycut.client.models import FileInfo, State

__all__ = ["changes_between", "duration_ms_of", "has_segments", "timeline_of"]

_VIDEO: Final = 0
_AUDIO: Final = 1
_TEXT: Final = 7
_KINDS: Final = {_VIDEO: "Video", _AUDIO: "Audio", _TEXT: "Text"}
_TEXT_KINDS: Final = {
    "title": "Title",
    "caption": "Caption",
    "lower_third": "Lower third",
    "cta": "Call to action",
    "end_card": "End card",
}
_SOUND_KINDS: Final = {"music": "BGM", "voice": "Voice", "original": "Audio", "effect": "Effect"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A segment as a reader sees it. `raw` is what the wire says, to be compared."""

    id: str
    kind: str
    name: str
    start_ms: int
    duration_ms: int
    volume: int | None
    raw: str

    @property
    def when(self) -> str:
        span = f"{_seconds(self.start_ms)}-{_seconds(self.start_ms + self.duration_ms)}s"
        return span if self.volume is None else f"{span}, {self.volume}%"

    @property
    def label(self) -> str:
        return f'"{self.name}"' if self.kind in (*_TEXT_KINDS.values(), "Text") else self.name

    def __str__(self) -> str:
        return f"{self.kind}: {self.label} ({self.when})"


def timeline_of(state: State) -> str:
    """Tell what lies on each track, a line a track."""
    if state.timeline:
        return state.timeline
    tracks = [track for track in _tracks(state.draft, state.files) if track]
    if not tracks:
        return "Timeline (0 tracks): nothing yet"
    plural = "" if len(tracks) == 1 else "s"
    lines = [f"{n}. {'; '.join(map(str, track))}" for n, track in enumerate(tracks, 1)]
    return "\n".join([f"Timeline ({len(tracks)} track{plural}):", *lines])


def duration_ms_of(draft: Mapping[str, Any]) -> int:
    """Give the length of a draft."""
    if told := _whole(draft.get("d")):
        return told
    ends = [p.start_ms + p.duration_ms for track in _tracks(draft, ()) for p in track]
    return max(ends, default=0)


def has_segments(draft: Mapping[str, Any]) -> bool:
    """Tell whether there is anything to export."""
    return any(_tracks(draft, ()))


def changes_between(before: State, after: State) -> tuple[str, ...]:
    """Tell what differs: what it is, its name, when it plays, from what to what."""
    old = {p.id: p for track in _tracks(before.draft, before.files) for p in track}
    new = {p.id: p for track in _tracks(after.draft, after.files) for p in track}
    told = [f"Added {p}" for key, p in new.items() if key not in old]
    told += [f"Removed {p}" for key, p in old.items() if key not in new]
    for key in (key for key in new if key in old):
        told += _changes(old[key], new[key])
    length = (duration_ms_of(before.draft), duration_ms_of(after.draft))
    if length[0] != length[1]:
        told.append(f"Length: {_seconds(length[0])} s -> {_seconds(length[1])} s")
    shapes = tuple((s.canvas.width, s.canvas.height) for s in (before, after))
    if all(map(all, shapes)) and shapes[0] != shapes[1]:
        told.append("Picture: {}x{} -> {}x{}".format(*shapes[0], *shapes[1]))
    return tuple(told)


def _changes(old: Placed, new: Placed) -> list[str]:
    told = []
    if old.name != new.name:
        told.append(f"{new.kind}: {old.label} -> {new.label} ({new.when})")
    times = (old.start_ms, old.duration_ms), (new.start_ms, new.duration_ms)
    if times[0] != times[1]:
        spans = [p.when.partition(",")[0] for p in (old, new)]
        told.append(f"{new.kind}: {new.label}: {spans[0]} -> {spans[1]}")
    if old.volume != new.volume:
        volumes = ["not told" if p.volume is None else f"{p.volume}%" for p in (old, new)]
        told.append(f"{new.kind}: {new.label}: volume {volumes[0]} -> {volumes[1]}")
    if not told and old.raw != new.raw:
        told.append(f"{new.kind}: {new.label} ({new.when}) looks or sounds different")
    return told


def _tracks(draft: Mapping[str, Any], files: Sequence[FileInfo]) -> list[list[Placed]]:
    names = {file.file_id: file.name for file in files}
    tracks = _list(draft.get("t") or draft.get("tracks"))
    return [_placed(track, number, names) for number, track in enumerate(tracks)]


def _placed(track: Any, number: int, names: Mapping[str, str]) -> list[Placed]:
    if not isinstance(track, dict):
        return []
    kind = track.get("tt", track.get("type"))
    at_ms, placed, seen = 0, [], set()
    for segment in _list(track.get("sg") or track.get("segments")):
        if not isinstance(segment, dict):
            continue
        found = _segment(segment, kind, at_ms, names)
        key = found.id or f"{number}/{found.kind}/{found.name}"
        # The same name twice on a track is two segments all the same.
        while key in seen:
            key += "+"
        seen.add(key)
        at_ms = found.start_ms + found.duration_ms
        placed.append(
            Placed(
                key,
                found.kind,
                found.name,
                found.start_ms,
                found.duration_ms,
                found.volume,
                found.raw,
            )
        )
    return placed


def _segment(raw: Mapping[str, Any], kind: Any, at_ms: int, names: Mapping[str, str]) -> Placed:
    told = raw.get("m") if isinstance(raw.get("m"), dict) else {}
    told = told or {}
    text = raw.get("x") if isinstance(raw.get("x"), dict) else {}
    sound = raw.get("au") if isinstance(raw.get("au"), dict) else {}
    words = (told.get("name"), told.get("text"), (text or {}).get("c"), raw.get("n"))
    asset = str(raw.get("a") or "")
    name = next((str(word) for word in words if word), "") or names.get(asset) or asset
    volume = told.get("volume") if kind == _AUDIO else None
    return Placed(
        id=str(raw.get("id") or ""),
        kind=_kind(kind, (text or {}).get("ro"), (sound or {}).get("ro")),
        name=" / ".join(name.splitlines()) or "unnamed",
        start_ms=_whole(raw.get("s"), at_ms),
        duration_ms=_whole(raw.get("d")),
        volume=round(volume) if isinstance(volume, int | float) else None,
        raw=json.dumps(raw, sort_keys=True, default=str),
    )


def _kind(kind: Any, text_role: Any, sound_role: Any) -> str:
    if kind == _TEXT:
        return _TEXT_KINDS.get(str(text_role), "Text")
    if kind == _AUDIO:
        return _SOUND_KINDS.get(str(sound_role), "Audio")
    return _KINDS.get(kind, "Track") if isinstance(kind, int) else "Track"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any, default: int = 0) -> int:
    return (
        round(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
    )


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.2f}".rstrip("0").rstrip(".")
