"""Real shaping: joined letters, both directions, stacked marks, fallback inside one line."""

import pytest

from saycut.text.fonts import SANS_BOLD, SERIF_SEMIBOLD
from saycut.text.shape import Glyph, ShapedLine, Typeface, shape

SANS = Typeface(SANS_BOLD)


def shaped(text: str, typeface: Typeface = SANS, *, leftward: bool = False) -> ShapedLine:
    return shape(text, typeface, None, leftward=leftward)


def indexes(line: ShapedLine) -> list[int]:
    return [glyph.index for glyph in line.glyphs]


def bodies(line: ShapedLine) -> tuple[int, ...]:
    """Give the glyphs of letters without their dots, which take no room of their own."""
    return tuple(glyph.index for glyph in line.glyphs if glyph.advance)


def clusters(line: ShapedLine) -> list[int]:
    return [glyph.cluster for glyph in line.glyphs]


def test_arabic_letters_join_instead_of_standing_alone() -> None:
    word = "بيت"
    alone = {bodies(shaped(letter, leftward=True)) for letter in word}

    joined = bodies(shaped(word, leftward=True))

    assert len(joined) == 3
    assert not {(body,) for body in joined} & alone


def test_arabic_runs_from_right_to_left_and_numbers_in_it_from_left_to_right() -> None:
    line = shaped("بيت 42", leftward=True)

    # Seen from the left: 4, 2, the space, then the word from its end to its beginning.
    order = clusters(line)
    assert order[:3] == [4, 5, 3]
    assert order[3:] == sorted(order[3:], reverse=True)
    assert order[-1] == 0


def test_a_latin_word_at_the_start_of_an_arabic_line_is_seen_at_the_right() -> None:
    line = shaped("Saycut بيت", leftward=True)

    assert clusters(line)[-6:] == [0, 1, 2, 3, 4, 5]


def test_brackets_are_mirrored_where_text_runs_leftward() -> None:
    (opening,) = indexes(shaped("("))

    right_to_left = shaped("א(ב", leftward=True)

    assert opening not in indexes(right_to_left)


def test_vowel_signs_of_devanagari_move_before_their_consonant() -> None:
    ka, _ = indexes(shaped("का"))

    assert indexes(shaped("कि"))[-1] == ka


def test_marks_are_set_on_their_letters_without_taking_room() -> None:
    plain, marked = shaped("ที"), shaped("ที่")

    assert marked.advance == pytest.approx(plain.advance)
    assert marked.ink and plain.ink and marked.ink.top > plain.ink.top


def test_kerning_pulls_pairs_together() -> None:
    assert shaped("AV").advance < shaped("A").advance + shaped("V").advance


def test_tracking_widens_latin_and_never_tears_arabic_apart() -> None:
    wide = Typeface(SANS_BOLD, tracking_em=0.1)

    assert shaped("abc", wide).advance == pytest.approx(shaped("abc").advance + 0.3, abs=0.01)
    assert shaped("بيت", wide, leftward=True) == shaped("بيت", leftward=True)


@pytest.mark.parametrize(
    ("emoji", "written"),
    [
        ("skin tone", "👍🏽"),
        ("family", "👨‍👩‍👧‍👦"),
        ("flag", "🇯🇵"),
        ("keycap", "1️⃣"),
        ("heart", "❤️"),
        ("profession", "👩‍💻"),
    ],
)
def test_an_emoji_of_several_characters_is_one_coloured_glyph(emoji: str, written: str) -> None:
    (glyph,) = shaped(written).glyphs

    assert glyph.face.is_colour
    assert glyph.index != 0


def test_a_heart_without_the_selector_for_colour_is_a_letter() -> None:
    (glyph,) = shaped("❤\ufe0e").glyphs[:1]

    assert not glyph.face.is_colour


def test_a_space_after_an_emoji_is_as_wide_as_any_other() -> None:
    def space(line: ShapedLine) -> Glyph:
        return line.glyphs[1]

    assert space(shaped("🎉 a")).advance == space(shaped("b a")).advance


def test_quotes_among_chinese_are_chinese_and_among_latin_are_not() -> None:
    chinese, latin = shaped("说“好”"), shaped("say “yes”")

    assert len({glyph.face.name for glyph in chinese.glyphs}) == 1
    assert {glyph.face.name for glyph in latin.glyphs} == {"Manrope Bold"}


def test_greek_beside_the_serif_is_set_in_its_greek_companion() -> None:
    line = shaped("Αθήνα", Typeface(SERIF_SEMIBOLD))

    assert all("Didot" in glyph.face.name for glyph in line.glyphs)


def test_fallback_letters_are_scaled_to_the_look_of_the_cut() -> None:
    small = Typeface(SANS_BOLD, fallback_scale=0.5)

    assert shaped("字", small).advance == pytest.approx(shaped("字").advance / 2)
    assert shaped("a", small) == shaped("a")


def test_glyphs_stand_from_left_to_right_where_their_advances_put_them() -> None:
    line = shaped("Hills 字 שלום")

    pen = 0.0
    for glyph in line.glyphs:
        assert glyph.x == pytest.approx(pen, abs=0.2)
        pen += glyph.advance
    assert line.advance == pytest.approx(pen)


def test_white_space_has_an_advance_and_no_ink() -> None:
    line = shaped(" ")

    assert line.advance > 0
    assert line.ink is None


@pytest.mark.parametrize("blank", ["\u115f", "\u1680", "\u3164", "\uffa0", "\u2063"])
def test_blank_fillers_are_not_drawn_as_boxes(blank: str) -> None:
    assert shaped(blank).ink is None


@pytest.mark.parametrize("sign", list("→★✓♥♪①№€₹₽₿™©°½×"))
def test_signs_people_use_have_a_glyph(sign: str) -> None:
    line = shaped(sign)

    assert not line.missing
    assert line.ink is not None
