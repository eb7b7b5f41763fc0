from dataclasses import replace
from fractions import Fraction

import pytest

from saycut.edit.canvas import frame_rate_of, set_canvas, size_of
from saycut.edit.errors import NothingToEdit
from saycut.edit.looks import (
    set_fades,
    set_film_fades,
    set_fit,
    set_focus,
    set_motion,
    set_motion_kind,
    set_opacity,
)
from saycut.edit.motions import MotionKind, kind_of, motion_for
from saycut.edit.order import append, segment_of
from saycut.edit.seams import set_transition, set_transitions
from saycut.timeline import (
    FULL,
    Canvas,
    Curve,
    Draft,
    Fit,
    Motion,
    Rect,
    Transition,
    TransitionKind,
)
from tests.builders import a_draft, a_film, a_photo, a_segment, by_id

PHOTO = a_photo(focus=(0.8, 0.5))
PROJECT = by_id(PHOTO)
PORTRAIT = Canvas(1080, 1920)
FADE = TransitionKind.CROSSFADE


def a_framed_film() -> Draft:
    shot = segment_of(PHOTO, Canvas(), segment_id="s1", duration_ms=6000)
    return append(Draft(), [shot], PROJECT)


def test_a_move_is_made_anew_for_another_fit_and_another_focus() -> None:
    moving = set_motion_kind(a_framed_film(), "s1", MotionKind.ZOOM_IN, PROJECT)

    contained = set_fit(moving, "s1", Fit.CONTAIN, PROJECT).segment("s1").picture
    focused = set_focus(moving, "s1", (0.1, 0.5), PROJECT).segment("s1").picture

    for picture in (contained, focused):
        expected = motion_for(MotionKind.ZOOM_IN, PHOTO, picture, Canvas(), 6000)
        assert picture.motion == expected != moving.segment("s1").picture.motion


def test_a_move_with_rectangles_of_its_own_stays() -> None:
    own = Motion(FULL, Rect(0.1, 0.1, 0.5, 0.5))
    moving = set_motion(a_framed_film(), "s1", own)

    assert set_fit(moving, "s1", Fit.STRETCH, PROJECT).segment("s1").picture.motion == own
    assert set_canvas(moving, PORTRAIT, PROJECT).segment("s1").picture.motion == own


def test_no_kind_of_move_stands_still() -> None:
    moving = set_motion_kind(a_framed_film(), "s1", MotionKind.PAN_LEFT, PROJECT)

    assert set_motion_kind(moving, "s1", None, PROJECT) == a_framed_film()


def test_opacity_is_what_was_asked() -> None:
    after = set_opacity(a_film(4000), "s1", Curve.constant(0.4))

    assert after.segment("s1").picture.opacity.at(1000) == 0.4


def test_fades_fit_into_the_shot_and_the_fade_out_is_kept() -> None:
    after = set_fades(a_film(1000), "s1", in_ms=800, out_ms=700)
    again = set_fades(after, "s1", in_ms=0)

    picture = after.segment("s1").picture
    assert (picture.fade_in_ms, picture.fade_out_ms) == (300, 700)
    assert again.segment("s1").picture.fade_out_ms == 700


def test_a_film_fades_in_with_its_first_shot_and_out_with_its_last() -> None:
    after = set_film_fades(a_film(4000, 4000, 4000), in_ms=500, out_ms=1000)

    fades = [(s.picture.fade_in_ms, s.picture.fade_out_ms) for s in after.segments()]
    assert fades == [(500, 0), (0, 0), (0, 1000)]
    assert set_film_fades(Draft(), in_ms=500) == Draft()


def test_a_canvas_of_another_shape_moves_towards_the_subject_again() -> None:
    moving = set_motion_kind(a_framed_film(), "s1", MotionKind.ZOOM_IN, PROJECT)

    after = set_canvas(moving, PORTRAIT, PROJECT).segment("s1").picture

    assert after.fit is Fit.COVER
    assert after.motion == motion_for(MotionKind.ZOOM_IN, PHOTO, after, PORTRAIT, 6000)


def test_a_portrait_photo_fills_a_portrait_canvas_and_lies_on_blur_in_landscape() -> None:
    photo = a_photo(width=2000, height=3000)
    shot = segment_of(photo, Canvas(), segment_id="s1", duration_ms=6000)
    draft = append(Draft(), [shot], by_id(photo))

    upright = set_canvas(draft, PORTRAIT, by_id(photo))
    back = set_canvas(upright, Canvas(), by_id(photo))

    assert upright.segment("s1").picture.fit is Fit.COVER
    assert back == draft


def test_a_fit_and_a_focus_that_the_user_chose_stay() -> None:
    draft = set_fit(a_framed_film(), "s1", Fit.STRETCH, PROJECT)
    draft = set_focus(draft, "s1", (0.11, 0.22), PROJECT)

    after = set_canvas(draft, PORTRAIT, PROJECT).segment("s1").picture

    assert (after.fit, after.focus) == (Fit.STRETCH, (0.11, 0.22))


def test_another_rate_touches_no_picture() -> None:
    draft = a_framed_film()
    canvas = replace(Canvas(), frame_rate=Fraction(60))

    assert set_canvas(draft, canvas, PROJECT) == draft.with_canvas(canvas)


def test_a_plain_colour_needs_no_reframing() -> None:
    draft = a_draft(a_segment("s1", asset_id=None))

    assert set_canvas(draft, PORTRAIT, PROJECT) == draft.with_canvas(PORTRAIT)


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("16/9", (1920, 1080)), ("9/16", (1080, 1920)), ("4/5", (1080, 1350)), ("1", (1080, 1080))],
)
def test_sizes_of_the_shapes_people_name(aspect: str, size: tuple[int, int]) -> None:
    assert size_of(Fraction(aspect)) == size


def test_rounded_rates_mean_what_cameras_do() -> None:
    assert frame_rate_of("29.97") == Fraction(30000, 1001)
    assert frame_rate_of("24000/1001") == Fraction(24000, 1001)
    assert frame_rate_of("25") == 25


def test_a_transition_takes_at_most_a_quarter_of_the_shorter_shot_unless_asked() -> None:
    draft = a_film(4000, 2000, 9000)

    usual = set_transitions(draft, FADE)
    long = set_transitions(draft, FADE, 5000)

    assert [s.transition for s in usual.segments()] == [
        None,
        Transition(FADE, 500),
        Transition(FADE, 500),
    ]
    assert long.segment("s3").transition == Transition(FADE, 1000)


def test_one_seam_or_all_can_go_back_to_a_cut() -> None:
    draft = set_transitions(a_film(4000, 4000, 4000), FADE)

    one = set_transition(draft, "s2", None)

    assert [s.transition is None for s in one.segments()] == [True, True, False]
    assert set_transitions(draft, None) == a_film(4000, 4000, 4000)


def test_shots_too_short_for_any_transition_keep_a_cut() -> None:
    after = set_transitions(a_film(1, 4000), FADE)

    assert after == a_film(1, 4000)


def test_a_shot_without_a_neighbour_before_it_has_no_seam() -> None:
    apart = a_draft(a_segment("s1"), a_segment("s2", start_ms=5000))

    with pytest.raises(NothingToEdit, match="no picture ends where it begins"):
        set_transition(apart, "s2", FADE)
    with pytest.raises(NothingToEdit, match="no two shots"):
        set_transitions(apart, FADE)


def test_kinds_of_moves_are_found_again() -> None:
    for kind in MotionKind:
        draft = set_motion_kind(a_framed_film(), "s1", kind, PROJECT)
        motion = draft.segment("s1").picture.motion
        assert motion is not None
        assert kind_of(motion) is kind
