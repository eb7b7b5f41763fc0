"""Captions from the words that were heard: phrases short enough to read, when they are said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from saycut.timeline import (
    Asset,
    Draft,
    Segment,
    Text,
    TextAnimation,
    TextRole,
    TextStyle,
    TimeRange,
    Track,
    TrackKind,
    Word,
)

__all__ = ["captioned", "spoken_language"]

# Two short lines; more is not read while watching.
LETTERS_MAX: Final = 42
LETTERS_MAX_UNSPACED: Final = 18
PAUSE_MS: Final = 700
SHOWN_MS_MIN: Final = 800
SHOWN_MS_MAX: Final = 6000


def captioned(draft: Draft, assets: Mapping[str, Asset], style: TextStyle) -> Draft | None:
    """Give the film with a track of captions, None when no words of its clips are known.

    Captions that were made so before are replaced.
    """
    said = list(_said(draft, assets))
    if not said:
        return None
    language = spoken_language(draft, assets)
    track_id = next((t.id for t in draft.tracks if t.name == "captions"), draft.free_id("track"))
    others = replace(draft, tracks=tuple(t for t in draft.tracks if t.id != track_id))
    track = Track(id=track_id, kind=TrackKind.TEXT, name="captions")
    first = int(others.free_id("text")[len("text") :])
    segments = tuple(
        Segment(
            id=f"text{first + number}",
            track_range=span,
            text=Text(
                content,
                TextRole.CAPTION,
                style=style,
                animation=TextAnimation.NONE,
                language=language,
            ),
        )
        for number, (content, span) in enumerate(_phrases(said, language))
    )
    return others.with_track(replace(track, segments=segments))


def spoken_language(draft: Draft, assets: Mapping[str, Asset]) -> str | None:
    """Give the language spoken in the film, as far as it is known."""
    shots = draft.main_track.segments if draft.main_track else ()
    found = (a.facts.language for s in shots if (a := assets.get(s.asset_id or "")))
    return next((language for language in found if language), None)


def _said(draft: Draft, assets: Mapping[str, Asset]) -> Iterator[Word]:
    """Give the words in the order and at the times of the film."""
    shots = draft.main_track.segments if draft.main_track else ()
    for shot in shots:
        asset = assets.get(shot.asset_id or "")
        source, offset_ms = shot.source_range, shot.track_range.start_ms
        for word in asset.facts.words if asset else ():
            if source.start_ms <= word.start_ms and word.end_ms <= source.end_ms:
                start = offset_ms + round((word.start_ms - source.start_ms) / shot.speed)
                end = offset_ms + round((word.end_ms - source.start_ms) / shot.speed)
                yield Word(word.text, start, end)


def _phrases(words: Sequence[Word], language: str | None) -> Iterator[tuple[str, TimeRange]]:
    is_unspaced = (language or "")[:2] in ("zh", "ja")
    join, most = ("", LETTERS_MAX_UNSPACED) if is_unspaced else (" ", LETTERS_MAX)
    groups: list[list[Word]] = [[]]
    for word in words:
        group = groups[-1]
        length = sum(len(w.text) + len(join) for w in group) + len(word.text)
        is_apart = bool(group) and word.start_ms - group[-1].end_ms > PAUSE_MS
        if group and (length > most or is_apart or group[-1].text.endswith((".", "?", "!", "。"))):
            groups.append([])
        groups[-1].append(word)
    for index, group in enumerate(groups):
        start = group[0].start_ms
        end = max(group[-1].end_ms, start + SHOWN_MS_MIN)
        if index + 1 < len(groups):
            end = min(end, groups[index + 1][0].start_ms)
        end = min(end, start + SHOWN_MS_MAX)
        if end > start:
            yield join.join(w.text for w in group), TimeRange.between(start, end)
