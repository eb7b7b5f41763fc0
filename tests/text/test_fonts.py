from itertools import islice

import pytest

from saycut.text.fonts import (
    CONDENSED_BLACK,
    CONDENSED_BOLD,
    SANS_BOLD,
    SANS_MEDIUM,
    SERIF_ITALIC,
    SERIF_SEMIBOLD,
    Cut,
    Face,
    emoji_faces,
    faces,
)

CUTS = (SANS_BOLD, SANS_MEDIUM, CONDENSED_BLACK, CONDENSED_BOLD, SERIF_SEMIBOLD, SERIF_ITALIC)


def first(cut: Cut, script: str, language: str | None = None) -> Face:
    return next(faces(cut, script, language, is_letter=True))


def face_of(character: str, script: str, language: str | None = None) -> Face:
    candidates = faces(SANS_BOLD, script, language, is_letter=True)
    return next(face for face in candidates if face.covers(character))


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.files[0])
def test_every_cut_sets_european_languages_in_its_own_faces(cut: Cut) -> None:
    own = list(islice(faces(cut, "Latn", None, is_letter=True), len(cut.files)))

    for letter in "AzÀéñßøŁőşŽĞİ ЖяїЎΩάς0123456789–—“”„«»€£…!?&":
        assert any(face.covers(letter) for face in own), letter


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("zh", "SC"),
        ("zh-Hans", "SC"),
        ("zh-Hant", "TC"),
        ("zh-TW", "TC"),
        ("zh-HK", "HK"),
        ("ja", "JP"),
        ("ko-KR", "KR"),
        (None, "SC"),
    ],
)
def test_the_language_chooses_the_forms_of_chinese_characters(
    language: str | None, name: str
) -> None:
    assert face_of("骨", "Hani", language).name.endswith(name)


@pytest.mark.parametrize(
    ("script", "character"),
    [
        ("Arab", "ش"),
        ("Armn", "Ա"),
        ("Beng", "ক"),
        ("Deva", "क"),
        ("Ethi", "አ"),
        ("Geor", "ა"),
        ("Gujr", "ક"),
        ("Guru", "ਕ"),
        ("Hang", "한"),
        ("Hani", "中"),
        ("Hebr", "ש"),
        ("Hira", "あ"),
        ("Khmr", "ក"),
        ("Knda", "ಕ"),
        ("Laoo", "ກ"),
        ("Mlym", "ക"),
        ("Mymr", "က"),
        ("Sinh", "ක"),
        ("Taml", "க"),
        ("Telu", "క"),
        ("Thai", "ก"),
    ],
)
def test_scripts_the_cuts_lack_have_a_face_of_their_own(script: str, character: str) -> None:
    assert "Noto Sans" in face_of(character, script).name


def test_fallback_faces_take_after_the_weight_of_the_cut() -> None:
    def stem(cut: Cut, character: str, script: str) -> float:
        face = next(f for f in faces(cut, script, None, is_letter=True) if f.covers(character))
        extents = face.font.get_glyph_extents(face.font.get_nominal_glyph(ord(character)))
        return float(extents.width)

    # An alef and the stroke for "one" are bars: as wide as strokes are thick, or as high.
    assert stem(SANS_BOLD, "ا", "Arab") > stem(SANS_MEDIUM, "ا", "Arab")
    assert stem(CONDENSED_BLACK, "丨", "Hani") > stem(SANS_MEDIUM, "丨", "Hani")


def test_punctuation_beside_a_script_asks_the_face_of_the_script_first() -> None:
    letter = next(faces(SANS_BOLD, "Hani", None, is_letter=True))
    mark = next(faces(SANS_BOLD, "Hani", None, is_letter=False))

    assert (letter.name, mark.name) == ("Manrope Bold", "Noto Sans CJK SC")


def test_the_first_emoji_face_is_coloured_and_knows_common_emoji() -> None:
    coloured, outlined = emoji_faces()

    assert coloured.is_colour and not outlined.is_colour
    assert all(coloured.covers(emoji) for emoji in "😀😂🥰😭🔥🎉✨🚀🌅🏔🎬🎵📍☕🐶🌸🏖🎂💡")


def test_faces_are_opened_once() -> None:
    assert first(SANS_BOLD, "Latn") is first(SANS_BOLD, "Grek")
