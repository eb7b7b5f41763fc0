from saycut.client import State, changes_between, timeline_of
from saycut.client.timelines import duration_ms_of, has_segments
from tests.client.hosted import a_draft, a_segment


def a_state(*tracks: tuple[int, list[dict[str, object]]]) -> State:
    return State(draft=a_draft(*tracks))


def test_a_timeline_is_told_from_the_short_form_alone() -> None:
    state = a_state(
        (0, [a_segment("city timelapse", 0, 10_000)]),
        (1, [a_segment("Lo-fi", 0, 10_000, volume=35)]),
        (7, [a_segment("Urban Dreams", 0, 3000)]),
    )

    assert timeline_of(state).splitlines() == [
        "Timeline (3 tracks):",
        "1. Video: city timelapse (0-10s)",
        "2. Audio: Lo-fi (0-10s, 35%)",
        '3. Text: "Urban Dreams" (0-3s)',
    ]


def test_drafts_that_lack_almost_everything_are_told_all_the_same() -> None:
    state = State.model_validate({"draft": '{"t": [{"tt": 0, "sg": [{"d": 2000}, {"d": 500}]}]}'})

    assert timeline_of(state).endswith("1. Video: unnamed (0-2s); Video: unnamed (2-2.5s)")
    assert duration_ms_of(state.draft) == 2500


def test_nonsense_is_an_empty_timeline() -> None:
    drafts: list[object] = [None, "no json", [], {"t": "x"}, {"t": [1, {"sg": [2]}]}]
    for draft in drafts:
        state = State.model_validate({"draft": draft})
        assert timeline_of(state) == "Timeline (0 tracks): nothing yet"
        assert not has_segments(state.draft)


def test_each_difference_is_told_with_before_and_after() -> None:
    old = a_state((0, [a_segment("a", 0), a_segment("b", 4000), a_segment("c", 8000)]))
    changed = a_segment("a", 0) | {"x": "different"}
    moved = a_segment("b", 5000, 3000)
    new = a_state((0, [changed, moved]), (1, [a_segment("d", volume=20)]))

    assert changes_between(old, new) == (
        "Added Audio: d (0-4s, 20%)",
        "Removed Video: c (8-12s)",
        "Video: a (0-4s) looks or sounds different",
        "Video: b: 4-8s -> 5-8s",
        "Length: 12 s -> 8 s",
    )


def test_equal_timelines_differ_in_nothing() -> None:
    state = a_state((0, [a_segment("a"), a_segment("a", 4000)]))

    assert changes_between(state, state) == ()
