"""The answer to a request: what was done, from what to what, what was not, and what next.

It is written from the two drafts and the notes of the turn, never from the request alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saycut.agent.clauses import Clause
from saycut.agent.route import Route, RouteKind
from saycut.agent.speech import Voice, voice_of
from saycut.agent.work import Work
from saycut.edit.changes import Change, ChangeKind, describe
from saycut.timeline import (
    AssetKind,
    Draft,
    Segment,
    SoundRole,
    TextRole,
    TrackKind,
    TransitionKind,
    clock,
)
from saycut.timeline.summary import summary, volume_percent

__all__ = ["reply_to"]

_CHANGES_MAX = 8
_STEPS_MAX = 3


def reply_to(work: Work, before: Draft, whole: Clause, route: Route, left: Sequence[str]) -> str:
    """Write the reply of a turn; it is never empty."""
    voice = voice_of(work.language)
    if route.kind is RouteKind.QUESTION:
        return "\n".join(_answer(voice, work, whole))
    if route.kind is RouteKind.EMPTY:
        work.asked = True
        head = "no_words" if whole.request.text.strip() else "empty"
        return f"{voice.say('heads', head)} {_examples(voice, work)}"
    lines = [*_done(voice, work, before), *_acted(voice, work)]
    lines += _notes(voice, work)
    lines += _not_done(voice, work)
    if left:
        lines.append(voice.say("heads", "unread", words=_quoted(voice, left)))
    if not lines:
        lines.append(voice.say("heads", "unchanged"))
    if any(note.key == "not_understood" for _, note in work.unmet):
        lines.append(_examples(voice, work))
    elif "undo" not in work.actions and "redo" not in work.actions:
        steps = _steps(voice, work)
        lines.append(voice.say("heads", "next", steps=voice.listed(steps)))
    return "\n".join(lines)


def _answer(voice: Voice, work: Work, whole: Clause) -> Iterator[str]:
    folded = whole.request.folded
    topics = voice.topics
    found = next((t for t in topics if any(w in folded for w in t["words"])), topics[-1])
    yield str(found["text"])
    yield voice.say("heads", "next", steps=voice.listed(_steps(voice, work)))


def _done(voice: Voice, work: Work, before: Draft) -> Iterator[str]:
    """Tell what changed: a new film as a whole, edits one by one."""
    if work.draft == before:
        return
    if work.laid_out is not None and work.draft != work.laid_out:
        before = work.laid_out
        length = voice.seconds(before.duration_ms)
        yield voice.say("heads", "laid_out", pictures=_pictures(voice, work), length=length)
    if work.done is not None and work.told is not None:
        yield voice.say("made", work.done.key, **_spoken(voice, work.done.values))
        before = work.told
        if work.draft == before:
            return
    main = before.main_track
    is_new = main is None or not main.segments or _is_other_film(before, work.draft)
    if is_new and work.shots:
        yield _film(voice, work)
        if main and main.segments:
            yield voice.say("made", "before_film", length=voice.seconds(before.duration_ms))
        return
    described = describe(before, work.draft, work.known)
    changes = [c for c in described if not _is_consequence(c, described)] or list(described)
    yield voice.say("heads", "changed")
    yield from (f"• {_change(voice, change)}" for change in changes[:_CHANGES_MAX])
    if len(changes) > _CHANGES_MAX:
        yield "• " + voice.say("heads", "more", count=len(changes) - _CHANGES_MAX)


def _is_consequence(change: Change, all_changes: Sequence[Change]) -> bool:
    """Tell whether a change only follows from another one that is told: what lies over the
    film moves when its length changes, and a still has no place in the media to begin at."""
    if change.is_detail or (change.subject == "photo" and change.what == "start in the media"):
        return True
    # Seams keep their transitions when shots change places: the same ones, on other shots.
    if change.what == "transition" and sorted(change.before.split(", ")) == sorted(
        change.after.split(", ")
    ):
        return True
    is_longer = any(c.subject == "film" and c.what in ("duration", "order") for c in all_changes)
    return is_longer and change.what == "time"


def _is_other_film(before: Draft, after: Draft) -> bool:
    """Tell whether nothing of the old film is left where it was."""
    old = {(s.id, s.asset_id) for s in before.segments(TrackKind.VIDEO)}
    new = {(s.id, s.asset_id) for s in after.segments(TrackKind.VIDEO)}
    return bool(new) and not old & new


def _film(voice: Voice, work: Work) -> str:
    draft = work.draft
    canvas = draft.canvas
    parts = [_shots(voice, work)] if _pictures(voice, work) else []
    if seams := [s.transition for s in work.shots if s.transition]:
        is_black = seams[0].kind is TransitionKind.FADE_BLACK
        key = "transitions_black" if is_black else "transitions"
        parts.append(voice.say("made", key, duration=_number(seams[0].duration_ms)))
    if song := work.song_on_beat():
        parts.append(voice.say("made", "on_beat", name=song.name))
    parts += _words(voice, work)
    parts += _songs(voice, work)
    head = voice.say(
        "heads",
        "made",
        length=voice.seconds(draft.duration_ms),
        width=canvas.width,
        height=canvas.height,
        ratio=canvas.ratio,
    )
    return "\n".join([head, *(f"• {part}" for part in parts)])


def _pictures(voice: Voice, work: Work) -> str:
    used = {s.asset_id: work.asset_of(s) for s in work.shots}
    pictures = []
    for one, many, kind in (
        ("photo", "photos", AssetKind.IMAGE),
        ("clip", "clips", AssetKind.VIDEO),
    ):
        count = sum(a is not None and a.kind is kind for a in used.values())
        if count:
            pictures.append(voice.say("made", one if count == 1 else many, count=count))
    return voice.listed(pictures)


def _shots(voice: Voice, work: Work) -> str:
    lengths = [s.track_range.duration_ms for s in work.shots]
    values: dict[str, Any] = {
        "pictures": _pictures(voice, work),
        "count": len(lengths),
        "shortest": _number(min(lengths)),
        "longest": _number(max(lengths)),
    }
    key = "shots"
    if len(lengths) == 1:
        key = "shots_one"
    elif max(lengths) - min(lengths) < 100:
        key = "shots_even"
    return voice.say("made", key, **values)


def _words(voice: Voice, work: Work) -> Iterator[str]:
    for role, key in ((TextRole.TITLE, "title"), (TextRole.END_CARD, "card")):
        for segment in work.texts(role):
            yield voice.say("made", key, text=_content(segment), when=_when(segment))
    names = work.texts(TextRole.CAPTION, TextRole.LOWER_THIRD)
    if names:
        shown = [f"“{_content(s)}”" for s in names[:6]]
        texts = voice.listed(shown) if len(names) <= 6 else ", ".join([*shown, "…"])
        key = "name" if len(names) == 1 else "names"
        yield voice.say("made", key, count=len(names), texts=texts)


def _songs(voice: Voice, work: Work) -> Iterator[str]:
    songs = [s for s in work.draft.segments(TrackKind.AUDIO) if s.sound.role is SoundRole.MUSIC]
    if songs:
        asset = work.asset_of(songs[0])
        yield voice.say(
            "made",
            "music",
            name=asset.name if asset else songs[0].id,
            percent=volume_percent(songs[0]),
            duration=_number(songs[-1].sound.fade_out_ms),
        )


def _change(voice: Voice, change: Change) -> str:
    subject = str(voice.table["subjects"].get(change.subject, change.subject))
    if change.count > 1:
        name = voice.say("changes", "several", count=change.count, subject=subject)
    else:
        name = f"{subject} {change.number}" if change.number else subject
        if change.label and change.kind is not ChangeKind.CHANGED:
            name += f" “{_short(change.label)}”"
    if change.kind is not ChangeKind.CHANGED:
        where = change.after or change.before
        where = f" ({_rounded(where)})" if where else ""
        return voice.say("changes", change.kind.value, name=name, where=where)
    what = str(voice.table.get("properties", {}).get(change.what, change.what))
    if not change.before and not change.after:
        return voice.say("changes", "bare", name=name, what=what)
    each = voice.say("changes", "each") if change.count > 1 else ""
    of = _percent if change.what == "volume" else _rounded
    before, after = of(change.before), of(change.after)
    if before == after:  # never round a change away
        before, after = change.before, change.after
    return voice.say(
        "changes",
        "changed",
        name=name,
        what=what,
        before=_short(before),
        after=_short(after),
        each=each,
    )


def _rounded(value: str) -> str:
    """Write numbers with one digit after the point: nobody speaks of milliseconds."""
    clocks = re.sub(r"(?<=:)\d\d\.\d+", lambda m: f"{float(m[0]):04.1f}".removesuffix(".0"), value)
    return re.sub(r"(?<![:\d])\d+\.\d+", lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), clocks)


def _percent(gain: str) -> str:
    """Write a gain as people set it: `-10.46 dB` is `30 % (-10.5 dB)`."""
    match = re.fullmatch(r"(-?[\d.]+) dB", gain)
    if not match:
        return gain
    return f"{10 ** (float(match[1]) / 20):.0%} ({_rounded(gain)})".replace("%", " %")


def _acted(voice: Voice, work: Work) -> Iterator[str]:
    for action in work.actions:
        yield voice.say(
            "actions",
            action,
            what=_file(work),
            summary=summary(work.draft, work.known),
        )
    for sidecar in work.sidecars:
        yield voice.say(
            "notes", "sidecar", format=sidecar.format.upper(), language=sidecar.language
        )


def _file(work: Work) -> str:
    """Say which file an export gives, in terms that need no translation."""
    order, canvas = work.output, work.draft.canvas
    width, height = (order.width, order.height) if order else (None, None)
    return f"MP4, {width or canvas.width}×{height or canvas.height}"


def _notes(voice: Voice, work: Work) -> Iterator[str]:
    for note in work.notes:
        yield voice.say("notes", note.key, **_told(voice, note.values))


def _not_done(voice: Voice, work: Work) -> Iterator[str]:
    for what, note in work.unmet:
        if note.key == "not_understood":
            yield voice.say("heads", "not_understood", words=f"“{_short(what, 120)}”")
            continue
        why = voice.say("reasons", note.key, **_told(voice, note.values))
        yield voice.say("heads", "not_done", what=f"“{_short(what, 120)}”", why=why)


def _told(voice: Voice, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write lengths, which notes hold in ms, as people read them."""
    lengths = ("length", "shortest", "longest")
    return {
        k: (voice.seconds(v) if v is not None else "∞") if k in lengths else v
        for k, v in values.items()
    }


def _spoken(voice: Voice, values: Mapping[str, Any]) -> dict[str, Any]:
    names = voice.listed([f"“{name}”" for name in values["names"]])
    return _told(voice, values) | {"names": names}


def _examples(voice: Voice, work: Work) -> str:
    return voice.say("heads", "examples", steps=voice.listed(_steps(voice, work)))


def _steps(voice: Voice, work: Work) -> list[str]:
    """Choose two or three sentences that would do something in this project now."""
    draft = work.draft
    if not work.shots:
        stills = any(a.kind is AssetKind.IMAGE for a in work.assets)
        keys = ["promo", "slideshow"] if stills else ["trim", "vertical"]
        keys = keys if work.assets else ["upload", "promo"]
        return [voice.say("steps", key) for key in keys]
    canvas = draft.canvas
    has_music = any(s.sound.role is SoundRole.MUSIC for s in draft.segments(TrackKind.AUDIO))
    seconds = 15 if draft.duration_ms > 20_000 else max(5, draft.duration_ms // 2000)
    stills = any(a and a.kind is AssetKind.IMAGE for s in work.shots for a in [work.asset_of(s)])
    steps = [
        ("title" if work.texts(TextRole.TITLE) else "add_title", True),
        ("music_level" if has_music else "add_music", has_music or bool(work.music)),
        ("vertical" if canvas.width >= canvas.height else "horizontal", True),
        ("shorter" if stills else "trim", draft.duration_ms > 6000),
        ("swap", stills and len(work.shots) > 3),
    ]
    chosen = [key for key, fits in steps if fits][: _STEPS_MAX - 1]
    if "export" not in work.actions:
        chosen.append("export")
    return [voice.say("steps", key, seconds=seconds) for key in chosen]


def _quoted(voice: Voice, words: Sequence[str]) -> str:
    return voice.listed([f"“{w}”" for w in words])


def _content(segment: Segment) -> str:
    return " / ".join(segment.text.content.splitlines()) if segment.text else ""


def _when(segment: Segment) -> str:
    return f"{clock(segment.track_range.start_ms)}–{clock(segment.track_range.end_ms)}"


def _short(words: str, most: int = 60) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def _number(ms: int) -> str:
    return f"{ms / 1000:.1f}".removesuffix(".0")
