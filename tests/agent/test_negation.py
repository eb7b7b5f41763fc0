"""What is forbidden stays as it is; what is refused goes, or never comes."""

import pytest

from saycut.timeline import Draft
from tests.agent.projects import a_promo, music_of, said, texts


@pytest.mark.parametrize(
    "request_",
    [
        "don't remove the music",
        "do not change the title to 'Another'",
        "please don't touch the music",
        "never mute the music",
        "don't change the title, music or transitions",
        "don't make it vertical",
        "don't export yet",
        "不要删除音乐",
        "别改标题",
        "Entferne die Musik nicht",
        "ne supprime pas la musique",
        "no borres la música",
        "音楽を削除しないで",
    ],
)
def test_what_is_forbidden_is_left_alone_and_said_to_be(request_: str) -> None:
    turn = said(request_)

    assert not turn.changed
    assert not turn.actions
    assert request_.split(",")[0].removeprefix("please ").split("'A")[0].strip() in turn.reply


@pytest.mark.parametrize(
    "request_",
    [
        "make it vertical but don't change the title",
        "make it vertical without removing the title",
        "don't remove the title, make it vertical",
        "竖屏，不要删掉标题",
    ],
)
def test_the_rest_of_a_request_with_something_forbidden_is_done(request_: str) -> None:
    turn = said(request_)

    assert turn.draft.canvas.ratio == "9:16"
    assert texts(turn.draft) == texts(a_promo())


@pytest.mark.parametrize("request_", ["without music", "I don't want any music", "不要音乐"])
def test_what_is_refused_is_taken_out(request_: str) -> None:
    assert music_of(said(request_).draft) == []


@pytest.mark.parametrize(
    "request_",
    ["make a slideshow without music", "make a slideshow, don't add music", "做幻灯片，不要加音乐"],
)
def test_a_new_film_goes_without_what_is_refused(request_: str) -> None:
    assert music_of(said(request_, draft=Draft()).draft) == []


def test_no_longer_than_is_a_length() -> None:
    assert said("don't make it longer than 20 seconds").draft.duration_ms == 20_000


def test_not_to_forget_is_to_do() -> None:
    assert said("don't forget to make it vertical").draft.canvas.ratio == "9:16"
