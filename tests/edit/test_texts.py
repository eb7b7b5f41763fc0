import pytest

from saycut.edit.errors import OutsideFilm
from saycut.edit.texts import add_text, change_text, default_range, place_text, reading_ms
from saycut.timeline import Draft, Text, TextRole, TimeRange
from tests.builders import a_caption, a_film


def test_a_text_takes_a_lane_with_room_and_ends_with_the_film() -> None:
    draft = a_film(4000, 4000)

    draft = add_text(draft, Text("one"), TimeRange(0, 3000), segment_id="t1")
    draft = add_text(draft, Text("two"), TimeRange(3000, 9000), segment_id="t2")
    draft = add_text(draft, Text("over both"), TimeRange(2000, 2000), segment_id="t3")

    assert draft.segment("t2").track_range == TimeRange(3000, 5000)
    assert draft.track_of("t1") == draft.track_of("t2") != draft.track_of("t3")


def test_a_text_over_an_empty_film_plays_as_long_as_asked() -> None:
    draft = add_text(Draft(), Text("one"), TimeRange(1000, 3000), segment_id="t1")

    assert draft.segment("t1").track_range == TimeRange(1000, 3000)


@pytest.mark.parametrize("start_ms", [-1, 4000])
def test_a_text_outside_the_film_is_refused(start_ms: int) -> None:
    with pytest.raises(OutsideFilm, match="from 0 to 4000 ms"):
        add_text(a_film(4000), Text("late"), TimeRange(start_ms, 100), segment_id="t")
    with pytest.raises(OutsideFilm):
        place_text(a_film(4000, texts=(a_caption("t"),)), "t", TimeRange(start_ms, 100))


def test_other_words_keep_their_time() -> None:
    after = change_text(a_film(4000, texts=(a_caption("t"),)), "t", Text("Summer"))

    assert after.segment("t").text == Text("Summer")
    assert after.segment("t").track_range == TimeRange(0, 3000)


def test_a_text_that_moves_over_another_takes_its_own_lane() -> None:
    texts = (a_caption("t1", duration_ms=1000), a_caption("t2", start_ms=2000, duration_ms=1000))
    draft = a_film(9000, texts=texts)

    free = place_text(draft, "t1", TimeRange(5000, 1000))
    crowded = place_text(draft, "t1", TimeRange(2500, 1000))

    assert free.track_of("t1").id == "words"
    assert crowded.track_of("t1").id != "words"


@pytest.mark.parametrize(
    ("role", "span"),
    [
        (TextRole.TITLE, TimeRange(0, 3000)),
        (TextRole.CAPTION, TimeRange(0, 1500)),
        (TextRole.CTA, TimeRange(7000, 3000)),
        (TextRole.END_CARD, TimeRange(7000, 3000)),
        (TextRole.WATERMARK, TimeRange(0, 10_000)),
    ],
)
def test_a_role_has_its_own_time(role: TextRole, span: TimeRange) -> None:
    assert default_range(a_film(10_000), Text("Golden Hour", role=role)) == span


@pytest.mark.parametrize(
    ("content", "ms"),
    [("", 1000), ("Golden Hour", 1500), ("金色时光", 1500), ("Tokyo 東京駅", 1750)],
)
def test_reading_takes_a_second_and_a_quarter_for_each_word(content: str, ms: int) -> None:
    assert reading_ms(content) == ms
