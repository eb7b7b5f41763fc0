from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit.errors import NotUsable
from saycut.edit.order import append, insert, move, segment_of, swap
from saycut.timeline import (
    Canvas,
    Draft,
    Fit,
    Rect,
    TextRole,
    TimeRange,
    Transition,
    TransitionKind,
)
from tests.builders import a_caption, a_draft, a_film, a_photo, a_segment, a_song, by_id
from tests.strategies import ASSETS, films, patiently

ANY = patiently(25)
PROJECT = by_id(a_photo(), a_song())
FADE = Transition(TransitionKind.CROSSFADE, 800)


def order(draft: Draft) -> list[str]:
    assert draft.main_track is not None
    return [s.id for s in draft.main_track.segments]


def starts(draft: Draft) -> list[int]:
    assert draft.main_track is not None
    return [s.track_range.start_ms for s in draft.main_track.segments]


def test_append_to_an_empty_draft_makes_the_main_track() -> None:
    after = append(Draft(), [a_segment("s1"), a_segment("s2", duration_ms=1000)], PROJECT)

    assert (order(after), starts(after)) == (["s1", "s2"], [0, 4000])


def test_insert_moves_what_follows_and_its_texts() -> None:
    draft = a_film(4000, 4000, texts=(a_caption("t", start_ms=4500, duration_ms=2000),))

    after = insert(draft, [a_segment("new", duration_ms=3000)], 1, PROJECT)

    assert (order(after), starts(after)) == (["s1", "new", "s2"], [0, 4000, 7000])
    assert after.segment("t").track_range == TimeRange(7500, 2000)


def test_new_seams_take_the_transition_that_all_others_have() -> None:
    draft = a_draft(a_segment("s1"), a_segment("s2", start_ms=4000, transition=FADE))

    first = insert(draft, [a_segment("new")], 0, PROJECT)
    last = append(draft, [a_segment("new")], PROJECT)

    assert [first.segment(i).transition for i in order(first)] == [None, FADE, FADE]
    assert [last.segment(i).transition for i in order(last)] == [None, FADE, FADE]


def test_a_film_with_hard_cuts_stays_so() -> None:
    after = append(a_film(4000, 4000), [a_segment("new")], PROJECT)

    assert after.segment("new").transition is None


def test_move_takes_the_texts_over_the_shot_along() -> None:
    draft = a_film(1000, 2000, 3000, texts=(a_caption("t", start_ms=0, duration_ms=1000),))

    after = move(draft, "s1", 2, PROJECT)

    assert (order(after), starts(after)) == (["s2", "s3", "s1"], [0, 2000, 5000])
    assert after.segment("t").track_range == TimeRange(5000, 1000)


def test_a_title_opens_the_film_whatever_is_shown_under_it() -> None:
    title = a_caption("t", duration_ms=900, role=TextRole.TITLE)
    draft = a_film(1000, 2000, 3000, texts=(title,))

    after = move(draft, "s1", 2, PROJECT)

    assert after.segment("t").track_range == TimeRange(0, 900)


def test_transitions_stay_with_their_seams() -> None:
    draft = a_draft(
        a_segment("s1"),
        a_segment("s2", start_ms=4000, transition=FADE),
        a_segment("s3", start_ms=8000),
    )

    after = swap(draft, "s1", "s3", PROJECT)

    assert [after.segment(i).transition for i in order(after)] == [None, FADE, None]


def test_swap_keeps_the_gaps_of_the_film() -> None:
    draft = a_draft(
        a_segment("s1", start_ms=500, duration_ms=1000),
        a_segment("s2", start_ms=2500, duration_ms=3000),
    )

    after = swap(draft, "s1", "s2", PROJECT)

    assert (order(after), starts(after)) == (["s2", "s1"], [500, 4500])


@ANY
@given(data=st.data())
def test_swapping_twice_changes_nothing(data: st.DataObject) -> None:
    draft = data.draw(films(min_size=2))
    # No transitions and texts here: those are allowed to become shorter on the way.
    assert draft.main_track is not None
    bare = tuple(replace(s, transition=None) for s in draft.main_track.segments)
    words = draft.track("words")
    draft = draft.with_track(replace(draft.main_track, segments=bare))
    draft = draft.with_track(replace(words, segments=()))
    one, other = data.draw(st.lists(st.sampled_from(order(draft)), min_size=2, max_size=2))

    once = swap(draft, one, other, ASSETS)

    assert swap(once, one, other, ASSETS) == draft


def test_swapping_twice_brings_texts_inside_the_shots_back() -> None:
    texts = (
        a_caption("t1", start_ms=100, duration_ms=800),
        a_caption("t3", start_ms=3500, duration_ms=1500),
    )
    draft = a_film(1000, 2000, 3000, texts=texts)

    once = swap(draft, "s1", "s3", PROJECT)

    assert [once.segment(i).track_range.start_ms for i in ("t1", "t3")] == [5100, 500]
    assert swap(once, "s1", "s3", PROJECT) == draft


def test_a_new_shot_covers_the_canvas_around_its_face() -> None:
    photo = a_photo(faces=(Rect(0.1, 0.3, 0.1, 0.15),))

    shot = segment_of(photo, Canvas(1080, 1920), segment_id="s1", duration_ms=4000)

    # 9:16 shows 37.5 % of the width of a 3:2 photo; the face ends at 20 %.
    assert shot.picture.fit is Fit.COVER
    assert shot.picture.focus[0] == pytest.approx(0.15)


def test_sound_alone_is_no_shot() -> None:
    with pytest.raises(NotUsable, match="sound alone"):
        segment_of(a_song(), Canvas(), segment_id="s1", duration_ms=4000)
