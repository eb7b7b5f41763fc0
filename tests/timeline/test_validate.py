from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from saycut.timeline import (
    FULL,
    Canvas,
    Curve,
    Draft,
    InvalidDraft,
    Keyframe,
    Motion,
    Picture,
    Rect,
    Sound,
    Text,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)
from saycut.timeline.validate import check, problems
from tests.builders import a_caption, a_clip, a_draft, a_photo, a_segment, a_song, by_id

NAN = float("nan")
CROSSFADE = TransitionKind.CROSSFADE


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"track_range": TimeRange(-1, 100)}, "before the film"),
        ({"track_range": TimeRange(0, 0)}, "duration 0 ms"),
        ({"track_range": TimeRange(0, 10**9)}, "longest film"),
        ({"source_start_ms": -5}, "source start -5"),
        ({"speed": Fraction(1000)}, "speed 1000"),
        ({"text": Text("x")}, "belongs on a text track"),
        ({"asset_id": None}, "no asset"),
        ({"picture": Picture(opacity=Curve(()))}, "no keyframe"),
        ({"picture": Picture(opacity=Curve.constant(NAN))}, "opacity nan"),
        ({"picture": Picture(opacity=Curve((Keyframe(5, 1), Keyframe(5, 0))))}, "order of time"),
        ({"picture": Picture(fade_in_ms=3000, fade_out_ms=3000)}, "do not fit"),
        ({"picture": Picture(focus=(2.0, 0.5))}, "focus"),
        ({"picture": Picture(dim=1.5)}, "dim 1.5"),
        ({"picture": Picture(blur=NAN)}, "blur nan"),
        ({"picture": Picture(colour="red")}, "#1a2b3c"),
        ({"picture": Picture(frame=Rect(0, 0, 0, 1))}, "frame"),
        ({"picture": Picture(motion=Motion(Rect(0, 0, 2, 1), Rect(0, 0, 1, 1)))}, "motion start"),
        ({"picture": Picture(motion=Motion(FULL, FULL, begins=Fraction(1)))}, "motion plays"),
        ({"sound": Sound(gain_db=Curve.constant(90.0))}, "gain 90"),
        ({"transition": Transition(CROSSFADE, 500)}, "no neighbour"),
    ],
)
def test_each_broken_rule_is_told_with_its_place(fields: dict[str, Any], words: str) -> None:
    draft = a_draft(replace(a_segment("s1"), **fields))

    found = problems(draft)

    assert any(words in problem and "'s1'" in problem for problem in found), found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"canvas": Canvas(width=1921)}, "canvas width 1921"),
        ({"canvas": Canvas(height=10)}, "canvas height 10"),
        ({"canvas": Canvas(frame_rate=Fraction(0))}, "frame rate 0"),
        ({"canvas": Canvas(background="black")}, "background 'black'"),
        ({"loudness_lufs": 3.0}, "loudness 3.0"),
    ],
)
def test_the_film_as_a_whole_has_rules(change: dict[str, Any], words: str) -> None:
    draft = replace(a_draft(a_segment("s1")), **change)

    assert any(words in problem for problem in problems(draft))


def test_segments_of_a_track_do_not_overlap() -> None:
    late, early = a_segment("b", start_ms=3000), a_segment("a", start_ms=0, duration_ms=4000)
    draft = a_draft(early, late)

    assert "'b' starts at 3000 ms, before 'a' ends at 4000 ms" in problems(draft)[0]


def test_a_transition_is_no_longer_than_either_of_its_segments() -> None:
    short = a_segment("a", duration_ms=400)
    after = a_segment("b", start_ms=400, transition=Transition(CROSSFADE, 401))

    assert "1 to 400 ms do" in problems(a_draft(short, after))[0]


def test_an_id_names_one_thing() -> None:
    draft = a_draft(a_segment("same"), texts=(a_caption("same"),))

    assert problems(draft) == ["id 'same' is used twice; every track and segment needs its own"]


def test_only_video_tracks_have_transitions() -> None:
    track = Track(
        id="t",
        kind=TrackKind.TEXT,
        segments=(replace(a_caption("x"), transition=Transition(CROSSFADE, 5)),),
    )

    assert "only segments of video tracks" in problems(Draft(tracks=(track,)))[0]


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        (a_segment("s", asset_id="gone"), "'gone' is not in the project"),
        (a_segment("s", asset_id="song"), "has no picture"),
        (a_segment("s", asset_id="clip", duration_ms=20_200), "which ends at 20000 ms"),
        (a_segment("s", asset_id="clip", duration_ms=11_000, speed=Fraction(2)), "22000 ms"),
    ],
)
def test_assets_are_used_within_what_they_hold(segment: Any, words: str) -> None:
    assets = by_id(a_photo("photo"), a_clip("clip", duration_ms=20_000), a_song("song"))

    assert any(words in problem for problem in problems(a_draft(segment), assets))


def test_a_still_lasts_as_long_as_one_likes() -> None:
    draft = a_draft(a_segment("s", asset_id="photo", duration_ms=600_000))

    assert problems(draft, by_id(a_photo("photo"))) == []


def test_check_raises_with_all_that_is_wrong() -> None:
    draft = a_draft(a_segment("s1", duration_ms=0, source_start_ms=-1))

    with pytest.raises(InvalidDraft) as caught:
        check(draft)

    assert len(caught.value.problems) == 2


def test_a_billion_segments_are_refused_quickly() -> None:
    crowd = tuple(a_segment(f"s{i}", start_ms=i, duration_ms=1) for i in range(20_001))

    assert any("more than the 20000" in problem for problem in problems(a_draft(*crowd)))
