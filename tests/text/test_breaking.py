import pytest

from saycut.text.breaking import Care, Measured, balanced, measured
from saycut.text.content import Paragraph
from saycut.text.fonts import SANS_BOLD
from saycut.text.shape import Typeface


def a_paragraph(text: str) -> Measured:
    return measured(Paragraph(text, Typeface(SANS_BOLD), 1.0, None))


def test_lines_are_even_rather_than_filled() -> None:
    paragraph = a_paragraph("the valley opened in front of us")
    whole = paragraph.width(0, len(paragraph.text))

    lines = balanced(paragraph, whole * 0.9, Care.WORDS)

    assert lines == ("the valley opened", "in front of us")


def test_a_text_that_fits_stays_on_one_line() -> None:
    assert balanced(a_paragraph("in front of us"), 20.0, Care.PHRASES) == ("in front of us",)


def test_a_word_wider_than_the_line_is_split_only_with_the_least_care() -> None:
    paragraph = a_paragraph("Pneumonoultramicroscopic")

    assert balanced(paragraph, 6.0, Care.WORDS) is None
    lines = balanced(paragraph, 6.0, Care.LETTERS)
    assert lines and len(lines) > 1
    assert "".join(lines) == paragraph.text


def test_emoji_and_letters_with_marks_are_never_split() -> None:
    paragraph = a_paragraph("👨‍👩‍👧‍👦👨‍👩‍👧‍👦e\u0301\u0302e\u0301")

    lines = balanced(paragraph, 1.3, Care.LETTERS)

    assert lines == ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦", "e\u0301\u0302e\u0301")


@pytest.mark.parametrize(("care", "count"), [(Care.PHRASES, 2), (Care.WORDS, 2)])
def test_chinese_is_broken_after_a_comma_when_care_is_taken(care: Care, count: int) -> None:
    lines = balanced(a_paragraph("北京的秋天，很美"), 6.5, care)

    assert lines and len(lines) == count
    assert (lines[0] == "北京的秋天，") is (care is Care.PHRASES)


def test_marks_do_not_begin_a_line() -> None:
    lines = balanced(a_paragraph("我们出发了。山谷醒来了！"), 5.0, Care.WORDS)

    assert lines and not any(line[0] in "。！" for line in lines)
