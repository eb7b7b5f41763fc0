"""The font book: which faces there are, and in which order they are asked for a character.

Order, for a run of one script:

1. emoji sequences: the colour emoji face, then the outlined one;
2. the faces of the chosen cut, as designed;
3. the face made for the script; for Chinese, Japanese and Korean the regional forms of the
   text's language. Punctuation next to such letters asks these before step 2;
4. every other face we know, in the order of `_EVERYTHING`.

All files come with this package or with the packages it depends on; fonts that happen to be
installed on a machine are never used, so that the same text looks the same everywhere.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import uharfbuzz as hb  # type: ignore[import-untyped]
from uniseg.derived import default_ignorable_code_point  # type: ignore[import-untyped]

__all__ = [
    "CONDENSED_BLACK",
    "CONDENSED_BOLD",
    "EM",
    "SANS_BOLD",
    "SANS_MEDIUM",
    "SERIF_ITALIC",
    "SERIF_SEMIBOLD",
    "Cut",
    "Face",
    "emoji_faces",
    "faces",
    "is_cjk",
]

# Every face is scaled to this many units an em, so that glyphs of all faces share one measure.
EM: Final = 4096


@dataclass(frozen=True, slots=True)
class Cut:
    """A type family in one weight: its files in order, and the weight fallbacks take after."""

    files: tuple[str, ...]
    weight: int


SANS_BOLD: Final = Cut(("Manrope-Bold.ttf",), 700)
SANS_MEDIUM: Final = Cut(("Manrope-Medium.ttf",), 500)
CONDENSED_BLACK: Final = Cut(("SofiaSansExtraCondensed-Black.ttf",), 900)
CONDENSED_BOLD: Final = Cut(("SofiaSansExtraCondensed-Bold.ttf",), 700)
# Playfair Display has no Greek; GFS Didot is drawn after the same models.
SERIF_SEMIBOLD: Final = Cut(("PlayfairDisplay-SemiBold.ttf", "GFSDidotBold.otf"), 600)
SERIF_ITALIC: Final = Cut(("PlayfairDisplay-MediumItalic.ttf", "GFSDidotItalic.otf"), 500)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face of one file in one weight; compared by identity, as each is opened once.

    `is_designed` tells the faces of cuts from those that only fill gaps.
    """

    name: str
    font: hb.Font
    is_colour: bool
    is_designed: bool

    def covers(self, cluster: str) -> bool:
        """Tell whether every visible character of a grapheme has a glyph here."""
        return all(self._has(character) for character in cluster)

    def _has(self, character: str) -> bool:
        if self.font.get_nominal_glyph(ord(character)):
            return True
        # Shaping makes up for these: spaces of other widths, marks set on their letters.
        if default_ignorable_code_point(character) or unicodedata.category(character) == "Zs":
            return True
        parts = unicodedata.normalize("NFD", character)
        return parts != character and all(self.font.get_nominal_glyph(ord(p)) for p in parts)


def faces(cut: Cut, script: str, language: str | None, *, is_letter: bool) -> Iterator[Face]:
    """Give the faces for a character, best first; later ones are opened only when asked for.

    `script` is its ISO 15924 code, `language` a BCP 47 tag. `is_letter` is False for the
    punctuation that takes its script from its neighbours.
    """
    designed = (_face(_ours(name), 0, 0) for name in cut.files)
    special = (_face(path, index, cut.weight) for path, index in _made_for(script, language))
    if is_letter or script not in _SCRIPT_FILES | _REGIONAL_SCRIPTS:
        yield from designed
        yield from special
    else:
        yield from special
        yield from designed
    yield from (_face(path, index, cut.weight) for path, index in _everything(language))


def emoji_faces() -> tuple[Face, ...]:
    """Give the faces for emoji: in colour, then as outlines for the rarer sequences."""
    return _face(_ours("NotoColorEmoji-Subset.ttf"), 0, 0), _face(_noto("NotoEmoji[wght]"), 0, 500)


def is_cjk(script: str) -> bool:
    """Tell whether a script is written in full-width characters."""
    return script in _REGIONAL_SCRIPTS


_SCRIPT_FILES: Final = {
    "Arab": "NotoSansArabic[wght]",
    "Armn": "NotoSansArmenian[wght]",
    "Beng": "NotoSansBengali[wght]",
    "Deva": "NotoSansDevanagari[wght]",
    "Ethi": "NotoSansEthiopic[wght]",
    "Geor": "NotoSansGeorgian[wght]",
    "Gujr": "NotoSansGujarati[wght]",
    "Guru": "NotoSansGurmukhi[wght]",
    "Hebr": "NotoSansHebrew[wght]",
    "Khmr": "NotoSansKhmer[wght]",
    "Knda": "NotoSansKannada[wght]",
    "Laoo": "NotoSansLao[wght]",
    "Mlym": "NotoSansMalayalam[wght]",
    "Mymr": "NotoSansMyanmar[wght]",
    "Orya": "NotoSansOriya[wght]",
    "Sinh": "NotoSansSinhala[wght]",
    "Taml": "NotoSansTamil[wght]",
    "Telu": "NotoSansTelugu[wght]",
    "Thai": "NotoSansThai[wght]",
}
_REGIONAL_SCRIPTS: Final = {
    "Bopo": "zh-Hant",
    "Hang": "ko",
    "Hani": "zh",
    "Hira": "ja",
    "Kana": "ja",
}
# Faces inside the collection, in the order they are stored.
_JAPANESE, _KOREAN, _SIMPLIFIED, _TRADITIONAL, _HONG_KONG = range(5)


def _made_for(script: str, language: str | None) -> Iterator[tuple[Path, int]]:
    if script in _SCRIPT_FILES:
        yield _noto(_SCRIPT_FILES[script]), 0
    if script in _REGIONAL_SCRIPTS:
        yield _cjk(), _region(language or _REGIONAL_SCRIPTS[script])


def _everything(language: str | None) -> Iterator[tuple[Path, int]]:
    yield _noto("NotoSans[wght]"), 0
    yield _cjk(), _region(language or "zh")
    yield _noto("NotoSansSymbols[wght]"), 0
    yield from ((_noto(name), 0) for name in _SCRIPT_FILES.values())
    yield _noto("NotoEmoji[wght]"), 0


def _region(language: str) -> int:
    tag = language.lower()
    if tag.startswith("ja"):
        return _JAPANESE
    if tag.startswith("ko"):
        return _KOREAN
    if tag.endswith(("-hk", "-mo")):
        return _HONG_KONG
    return _TRADITIONAL if "hant" in tag or tag.endswith("-tw") else _SIMPLIFIED


def _ours(name: str) -> Path:
    return Path(str(files("saycut.text") / "fonts" / name))


def _noto(name: str) -> Path:
    return Path(str(files("manimgx_fonts") / f"{name}.ttf"))


def _cjk() -> Path:
    return Path(str(files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"))


@cache
def _face(path: Path, index: int, weight: int) -> Face:
    """Open a face; `weight` 0 takes it as drawn."""
    face = hb.Face(hb.Blob.from_file_path(str(path)), index)
    font = hb.Font(face)
    font.scale = (EM, EM)
    if weight:
        _set_weight(font, weight)
    is_colour = bool(face.has_color_paint)
    return Face(face.get_name(4) or path.stem, font, is_colour, not weight and not is_colour)


def _set_weight(font: hb.Font, weight: int) -> None:
    """Set the weight as far as the face varies, and thicken the outlines for what is left."""
    drawn = 400.0
    for axis in font.face.axis_infos:
        if axis.tag == "wght":
            drawn = min(max(float(weight), axis.min_value), axis.max_value)
            font.set_variations({"wght": drawn})
    # A hundred steps of weight thicken a stem of Noto Sans by about 0.012 em; past 0.04 em the
    # strokes of dense Chinese characters run together.
    thicker = min(0.04, (weight - drawn) / 100 * 0.012)
    if thicker > 0:
        font.synthetic_bold = (thicker, thicker, True)
