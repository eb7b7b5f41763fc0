from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.agent.rhythm import Beats, borders_of, shared
from tests.strategies import patiently

INF = float("inf")


def test_time_is_shared_by_weight() -> None:
    assert shared(10_000, [2, 1, 1, 1], [INF] * 4) == [4000, 2000, 2000, 2000]


def test_what_one_cannot_take_the_others_get() -> None:
    assert shared(10_000, [1, 1, 1], [2000, INF, INF]) == [2000, 4000, 4000]


def test_without_room_the_last_go_beyond_their_limits() -> None:
    assert sum(shared(10_000, [1, 1], [2000, 3000])) == pytest.approx(10_000)


def test_a_seam_prefers_the_beat_that_begins_a_bar() -> None:
    beats = Beats((4800, 5000, 5250), frozenset({5250}))

    borders = borders_of([5000, 5000], [INF, INF], beats)

    assert borders == (0, 5250, 10_000)


def test_a_seam_without_a_beat_near_stays_where_it_was() -> None:
    assert borders_of([5000, 5000], [INF, INF], Beats((100, 9900))) == (0, 5000, 10_000)


@patiently(80)
@given(
    st.lists(st.integers(1500, 6000), min_size=1, max_size=20),
    st.integers(300, 700),
    st.integers(0, 500),
)
def test_all_seams_lie_on_a_steady_beat(lengths: list[int], step: int, first: int) -> None:
    beats = tuple(range(first, sum(lengths) + 1, step))

    borders = borders_of(lengths, [INF] * len(lengths), Beats(beats, frozenset(beats[::4])))

    assert borders[0] == 0
    assert borders[-1] == sum(lengths)
    assert set(borders[1:-1]) <= set(beats)
    assert all(a < b for a, b in pairwise(borders))


@patiently(80)
@given(
    st.lists(st.integers(1, 9000), min_size=1, max_size=20),
    st.lists(st.integers(0, 60_000), max_size=40),
)
def test_any_beats_leave_the_total_and_the_order(lengths: list[int], beats: list[int]) -> None:
    borders = borders_of(lengths, [INF] * len(lengths), Beats(tuple(sorted(set(beats)))))

    assert borders[-1] == sum(lengths)
    assert all(a <= b for a, b in pairwise(borders))
    assert len(borders) == len(lengths) + 1
