"""First requests: what becomes a film, what is heard under it, and which words it shows."""

import pytest

from saycut.agent import take_turn
from saycut.timeline import Draft, TextRole
from tests.agent.projects import PHOTOS, PROJECT, music_of, said, shots, talk, texts
from tests.builders import a_clip, a_song


@pytest.mark.parametrize(
    "request_",
    [
        "20-second film, cut on the beat",
        "TikTok video of my dog",
        "holiday memories, calm and slow",
        "fast-paced 15-second video",
        "15-second reel for Instagram",
        "竖屏视频，节奏舒缓",
    ],
)
def test_a_film_described_without_a_verb_is_made_with_the_music_given(request_: str) -> None:
    turn = take_turn(request_, Draft(), PROJECT)

    assert {s.asset_id for s in shots(turn.draft)} == {a.id for a in PHOTOS}
    assert music_of(turn.draft)
    assert turn.unmet == ()
    assert "add music" not in turn.reply


@pytest.mark.parametrize("request_", ["swap photo 1 and 2", "delete the video"])
def test_orders_about_a_film_that_is_not_there_describe_none(request_: str) -> None:
    turn = take_turn(request_, Draft(), PROJECT)

    assert "Your film is ready" not in turn.reply


def test_clips_that_are_edited_at_once_have_the_music_under_them_too() -> None:
    assets = (a_clip("c1", duration_ms=9_000), a_song())

    trimmed = take_turn("trim the first 2 seconds", Draft(), assets)
    muted = take_turn("remove the music", Draft(), assets)

    assert [s.asset_id for s in music_of(trimmed.draft)] == ["song"]
    assert not music_of(muted.draft)


def test_cuts_that_cannot_be_on_the_beat_are_said() -> None:
    assets = (a_clip("c1", duration_ms=9_000), a_clip("c2", duration_ms=7_000), PROJECT[-1])

    turn = take_turn("make a video, cut on the beat", Draft(), assets)

    assert turn.unmet
    assert "beat" in turn.reply


def test_a_film_is_put_on_the_beat_later_on() -> None:
    before = take_turn("make a slideshow, 3 seconds each photo", Draft(), PROJECT).draft

    turn = take_turn("cut on the beat", before, PROJECT)

    beats = set(PROJECT[-1].facts.beats_ms)
    assert not {s.track_range.start_ms for s in shots(before)[1:]} <= beats
    assert {s.track_range.start_ms for s in shots(turn.draft)[1:]} <= beats
    assert turn.draft.duration_ms == before.duration_ms


@pytest.mark.parametrize(
    ("request_", "film_ms", "transition_ms"),
    [
        ("20-second slideshow with gentle fade", 20_000, 800),
        ("20 seconds with fades", 20_000, 800),
        ("20-second film with 0.5 s crossfades", 20_000, 500),
        ("a 25-second film, crossfades of 600 ms", 25_000, 600),
        ("20秒的视频，转场0.5秒", 20_000, 500),
    ],
)
def test_a_length_belongs_to_the_noun_it_stands_by(
    request_: str, film_ms: int, transition_ms: int
) -> None:
    draft = take_turn(request_, Draft(), PROJECT).draft

    assert draft.duration_ms == film_ms
    assert {s.transition.duration_ms for s in shots(draft) if s.transition} == {transition_ms}


def test_a_pace_does_not_change_a_length_that_is_given() -> None:
    assert take_turn("fast-paced 15-second video", Draft(), PROJECT).draft.duration_ms == 15_000
    assert said("make it faster and 15 seconds long").draft.duration_ms == 15_000


def _titles(request_: str) -> list[str]:
    return texts(take_turn(request_, Draft(), PROJECT).draft, TextRole.TITLE)


def _cards(request_: str) -> list[str]:
    return texts(take_turn(request_, Draft(), PROJECT).draft, TextRole.END_CARD)


def test_a_place_to_post_is_no_topic() -> None:
    assert "Instagram" not in "".join(_titles("create a 15-second promo reel for Instagram"))


def test_a_name_behind_a_kind_of_business_is_the_title() -> None:
    assert _titles("create a promo for my hiking company Trailhead") == ["Trailhead"]
    assert _titles("create a promo for our coffee shop") == ["Coffee Shop"]


def test_captions_alone_bring_no_title() -> None:
    assert _titles("slideshow with captions") == []


def test_labelled_words_count_like_quoted_ones() -> None:
    request_ = (
        "make a promo. Title: Summer sale. Tagline: Up to 50% off. End with: Visit trailhead.com"
    )

    turn = take_turn(request_, Draft(), PROJECT)

    assert texts(turn.draft, TextRole.TITLE) == ["Summer sale\nUp to 50% off"]
    assert texts(turn.draft, TextRole.END_CARD) == ["Visit trailhead.com"]
    assert turn.unmet == ()


def test_a_label_ends_where_another_order_begins() -> None:
    turn = take_turn("20-second promo, title: Golden Hour, music at 30 %", Draft(), PROJECT)

    assert texts(turn.draft, TextRole.TITLE) == ["Golden Hour"]
    assert music_of(turn.draft)[0].sound.gain_db.at(0) == pytest.approx(-10.46, abs=0.01)


def test_a_subtitle_is_the_second_line_of_the_title() -> None:
    first, second = talk(
        "promo with the title 'Golden Hour' and the subtitle 'Out and about'",
        "change the subtitle to 'Along the coast'",
    )

    assert texts(first.draft, TextRole.TITLE) == ["Golden Hour\nOut and about"]
    assert texts(second.draft, TextRole.TITLE) == ["Golden Hour\nAlong the coast"]


def test_the_closing_card_speaks_the_language_of_the_title() -> None:
    assert _cards("promo with the title '日落'") == ["日落\n感谢观看"]
    assert _cards("promo with the title 'رحلة الجبال'") == ["رحلة الجبال"]
    assert _cards("erstelle ein Werbevideo mit dem Titel „Im Tal“") == [
        "Im Tal\nDanke fürs Zuschauen"
    ]


def test_a_first_reply_tells_the_film_and_nothing_of_the_machine() -> None:
    reply = take_turn(
        "create a vertical promo titled 'Golden Hour' for my hiking company Trailhead",
        Draft(),
        PROJECT,
    ).reply

    assert "did not use" not in reply
    assert "already" not in reply
    assert "empty" not in reply
    assert "1 captions" not in reply
