from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.timeline import (
    FULL,
    Curve,
    Draft,
    Easing,
    Keyframe,
    Motion,
    Rect,
    Sound,
    SoundRole,
    TimeRange,
    UnknownSegment,
    UnknownTrack,
    clock,
    ease,
)
from saycut.timeline.summary import summary
from tests.builders import a_caption, a_clip, a_draft, a_segment, a_song, by_id

rects = st.builds(
    lambda w, h, x, y: Rect(x * (1 - w), y * (1 - h), w, h),
    *(st.floats(0.1, 1) for _ in range(2)),
    *(st.floats(0, 1) for _ in range(2)),
)


@given(rects, rects, st.floats(0, 1))
def test_a_view_between_two_inside_the_picture_is_inside(a: Rect, b: Rect, share: float) -> None:
    view = a.towards(b, share)

    # The size takes a geometric path and the centre goes with it, within rounding.
    assert min(a.width, b.width) - 1e-9 <= view.width <= max(a.width, b.width) + 1e-9
    for end, rect in ((0, a), (1, b)):
        there = a.towards(b, end)
        assert (there.x, there.y, there.width, there.height) == pytest.approx(
            (rect.x, rect.y, rect.width, rect.height)
        )


@given(rects, rects, st.integers(1, 99), st.floats(0, 1))
def test_cutting_a_motion_changes_no_view(a: Rect, b: Rect, percent: int, at: float) -> None:
    whole = Motion(a, b)
    cut = Fraction(percent, 100)

    head, tail = whole.cut_at(cut)

    for part, start, length in ((head, 0.0, float(cut)), (tail, float(cut), float(1 - cut))):
        one, other = part.view(at), whole.view(start + length * at)
        assert (one.x, one.y, one.width) == pytest.approx((other.x, other.y, other.width))


@given(rects, rects, st.sampled_from(Easing), st.floats(-0.5, 1.5))
def test_a_motion_never_looks_beyond_the_picture(
    a: Rect, b: Rect, easing: Easing, progress: float
) -> None:
    view = Motion(a, b, easing).view(progress)

    assert view.x >= 0
    assert view.y >= 0
    assert view.x + view.width <= 1 + 1e-9
    assert view.y + view.height <= 1 + 1e-9


def test_a_linear_move_goes_on_through_a_transition() -> None:
    pan = Motion(Rect(0.1, 0, 0.8, 1), Rect(0.15, 0, 0.8, 1), Easing.LINEAR)

    assert [pan.view(p).x for p in (-0.5, 0, 1, 1.5)] == pytest.approx([0.075, 0.1, 0.15, 0.175])


@pytest.mark.parametrize("easing", Easing)
def test_every_easing_begins_and_ends_where_it_should(easing: Easing) -> None:
    assert (ease(easing, 0), ease(easing, 1)) == (0, 1)
    assert ease(easing, -3) == 0
    assert ease(easing, 7) == 1


@given(st.integers(-5000, 5000), st.integers(-3000, 3000))
def test_a_shifted_curve_has_its_values_later(at_ms: int, by_ms: int) -> None:
    curve = Curve((Keyframe(0, 0.0), Keyframe(1000, 1.0, Easing.EASE_OUT), Keyframe(1500, 0.25)))

    assert curve.shifted(by_ms).at(at_ms + by_ms) == curve.at(at_ms)


def test_a_curve_stays_before_its_first_and_after_its_last_keyframe() -> None:
    curve = Curve((Keyframe(100, 2.0), Keyframe(200, 4.0)))

    assert [curve.at(t) for t in (-50, 100, 150, 200, 900)] == [2, 2, 3, 4, 4]
    assert not curve.is_constant


def test_a_segment_knows_the_media_time_of_a_moment() -> None:
    segment = a_segment(start_ms=1000, duration_ms=4000, source_start_ms=500, speed=Fraction(2))

    assert segment.source_ms(2500) == 3500
    assert segment.source_range == TimeRange(500, 8000)


def test_a_free_id_is_borne_by_nothing() -> None:
    draft = a_draft(a_segment("s2"), texts=(a_caption("s7x"),))

    assert draft.free_id("s") == "s3"
    assert Draft().free_id("s") == "s1"


def test_unknown_ids_are_named_with_those_there_are() -> None:
    draft = a_draft(a_segment("s1"))

    with pytest.raises(UnknownSegment, match=r"'s9'.*the draft has s1"):
        draft.segment("s9")
    with pytest.raises(UnknownTrack, match="'t9'"):
        draft.track("t9")


def test_the_summary_reads_as_clients_print_it() -> None:
    assets = by_id(a_clip("clip", name="city timelapse"), a_song("song", name="Lo-fi"))
    draft = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=10_000),
        texts=(a_caption("x1", "Urban Dreams", duration_ms=3000),),
        sounds=(
            a_segment(
                "m1",
                asset_id="song",
                duration_ms=10_000,
                sound=Sound(gain_db=Curve.constant(-9.12), role=SoundRole.MUSIC),
            ),
        ),
    )

    told = summary(draft, assets)

    assert told.startswith("Timeline (3 tracks):\n")
    assert "Video: city timelapse (0-10s)" in told
    assert "BGM: Lo-fi (0-10s, 35%)" in told
    assert '"Urban Dreams" (0-3s)' in told
    assert summary(Draft(), {}) == "Timeline (0 tracks): nothing yet"


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [(0, "0:00"), (7500, "0:07.5"), (59_960, "1:00"), (62_000, "1:02"), (3_723_000, "1:02:03")],
)
def test_a_clock_reads_as_people_write_it(at_ms: int, text: str) -> None:
    assert clock(at_ms) == text


def test_a_range_is_half_open() -> None:
    span = TimeRange.between(10, 20)

    assert span.contains(10)
    assert not span.contains(20)
    assert not span.overlaps(TimeRange(20, 5))
    assert span.cut_at(12) == (TimeRange(10, 2), TimeRange(12, 8))
    assert span.shifted(-10) == TimeRange(0, 10)
    assert Motion(FULL, FULL).view(0.5) == FULL
