import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.text.colour import (
    BLACK,
    WHITE,
    Colour,
    backing_for,
    contrast,
    luminance,
    needed_opacity,
    parse,
)

colours = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def test_black_on_white_has_the_contrast_that_wcag_names() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21.0)
    assert luminance(WHITE) == pytest.approx(1.0)


def test_parse_reads_what_people_write() -> None:
    assert parse("#FFc800") == (255, 200, 0)


@given(ink=colours)
def test_every_colour_reads_on_black_or_on_white(ink: Colour) -> None:
    assert contrast(ink, backing_for(ink)) >= 4.5


@given(ink=colours, photo=colours)
def test_the_needed_opacity_makes_any_photo_dark_or_light_enough(
    ink: Colour, photo: Colour
) -> None:
    opacity, backing = needed_opacity(ink), backing_for(ink)

    behind = [p + (b - p) * opacity for p, b in zip(photo, backing, strict=True)]

    assert contrast(ink, (round(behind[0]), round(behind[1]), round(behind[2]))) >= 4.4
