"""What an edit changed, read off two drafts: what the user is told is made from this alone.

Starts of shots follow from order and lengths, so only these are told. Whatever has no words
of its own still shows up as `other data`: two drafts differ exactly when something is told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from saycut.edit import wording
from saycut.edit.motions import kind_of
from saycut.timeline import Asset, Draft, Motion, Segment, Track
from saycut.timeline.summary import label

__all__ = ["Change", "ChangeKind", "describe"]


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is different now, or several of a kind.

    `subject` is what changed (`film`, `photo`, `title`, `music`, ...), `number` its place
    in the film (1 is the first shot), `label` its words or file. `what` names the property
    (`duration`, `transition`, ...); `before` and `after` are short: numbers with their units,
    and words of the model as `crossfade`, `zoom-in`, `none`.
    `ids` are the segments or tracks, `at_ms` where in the film the first of them is.
    `is_detail` marks consequences nobody asked for, as a move made anew for another length.
    """

    kind: ChangeKind = ChangeKind.CHANGED
    subject: str
    what: str = ""
    number: int | None = None
    label: str = ""
    before: str = ""
    after: str = ""
    at_ms: int | None = None
    ids: tuple[str, ...] = ()
    is_detail: bool = False

    @property
    def count(self) -> int:
        return max(1, len(self.ids))

    @property
    def name(self) -> str:
        """The thing in English: `film`, `photo 2 (beach.jpg)`, `5 photos`."""
        if self.count > 1:
            plural = "pieces of music" if self.subject == "music" else f"{self.subject}s"
            return f"{self.count} {plural}"
        numbered = f"{self.subject} {self.number}" if self.number else self.subject
        return f"{numbered} ({self.label})" if self.label else numbered

    def __str__(self) -> str:
        if self.kind is not ChangeKind.CHANGED:
            where = self.after or self.before
            return f"{self.kind.value} {self.name}" + (f": {where}" if where else "")
        if not self.before and not self.after:
            return f"{self.name}: {self.what}"
        each = " each" if self.count > 1 else ""
        return f"{self.name}: {self.what} {self.before} -> {self.after}{each}"


def describe(before: Draft, after: Draft, assets: Mapping[str, Asset]) -> tuple[Change, ...]:
    """Tell all that differs between two drafts, the film first; many alike become one.

    Empty exactly when the drafts are equal.
    """
    if before == after:
        return ()
    old, new = _Placed.all_of(before, assets), _Placed.all_of(after, assets)
    found = [
        *_film(before, after),
        *_shots(before, after, old, new),
        *_tracks(before, after),
    ]
    return tuple(_grouped(found)) or (Change(subject="film", what="other data"),)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A segment with what its place in the draft says about it."""

    segment: Segment
    track: Track
    subject: str
    number: int | None
    gap_ms: int
    assets: Mapping[str, Asset]

    @classmethod
    def all_of(cls, draft: Draft, assets: Mapping[str, Asset]) -> "dict[str, _Placed]":
        found: dict[str, _Placed] = {}
        for track in draft.tracks:
            is_main = track is draft.main_track
            end_ms = 0
            for number, segment in enumerate(track.segments, 1):
                subject = wording.subject_of(segment, track, is_main, assets)
                gap_ms = segment.track_range.start_ms - end_ms
                end_ms = segment.track_range.end_ms
                place = number if is_main else None
                found[segment.id] = cls(segment, track, subject, place, gap_ms, assets)
        return found

    def change(self, what: str = "", before: str = "", after: str = "", **fields: Any) -> Change:
        return Change(
            subject=self.subject,
            what=what,
            number=self.number,
            label=label(self.segment, self.assets),
            before=before,
            after=after,
            at_ms=self.segment.track_range.start_ms,
            ids=(self.segment.id,),
            **fields,
        )

    def shown(self) -> str:
        """Say how long a shot plays, when anything else does."""
        span = self.segment.track_range
        return wording.seconds(span.duration_ms) if self.number else wording.clock_range(span)


def _film(before: Draft, after: Draft) -> Iterator[Change]:
    told: list[tuple[str, object, object]] = [
        (
            "duration",
            wording.seconds(before.duration_ms),
            wording.seconds(after.duration_ms),
        ),
        ("size", wording.size(before.canvas), wording.size(after.canvas)),
        ("frame rate", before.canvas.frame_rate, after.canvas.frame_rate),
        ("background", before.canvas.background, after.canvas.background),
        ("loudness", _lufs(before), _lufs(after)),
    ]
    for what, old, new in told:
        if old != new:
            yield Change(subject="film", what=what, before=str(old), after=str(new))
    if before.extra != after.extra:
        yield Change(subject="film", what="other data", is_detail=True)


def _lufs(draft: Draft) -> str:
    value = draft.loudness_lufs
    return "default" if value is None else f"{wording.plain(value)} LUFS"


def _shots(
    before: Draft, after: Draft, old: Mapping[str, _Placed], new: Mapping[str, _Placed]
) -> Iterator[Change]:
    tails = _tails(old, new)
    for i, gone in old.items():
        if i not in new:
            yield replace(gone.change(before=gone.shown()), kind=ChangeKind.REMOVED)
    for i, came in new.items():
        if i not in old and i not in tails:
            yield replace(came.change(after=came.shown()), kind=ChangeKind.ADDED)
    yield from _order(before, after, old, new)
    for i, was in old.items():
        if i in new:
            parts = [new[t] for t, origin in tails.items() if origin == i]
            yield from _segment(was, new[i], parts)


def _tails(old: Mapping[str, _Placed], new: Mapping[str, _Placed]) -> dict[str, str]:
    """Give the new segments that were cut off from others, and from which."""
    cut = [
        (was, new[i])
        for i, was in old.items()
        if i in new and new[i].segment.track_range.duration_ms < was.segment.track_range.duration_ms
    ]
    found: dict[str, str] = {}
    for i in (i for i in new if i not in old):
        origins = (was.segment.id for was, head in cut if _is_tail(new[i], was, head))
        if origin := next(origins, None):
            found[i] = origin
    return found


def _is_tail(came: _Placed, was: _Placed, head: _Placed) -> bool:
    """Tell whether a new segment plays what `was` played after what `head` plays of it now."""
    if was.segment.asset_id != came.segment.asset_id or was.track.id != came.track.id:
        return False
    if was.segment.text != came.segment.text:
        return False
    whole, first, second = (p.segment.source_range for p in (was, head, came))
    # Source ranges are rounded to whole milliseconds.
    return first.end_ms - 1 <= second.start_ms and second.end_ms <= whole.end_ms + 1


def _order(
    before: Draft, after: Draft, old: Mapping[str, _Placed], new: Mapping[str, _Placed]
) -> Iterator[Change]:
    """Tell which shots changed places: from the first that did to the last."""
    kept_before = [s.id for s in _main(before) if s.id in new and new[s.id].number]
    kept_after = [s.id for s in _main(after) if s.id in old and old[s.id].number]
    pairs = enumerate(zip(kept_before, kept_after, strict=True))
    moved = [place for place, (was, now) in pairs if was != now]
    if not moved:
        return
    first, last = moved[0], moved[-1] + 1
    one, other = kept_before[first:last], kept_after[first:last]
    names = _names(one, old), _names(other, new)
    if names[0] == names[1]:  # one photo shown several times
        names = ", ".join(one), ", ".join(other)
    yield Change(
        subject="film",
        what="order",
        before=names[0],
        after=names[1],
        at_ms=new[kept_after[first]].segment.track_range.start_ms,
    )


def _main(draft: Draft) -> tuple[Segment, ...]:
    return draft.main_track.segments if draft.main_track else ()


def _names(ids: list[str], placed: Mapping[str, _Placed]) -> str:
    return ", ".join(label(placed[i].segment, placed[i].assets) for i in ids)


def _segment(was: _Placed, now: _Placed, parts: list[_Placed]) -> Iterator[Change]:
    """Tell what is different about one segment; `parts` were cut off from it."""
    if parts:
        lengths = [wording.seconds(p.segment.track_range.duration_ms) for p in (now, *parts)]
        whole = wording.seconds(was.segment.track_range.duration_ms)
        yield now.change("parts", whole, " + ".join(lengths))
    for what, old, new in _times(was, now):
        if old != new and not (parts and what in ("duration", "time")):
            yield now.change(what, old, new, is_detail=what == "track")
    for what, of, written in wording.PROPERTIES:
        before, after = of(was.segment), of(now.segment)
        if before != after:
            told = written(before), written(after)
            if told[0] == told[1]:
                told = told[0], f"{told[1]} (adjusted)"
            yield now.change(what, *told, is_detail=_is_detail(what, before, after))


def _times(was: _Placed, now: _Placed) -> Iterator[tuple[str, str, str]]:
    """A shot has a length and a place in a row; what lies over the film has its own time."""
    old, new = was.segment.track_range, now.segment.track_range
    if was.number and now.number:
        yield "duration", wording.seconds(old.duration_ms), wording.seconds(new.duration_ms)
        yield "gap before", wording.seconds(was.gap_ms), wording.seconds(now.gap_ms)
    else:
        yield "time", wording.clock_range(old), wording.clock_range(new)
    yield "track", was.track.id, now.track.id


def _is_detail(what: str, before: object, after: object) -> bool:
    if isinstance(before, Motion) and isinstance(after, Motion):
        return kind_of(before) is kind_of(after)
    return what in ("focus", "other data")


def _tracks(before: Draft, after: Draft) -> Iterator[Change]:
    old, new = ({t.id: t for t in d.tracks} for d in (before, after))
    for track in (*before.tracks, *after.tracks):
        if track.id not in old or track.id not in new:
            kind = ChangeKind.ADDED if track.id in new else ChangeKind.REMOVED
            yield replace(_track(track), kind=kind)
    for i in [i for i in old if i in new]:
        for what in ("kind", "name", "extra"):
            values = getattr(old[i], what), getattr(new[i], what)
            if values[0] != values[1]:
                told = ("", "") if what == "extra" else tuple(wording.plain(v) for v in values)
                yield replace(_track(new[i]), what=what, before=told[0], after=told[1])
    kept = [[i for i in ids if i in old and i in new] for ids in (old, new)]
    if kept[0] != kept[1]:
        yield replace(
            Change(subject="film", what="order of tracks", is_detail=True),
            before=", ".join(kept[0]),
            after=", ".join(kept[1]),
        )


def _track(track: Track) -> Change:
    return Change(subject="track", label=track.name or track.id, ids=(track.id,), is_detail=True)


def _grouped(changes: list[Change]) -> Iterator[Change]:
    """Make one of many that tell the same of several things of a kind."""
    groups: dict[object, list[Change]] = {}
    for number, change in enumerate(changes):
        key: object = (change.kind, change.what, change.subject, change.is_detail)
        if change.subject == "film":
            key = number
        elif change.what == "words":
            key = (key, change.before, change.after)
        groups.setdefault(key, []).append(change)
    return (_joined(group) for group in groups.values())


def _joined(group: list[Change]) -> Change:
    first = group[0]
    if len(group) == 1:
        return first
    return replace(
        first,
        number=None,
        label=_listed(c.label for c in group),
        before=_listed(c.before for c in group),
        after=_listed(c.after for c in group),
        ids=tuple(i for c in group for i in c.ids),
    )


def _listed(values: Iterable[str]) -> str:
    """Write what is equal once, a few in a row, of many the first and the last."""
    different = list(dict.fromkeys(values))
    if len(different) <= 3:
        return ", ".join(different)
    return f"{different[0]} ... {different[-1]}"
