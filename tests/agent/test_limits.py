"""Wishes beyond what films can be: each gives a valid film, or is said not to be possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.agent import Turn, take_turn
from saycut.timeline import Draft
from saycut.timeline.validate import problems
from tests.agent.projects import PROJECT, PROMO, SONG, music_of, said
from tests.builders import a_clip, a_photo, by_id
from tests.strategies import patiently


def _made(request: str) -> Turn:
    return said(request, draft=Draft())


@pytest.mark.parametrize(
    ("request_", "duration_ms"),
    [
        ("make a slideshow of 100 hours", 7_200_000),
        ("make a 0.1 second promo", 500),
        ("a slideshow, each photo 10 hours", 7_200_000),
    ],
)
def test_a_film_out_of_all_limits_gets_the_nearest_length(request_: str, duration_ms: int) -> None:
    turn = _made(request_)

    assert turn.draft.duration_ms == duration_ms
    assert "0.5 s to 2 hours" in turn.reply
    assert problems(turn.draft, by_id(*PROJECT)) == []


@pytest.mark.parametrize("request_", ["make a -5 second promo", "make a 0 second promo"])
def test_a_film_of_no_length_gets_the_usual_one(request_: str) -> None:
    turn = _made(request_)

    assert turn.draft.duration_ms == said(PROMO, draft=Draft()).draft.duration_ms
    assert "cannot last that long" in turn.reply


@pytest.mark.parametrize("request_", ["make it -5 seconds", "make it 0 seconds", "改成0秒"])
def test_no_length_changes_nothing(request_: str) -> None:
    turn = said(request_)

    assert not turn.changed
    assert turn.unmet == (request_,)


def test_a_gain_without_measure_is_kept_in_bounds() -> None:
    for turn in (said("music at 5000 %"), _made("make a promo with music at 5000 %")):
        assert music_of(turn.draft)[0].sound.gain_db.at(0) == pytest.approx(12)
        assert "12 dB" in turn.reply


@pytest.mark.parametrize("request_", ["make a 10 minute promo", "make a 60 second slideshow"])
def test_a_short_clip_is_never_played_beyond_its_end(request_: str) -> None:
    assets = (a_clip("short", duration_ms=2000), SONG)

    turn = said(request_, draft=Draft(), assets=assets)

    assert turn.changed
    assert problems(turn.draft, by_id(*assets)) == []


@patiently(60)
@given(
    length_s=st.floats(0.1, 200).map(lambda s: round(s, 1)),
    count=st.integers(1, 30),
    kind=st.sampled_from(["promo", "slideshow", "video"]),
)
def test_any_length_of_any_number_of_photos_makes_a_film(
    length_s: float, count: int, kind: str
) -> None:
    assets = (*(a_photo(f"p{i}") for i in range(count)), SONG)

    turn = take_turn(f"make a {length_s} second {kind}", Draft(), assets)

    assert turn.draft.duration_ms == max(500, round(length_s * 1000))
    assert problems(turn.draft, by_id(*assets)) == []
