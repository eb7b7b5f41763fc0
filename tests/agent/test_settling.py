"""After an edit: words rest beside transitions, moves differ, the card can still be read."""

from itertools import pairwise

import pytest

from saycut.agent.retiming import closing_of
from saycut.edit.motions import MotionKind, kind_of
from saycut.timeline import Draft, TextRole, TrackKind
from tests.agent.projects import PROMO, said, shots, talk, texts


def _is_clear_of_seams(draft: Draft) -> bool:
    seams = [(s.track_range.start_ms, s.transition) for s in shots(draft)]
    spans = [s.track_range for s in draft.segments(TrackKind.TEXT)]
    return all(
        span.end_ms <= at - transition.duration_ms // 2
        or span.start_ms >= at + transition.duration_ms // 2
        for at, transition in seams
        if transition
        for span in spans
    )


@pytest.mark.parametrize(
    "request_", ["make it 15 seconds", "make it 20 seconds", "make it 40 seconds", "faster pace"]
)
def test_words_of_a_film_given_another_length_stay_out_of_its_transitions(request_: str) -> None:
    draft = said(request_).draft

    assert _is_clear_of_seams(draft)


def test_the_card_of_a_shorter_film_moves_no_faster() -> None:
    draft = said("make it 15 seconds").draft

    card = closing_of(draft)
    assert card is not None
    move = card.shot.picture.motion
    assert move is not None
    travel = abs(move.end.width - move.start.width)
    assert travel / (card.shot.track_range.duration_ms / 1000) <= 0.03


def test_names_that_can_no_longer_be_read_go_and_that_is_said() -> None:
    turn = said("make it 12 seconds")

    assert texts(turn.draft, TextRole.LOWER_THIRD) == []
    assert "too short for captions" in turn.reply


@pytest.mark.parametrize(
    "request_",
    ["swap photo 2 and 3", "swap photo 1 and 4", "remove photo 2", "move photo 4 to the start"],
)
def test_no_two_shots_in_a_row_move_alike_after_the_order_changed(request_: str) -> None:
    draft = said(request_).draft

    moves = [s.picture.motion and kind_of(s.picture.motion) for s in shots(draft)]
    assert not any(a and a is b for a, b in pairwise(moves))


def test_moves_that_somebody_asked_for_stay() -> None:
    _, _, _, last = talk(PROMO, "zoom in on photo 2", "zoom in on photo 4", "swap photo 3 and 4")

    moves = {s.asset_id: s.picture.motion for s in shots(last.draft)[:5]}
    assert {kind_of(m) for m in (moves["a1"], moves["a4"]) if m} == {MotionKind.ZOOM_IN}


def test_a_photo_taken_out_is_told_as_a_person_would() -> None:
    _, turn = talk("create a 15-second promo", "remove the last photo")

    first = turn.reply.splitlines()[0]
    assert turn.draft.duration_ms % 1000 == 0
    assert "“Sunset”" in first
    assert "closing card now stands on “Picos de Europa”" in first
    assert "media" not in turn.reply
    assert "•" not in turn.reply
    card = closing_of(turn.draft)
    assert card is not None
    assert card.text.track_range.duration_ms >= 2_700


def test_a_request_in_another_language_learns_which_ones_there_are() -> None:
    assert "German" in said("сделай видео короче").reply
    assert "German" not in said("frobnicate the wibble").reply
