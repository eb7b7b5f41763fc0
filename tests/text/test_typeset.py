"""Sprites: where they are, what they hold, for any text on any canvas."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import saycut.text
from saycut.text import Part, Typeset, UnusableColour, typeset
from saycut.timeline import Canvas, Position, Text, TextRole, TextStyle

CANVASES = (Canvas(1920, 1080), Canvas(1080, 1920), Canvas(1080, 1080), Canvas(640, 360))
SCRIPTS = (
    "aZé ñß,.-!?/ 019 ЖяΩά אבג مرحبا 中文字カな한국 नमस्ते ไทย 🎉👍🏽❤️\u200d\u0301\u202e\n\t\u00ad"
)


def is_in_safe_area(box: tuple[int, int, int, int], canvas: Canvas) -> bool:
    x, y, width, height = box
    return (
        x >= canvas.width * 0.1 - 1
        and y >= canvas.height * 0.1 - 1
        and x + width <= canvas.width * 0.9 + 1
        and y + height <= canvas.height * 0.9 + 1
    )


def lines_ink(typeset: Typeset) -> tuple[int, int, int, int]:
    """Give left, top, right, bottom of all visible pixels of the lines."""
    edges = []
    for sprite in typeset.sprites:
        if sprite.part is Part.LINE:
            rows, columns = np.nonzero(sprite.rgba[..., 3] > 8)
            if rows.size:
                x, y = sprite.x_px, sprite.y_px
                edges.append((columns.min() + x, rows.min() + y, columns.max() + x, rows.max() + y))
    left, top, right, bottom = np.array(edges).T
    return left.min(), top.min(), right.max() + 1, bottom.max() + 1


def test_all_lists_what_is_public() -> None:
    assert all(hasattr(saycut.text, name) for name in saycut.text.__all__)


@pytest.mark.parametrize(("role", "style"), list(product(TextRole, TextStyle)))
def test_sprites_lie_within_every_canvas_at_every_position(
    role: TextRole, style: TextStyle
) -> None:
    for number, position in enumerate(Position):
        canvas = CANVASES[number % len(CANVASES)]

        done = typeset(Text("Golden Hour\nin the hills", role, style, position=position), canvas)

        assert done.sprites
        assert is_in_safe_area(done.box, canvas)
        for sprite in done.sprites:
            height, width, channels = sprite.rgba.shape
            assert channels == 4
            assert 0 <= sprite.x_px <= canvas.width - width
            assert 0 <= sprite.y_px <= canvas.height - height
            assert (sprite.rgba[..., :3] <= sprite.rgba[..., 3:]).all(), "not premultiplied"


@given(content=st.text(alphabet=SCRIPTS, max_size=70), style=st.sampled_from(TextStyle))
@settings(max_examples=60, deadline=None)
def test_any_text_stays_in_its_box_and_in_the_safe_area(content: str, style: TextStyle) -> None:
    canvas = Canvas(480, 270)

    # Letters of a button have no shadow: all that is visible of them is ink.
    done = typeset(Text(content, TextRole.CTA, style), canvas)

    if done.sprites:
        x, y, width, height = done.box
        left, top, right, bottom = lines_ink(done)
        assert is_in_safe_area(done.box, canvas)
        assert x <= left and y <= top and right <= x + width and bottom <= y + height


@given(content=st.text(max_size=40), role=st.sampled_from(TextRole))
@settings(max_examples=40, deadline=None)
def test_any_unicode_is_shown_or_named_as_missing(content: str, role: TextRole) -> None:
    done = typeset(Text(content, role), Canvas(320, 180))

    assert len(done.sprites) >= len(done.lines)
    assert len(set(done.missing)) == len(done.missing)


@pytest.mark.parametrize("content", ["", " ", "\n \t\n", "\u200b", "\u3000\u00a0"])
def test_white_space_alone_gives_no_sprites(content: str) -> None:
    done = typeset(Text(content, TextRole.TITLE), CANVASES[0])

    assert (done.sprites, done.lines, done.missing) == ((), (), ())


def test_characters_without_a_glyph_are_named_and_leave_no_box() -> None:
    whole = typeset(Text("Golden Hour", TextRole.TITLE), CANVASES[0])

    done = typeset(Text("Gold\ue000en\U0010fffd Hour\ue000", TextRole.TITLE), CANVASES[0])

    assert done.missing == ("\ue000", "\U0010fffd")
    assert done.box == whole.box


@pytest.mark.parametrize("style", list(TextStyle))
def test_the_same_text_gives_the_same_bytes(style: TextStyle) -> None:
    text = Text("Sunset 日没 غروب 🌅\nfinal cut", TextRole.TITLE, style)

    first, second = (typeset(text, CANVASES[3]) for _ in range(2))

    assert [s.rgba.tobytes() for s in first.sprites] == [s.rgba.tobytes() for s in second.sprites]


def test_the_first_line_of_a_title_leads_and_the_others_support_it() -> None:
    done = typeset(Text("Golden Hour\nGolden Hour", TextRole.TITLE), CANVASES[0])

    lead, support = (s.rgba.shape[1] for s in done.sprites if s.part is Part.LINE)
    assert 0.4 < support / lead < 0.6


@pytest.mark.parametrize("style", [TextStyle.BOLD, TextStyle.CLEAN])
def test_a_leading_line_that_is_broken_keeps_its_size(style: TextStyle) -> None:
    name = "Hiking Company Trailhead"
    text = Text(f"{name}\nHH", TextRole.TITLE, style, scale=1.6)

    done = typeset(text, CANVASES[1])

    *lead, support = (s.rgba.shape[0] for s in done.sprites if s.part is Part.LINE)
    assert " ".join(done.lines[:-1]).casefold() == name.casefold()
    assert len(lead) > 1
    # Descenders apart, all parts of the name are as high; what supports it is smaller.
    assert max(lead) < 1.35 * min(lead)
    assert support < 0.8 * min(lead)


@pytest.mark.parametrize("role", [TextRole.CAPTION, TextRole.LOWER_THIRD])
@pytest.mark.parametrize("style", list(TextStyle))
def test_on_tall_canvases_nothing_stands_under_the_buttons_of_apps(
    role: TextRole, style: TextStyle
) -> None:
    done = typeset(Text("Maria Jensen\nMountain guide", role, style), Canvas(1080, 1920))

    solid = [s for s in done.sprites if s.part in (Part.PLATE, Part.RULE)]
    lowest = max([done.box[1] + done.box[3], *(s.y_px + s.rgba.shape[0] for s in solid)])
    assert 0.75 <= lowest / 1920 <= 0.78


def test_all_lines_of_a_caption_are_equally_large() -> None:
    done = typeset(Text("Golden Hour\nGolden Hour", TextRole.CAPTION), CANVASES[0])

    first, second = (s.rgba.shape[:2] for s in done.sprites if s.part is Part.LINE)
    assert first == second


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("role", [TextRole.CAPTION, TextRole.LOWER_THIRD])
def test_captions_and_lower_thirds_are_large_enough_to_read(role: TextRole, canvas: Canvas) -> None:
    done = typeset(Text("pH", role), canvas)

    # From the top of an H to the foot of a p is a little less than an em of Manrope.
    assert done.box[3] >= 0.045 * canvas.height * 0.85


def test_text_of_one_use_keeps_its_baseline_whatever_it_says() -> None:
    low, high = (typeset(Text(words), CANVASES[0]) for words in ("a nose", "A Hose"))

    assert low.box[1] + low.box[3] == high.box[1] + high.box[3]


def test_scale_makes_letters_larger_and_stops_at_the_safe_area() -> None:
    plain, double, huge = (
        typeset(Text("Hills", TextRole.TITLE, scale=scale), CANVASES[0]) for scale in (1, 2, 40)
    )

    assert double.box[2] == pytest.approx(2 * plain.box[2], abs=3)
    assert is_in_safe_area(huge.box, CANVASES[0])


@pytest.mark.parametrize("role", list(TextRole))
def test_endless_words_and_long_texts_still_fit(role: TextRole) -> None:
    for content in ("https://example.org/" + "a" * 400, "wording " * 150, "字" * 300):
        done = typeset(Text(content, role), CANVASES[3])

        assert is_in_safe_area(done.box, CANVASES[3])
        assert "".join(done.lines).replace(" ", "") == content.replace(" ", "")


def test_the_accent_of_a_call_to_action_decides_the_colour_of_its_letters() -> None:
    on_yellow, on_navy = (
        typeset(Text("Go", TextRole.CTA, accent=accent), CANVASES[3])
        for accent in ("#ffee00", "#001050")
    )

    def ink(done: Typeset) -> int:
        rgba = done.sprites[-1].rgba
        return int(rgba[..., :3][rgba[..., 3] == 255].max())

    assert (ink(on_yellow), ink(on_navy)) == (0, 255)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "123456", "#1234567", "# 12 34"])
def test_a_colour_that_is_none_is_refused_with_the_way_to_write_it(colour: str) -> None:
    with pytest.raises(UnusableColour, match="#rrggbb") as refused:
        typeset(Text("Hills", colour=colour), CANVASES[3])

    assert refused.value.code == 4601


def test_a_watermark_is_small_and_lets_the_picture_through() -> None:
    mark = typeset(Text("SAYCUT", TextRole.WATERMARK), CANVASES[0])

    assert mark.box[3] < 0.03 * CANVASES[0].height
    assert mark.sprites[-1].rgba[..., 3].max() < 200


def test_an_arabic_lower_third_stands_at_the_right_with_its_bar() -> None:
    text = Text("مقابلة مع ليلى\nدبي", TextRole.LOWER_THIRD, TextStyle.BOLD)

    done = typeset(text, CANVASES[0])

    plate, lead, support, rule = done.sprites
    right_px = [s.x_px + s.rgba.shape[1] for s in (plate, rule)]
    assert right_px[0] == right_px[1] == pytest.approx(0.9 * CANVASES[0].width, abs=2)
    assert lead.x_px + lead.rgba.shape[1] == pytest.approx(
        support.x_px + support.rgba.shape[1], abs=2
    )


def test_a_place_that_is_set_holds_for_every_script() -> None:
    text = Text("مقابلة", TextRole.LOWER_THIRD, position=Position.BOTTOM_LEFT)

    assert typeset(text, CANVASES[0]).box[0] < CANVASES[0].width / 4
