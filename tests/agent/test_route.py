import pytest

from saycut.agent.clauses import read, unread
from saycut.agent.lexicon import language_of, lexicon_for
from saycut.agent.normalise import normalise
from saycut.agent.route import Route, RouteKind, route_of


def _route(text: str) -> Route:
    return route_of(read(normalise(text), lexicon_for(language_of(text))))


@pytest.mark.parametrize(
    "text",
    [
        "what's the best format for Instagram?",
        "Which bitrate should I use?",
        "My video looks blurry — what export settings should I use?",
        "I have a 10-minute interview. Suggest an edit structure.",
        "explain frame rates",
        "如果以后想剪辑视频，应该怎么做？",
        "先别压缩，文件太大是不是码率高？",
        "どうやって動画作ってるの？",
    ],
)
def test_questions_are_told_from_work(text: str) -> None:
    assert _route(text).kind is RouteKind.QUESTION


@pytest.mark.parametrize(
    "text",
    [
        "make it vertical",
        "I want to turn 10 photos into a video. How do I do that?",
        "Can you add a title?",
        "I need a horizontal version for YouTube. How do I export it?",
        "帮我把视频剪短，好吗？",
    ],
)
def test_work_with_a_question_beside_it_stays_work(text: str) -> None:
    assert _route(text).kind is RouteKind.WORK


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("please undo", "undo"),
        ("Show me the tracks", None),
        ("undo 'X'", None),
        ("保存视频", "export"),
    ],
)
def test_only_a_bare_word_is_an_action(text: str, action: str | None) -> None:
    assert _route(text).action == action


def test_words_without_a_meaning_are_listed() -> None:
    whole = read(normalise("add the zorgly music in 5 s"), lexicon_for("en"))

    assert unread(whole) == ["zorgly"]
