import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.agent.normalise import normalise
from tests.strategies import patiently


@pytest.mark.parametrize(
    "text",
    [
        "add a title 'Golden Hour'",
        'add a title "Golden Hour"',
        "add a title “Golden Hour”",
        "add a title ‘Golden Hour’",
        "add a title 「Golden Hour」",
        "add a title 『Golden Hour』",
        "add a title «Golden Hour»",
        "add a title 《Golden Hour》",
        "add a title `Golden Hour`",
        "add a title „Golden Hour“",
    ],
)
def test_quotes_of_every_kind_are_set_aside(text: str) -> None:
    request = normalise(text)

    assert [q.content for q in request.quotes] == ["Golden Hour"]
    assert "Golden" not in request.text


def test_an_apostrophe_quotes_nothing() -> None:
    request = normalise("it's my dogs' film, don't cut 'Here's Rex'")

    assert [q.content for q in request.quotes] == ["Here's Rex"]


def test_words_in_quotes_keep_their_letters() -> None:
    request = normalise("title “½ Price ①…”")

    assert request.quotes[0].content == "½ Price ①…"


def test_wide_letters_and_spaces_become_plain() -> None:
    request = normalise("  ＭＡＫＥ　it １５ｓ  ")

    assert request.text == "MAKE it 15s"
    assert request.folded == "make it 15s"


def test_a_file_name_is_one_thing() -> None:
    request = normalise("replace the music with assets/my.track.mp3, please")

    assert request.quotes[0].content == "assets/my.track.mp3"
    assert request.quotes[0].is_file_name


def test_a_quoted_file_name_is_a_file_name() -> None:
    assert normalise("use `assets/track.mp3`").quotes[0].is_file_name


def test_a_request_can_be_shown_as_it_was_typed() -> None:
    request = normalise("add a title 'X' to clip.mp4 now")

    assert request.shown() == "add a title “X” to clip.mp4 now"


@patiently(300)
@given(st.text())
def test_any_text_folds_to_the_same_length(text: str) -> None:
    request = normalise(text)

    assert len(request.text) == len(request.folded)
    assert all(request.text[q.start] for q in request.quotes)
