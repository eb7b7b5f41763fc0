import pytest
from bidi import get_display  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from saycut.text.bidi import is_leftward, levels, visual_order

# Letters of both directions, digits of both kinds, brackets, isolates and embeddings.
BOTH_WAYS = "abc אבג مرح 0129 ٠١٢ ()[]<>.,:;-+%\u2067\u2068\u2069\u202b\u202c\u200f"


@given(line=st.text(alphabet=BOTH_WAYS, max_size=40), leftward=st.booleans())
def test_characters_ordered_by_their_levels_are_seen_as_uax_9_says(
    line: str, leftward: bool
) -> None:
    # At the end of a line white space takes the paragraph's level (L1): here it is stripped.
    line = line.strip() + "x"

    ordered = visual_order(list(zip(levels(line, leftward=leftward), line, strict=True)))

    # Mirroring swaps the characters themselves; here only their order is of interest.
    seen = get_display(line, base_dir="R" if leftward else "L")
    assert unmirrored("".join(ordered)) == unmirrored(seen)


def unmirrored(line: str) -> str:
    return line.translate(str.maketrans(")]>", "([<"))


def test_text_without_letters_that_run_leftward_has_one_level() -> None:
    assert levels("Hello, 世界 3", leftward=False) == (0,) * 11


def test_text_that_looks_like_the_report_of_the_library_is_only_text() -> None:
    line = 'א levels: [Level(7,)],"\\n'

    assert set(levels(line, leftward=True)) <= {1, 2}


@pytest.mark.parametrize(
    ("paragraph", "leftward"), [("مرحبا Saycut", True), ("Saycut مرحبا", False), ("2026", False)]
)
def test_the_first_letter_decides_where_a_paragraph_starts(paragraph: str, leftward: bool) -> None:
    assert is_leftward(paragraph) is leftward


def test_runs_of_no_text_have_no_order() -> None:
    assert visual_order([]) == []
