"""One line of text becomes positioned glyphs: itemised by direction, script and face, shaped.

Positions are in ems from the start of the line's baseline, y upwards, so that a line shaped
once can be set at any size.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Final

import uharfbuzz as hb  # type: ignore[import-untyped]
from uniseg.emoji import emoji, emoji_presentation  # type: ignore[import-untyped]
from uniseg.graphemecluster import grapheme_clusters  # type: ignore[import-untyped]

from saycut.text.bidi import levels, visual_order
from saycut.text.fonts import EM, Cut, Face, emoji_faces, faces, is_cjk

__all__ = ["Glyph", "Ink", "ShapedLine", "Typeface", "shape"]


@dataclass(frozen=True, slots=True)
class Typeface:
    """How letters are set: the cut, the space added between them (ems) and OpenType features.

    `fallback_scale` makes letters from faces outside the cut as large as its own look.
    """

    cut: Cut
    tracking_em: float = 0.0
    features: tuple[str, ...] = ()
    is_capitals: bool = False
    fallback_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Where the outlines reach, in ems from the start of the baseline, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    def joined(self, other: "Ink") -> "Ink":
        return Ink(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph at its place; `cluster` is the character of the text it begins with."""

    face: Face
    index: int
    scale: float
    x: float
    y: float
    advance: float
    cluster: int


@dataclass(frozen=True, slots=True)
class ShapedLine:
    """Glyphs from left to right. `ink` is None when nothing is visible."""

    text: str
    glyphs: tuple[Glyph, ...]
    advance: float
    ink: Ink | None
    missing: tuple[str, ...]


def shape(text: str, typeface: Typeface, language: str | None, *, leftward: bool) -> ShapedLine:
    """Shape one line of a paragraph that runs `leftward`, as Arabic does, or not.

    Characters that no face has are left out and named in `missing`.
    """
    items, missing = _itemise(text, typeface.cut, language, leftward=leftward)
    runs = [
        (level, _shape_run(text, list(group), typeface, language))
        for level, group in _runs_of(items)
    ]
    glyphs: list[Glyph] = []
    pen = 0.0
    for run in visual_order(runs):
        for glyph in run:
            glyphs.append(replace(glyph, x=glyph.x + pen))
            pen += glyph.advance
    return ShapedLine(text, tuple(glyphs), pen, _ink(glyphs), missing)


@dataclass(frozen=True, slots=True)
class _Item:
    """A grapheme with all that decides which run it belongs to."""

    start: int
    text: str
    level: int
    script: str
    face: Face


# Scripts whose letters stand apart: the others join, stack or share a head line.
_TRACKABLE: Final = (
    *("Armn", "Cyrl", "Geor", "Grek", "Hebr", "Latn"),
    *("Bopo", "Hang", "Hani", "Hira", "Kana"),
    "Zyyy",
)
_COMMON: Final = "Zyyy"
_NOTDEF: Final = 0
_TEXT_SELECTOR, _EMOJI_SELECTOR, _KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"


def _itemise(
    text: str, cut: Cut, language: str | None, *, leftward: bool
) -> tuple[tuple[_Item, ...], tuple[str, ...]]:
    clusters = list(grapheme_clusters(text))
    level_of = levels(text, leftward=leftward)
    items: list[_Item] = []
    missing: dict[str, None] = {}
    start = 0
    previous: Face | None = None
    for cluster, script in zip(clusters, _scripts(clusters), strict=True):
        face = _face_for(cluster, script, cut, language, previous)
        if face is None:
            missing |= dict.fromkeys(_unknown(cluster, script, cut, language))
        else:
            items.append(_Item(start, cluster, level_of[start], script, face))
            previous = face
        start += len(cluster)
    return tuple(items), tuple(missing)


def _scripts(clusters: Sequence[str]) -> list[str]:
    """Give each grapheme its script; what belongs to none takes that of what comes before."""
    own = [_script_of(cluster) for cluster in clusters]
    current = next((script for script in own if script != _COMMON), _COMMON)
    resolved = []
    for script in own:
        current = current if script == _COMMON else script
        resolved.append(current)
    return resolved


def _script_of(cluster: str) -> str:
    """Give the script of the first character that has one."""
    scripts = map(_script, cluster)
    return next((script for script in scripts if script != _COMMON), _COMMON)


@cache
def _script(character: str) -> str:
    """Give the ISO 15924 code of a character's script; what has none is `Zyyy`."""
    buffer = hb.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    return str(buffer.script or _COMMON)


def _face_for(
    cluster: str, script: str, cut: Cut, language: str | None, previous: Face | None
) -> Face | None:
    if _is_emoji(cluster):
        shown = cluster.replace(_EMOJI_SELECTOR, "")
        for face in emoji_faces():
            if face.covers(shown):
                return face
    if cluster.isspace() and previous is not None and not previous.is_colour:
        return previous
    is_letter = _script(cluster[0]) != _COMMON or (cluster.isascii() and cluster.isalnum())
    if not is_letter and is_cjk(script) and unicodedata.east_asian_width(cluster[0]) in "NaH":
        is_letter = True  # narrow punctuation beside full-width letters stays as designed
    candidates = faces(cut, script, language, is_letter=is_letter)
    return next((face for face in candidates if face.covers(cluster)), None)


def _is_emoji(cluster: str) -> bool:
    if _TEXT_SELECTOR in cluster:
        return False
    return bool(emoji_presentation(cluster[0])) or (
        bool(emoji(cluster[0])) and (_EMOJI_SELECTOR in cluster or _KEYCAP in cluster)
    )


def _unknown(cluster: str, script: str, cut: Cut, language: str | None) -> Iterator[str]:
    """Name the characters of a grapheme that no face has; all of it when only together."""
    alone = [
        character
        for character in cluster
        if not any(f.covers(character) for f in faces(cut, script, language, is_letter=True))
    ]
    yield from alone or [cluster]


def _runs_of(items: Sequence[_Item]) -> Iterator[tuple[int, Iterator[_Item]]]:
    """Group neighbours that are shaped together, in reading order."""
    for key, group in groupby(items, key=lambda item: (item.level, item.script, item.face)):
        yield key[0], group


def _shape_run(
    text: str, items: Sequence[_Item], typeface: Typeface, language: str | None
) -> list[Glyph]:
    """Shape the items of one run; glyphs come from left to right, each `x` from its own pen."""
    first = items[0]
    buffer = hb.Buffer()
    buffer.cluster_level = hb.BufferClusterLevel.MONOTONE_GRAPHEMES
    starts = _fill(buffer, text, items)
    buffer.direction = "rtl" if first.level % 2 else "ltr"
    buffer.script = first.script
    # Never the language of the machine: the same text must look the same everywhere.
    buffer.language = language or "und"
    tracking = typeface.tracking_em if first.script in _TRACKABLE else 0.0
    features: dict[str, bool] = dict.fromkeys(typeface.features, True)
    if is_cjk(first.script):
        features["chws"] = True  # neighbouring full-width marks share their white space
    if tracking:
        features |= {"liga": False, "clig": False}
    hb.shape(first.face.font, buffer, features)
    scale = 1.0 if first.face.is_designed else typeface.fallback_scale
    em = scale / EM
    return [
        Glyph(
            first.face,
            info.codepoint,
            scale,
            position.x_offset * em,
            position.y_offset * em,
            position.x_advance * em + (tracking if position.x_advance else 0.0),
            starts[info.cluster],
        )
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        # Blank fillers come out as the box for unknown characters; nothing is the right picture.
        if info.codepoint != _NOTDEF
    ]


def _fill(buffer: hb.Buffer, text: str, items: Sequence[_Item]) -> Sequence[int]:
    """Put the run's characters into the buffer; give the text position for each cluster."""
    first, last = items[0], items[-1]
    end = last.start + len(last.text)
    if not first.face.is_colour and sum(len(item.text) for item in items) == end - first.start:
        # With its neighbours around it, so that letters join across runs.
        buffer.add_str(text, first.start, end - first.start)
        return range(len(text))
    # The emoji face lists its sequences without the selector that asks for colour.
    kept = [
        (item.start + offset, character)
        for item in items
        for offset, character in enumerate(item.text)
        if character != _EMOJI_SELECTOR
    ]
    buffer.add_str("".join(character for _, character in kept))
    return [position for position, _ in kept]


def _ink(glyphs: Sequence[Glyph]) -> Ink | None:
    ink: Ink | None = None
    for glyph in glyphs:
        reach = glyph.face.font.get_glyph_extents(glyph.index)
        if reach is None or not (reach.width and reach.height):
            continue
        em = glyph.scale / EM
        left, top = glyph.x + reach.x_bearing * em, glyph.y + reach.y_bearing * em
        own = Ink(left, top + reach.height * em, left + reach.width * em, top)
        ink = own if ink is None else ink.joined(own)
    return ink
