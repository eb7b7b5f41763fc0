import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.engine import Size, SizeRefused

EVEN = st.integers(32, 2048).map(lambda half: 2 * half)


@given(EVEN, EVEN)
def test_an_exact_size_stays_as_it_is(width: int, height: int) -> None:
    assert Size.parse(f"{width}x{height}").on(1920, 1080) == (width, height)


@given(EVEN, EVEN, st.sampled_from([480, 720, 1080, 2160]))
def test_a_named_height_is_the_short_side_of_any_shape(width: int, height: int, side: int) -> None:
    size = Size.parse(f"{side}p").on(width, height)

    assert min(size) == side
    assert all(pixels % 2 == 0 for pixels in size)
    # Rounded to even pixels, so off by one at most on the longer side.
    assert abs(max(size) - side * max(width, height) / min(width, height)) <= 1


def test_a_capital_letter_and_a_times_sign_do_as_well() -> None:
    assert Size.parse("1080X1920").shape == (1080, 1920)
    assert Size.parse("1080×1920").shape == (1080, 1920)
    assert Size.parse("720P").short_side_px == 720


@pytest.mark.parametrize("text", ["", "big", "1080", "x", "1080x", "-2x4", "1080x1920x3", "0x0"])
def test_a_word_that_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SizeRefused):
        Size.parse(text)


@pytest.mark.parametrize("text", ["1081x1920", "20000x20000", "2x2", "99999p", "721p"])
def test_a_size_that_cannot_be_encoded_is_refused_with_the_limits(text: str) -> None:
    with pytest.raises(SizeRefused, match="even numbers of pixels from 64 to 8192"):
        Size.parse(text)


def test_4k_and_8k_are_short_sides_whatever_their_case() -> None:
    assert [Size.parse(text).short_side_px for text in ("4k", "4K", "8k")] == [2160, 2160, 4320]
    assert Size.parse("8k").on(1920, 1080) == (7680, 4320)
