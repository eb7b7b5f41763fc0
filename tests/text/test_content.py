import pytest

from saycut.text.content import implied_language, paragraphs
from saycut.text.styles import DESIGNS, USES
from saycut.timeline import Text, TextRole, TextStyle


def shown(content: str, style: TextStyle, language: str | None = None) -> list[str]:
    text = Text(content, TextRole.TITLE, style, language=language)
    found = paragraphs(text, DESIGNS[style], USES[text.role])
    return [paragraph.text for paragraph in found]


@pytest.mark.parametrize(
    ("written", "language", "capitals"),
    [
        ("Golden hour", None, "GOLDEN HOUR"),
        ("straße", "de", "STRASSE"),
        ("istanbul ılık", "tr", "İSTANBUL ILIK"),
        ("Καλημέρα, μαΐου", "el", "ΚΑΛΗΜΕΡΑ, ΜΑΪΟΥ"),
        ("ёжик", "ru", "ЁЖИК"),
        ("Éric & ñ", "fr", "ÉRIC & Ñ"),
        ("日没", None, "日没"),
    ],
)
def test_bold_is_set_in_the_capitals_of_its_language(
    written: str, language: str | None, capitals: str
) -> None:
    assert shown(written, TextStyle.BOLD, language) == [capitals]


def test_empty_lines_and_control_characters_are_left_out() -> None:
    content = "\n Golden\tHour\x07 \r\n\u2028in the\ud800 hills"

    assert shown(content, TextStyle.CLEAN) == ["Golden Hour", "in the hills"]


def test_letters_written_with_their_marks_apart_are_composed() -> None:
    assert shown("cafe\u0301", TextStyle.CLEAN) == ["caf\u00e9"]


@pytest.mark.parametrize(
    ("content", "language"), [("東京の夜", "ja"), ("서울 夜", "ko"), ("北京", None), ("Oslo", None)]
)
def test_kana_and_hangul_give_their_language_away(content: str, language: str | None) -> None:
    assert implied_language(Text(content)) == language


def test_a_language_that_is_set_is_believed() -> None:
    assert implied_language(Text("東京の夜", language="zh-Hant")) == "zh-Hant"
