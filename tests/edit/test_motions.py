from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit.framing import fit_for, focus_for, picture_for, subject_in_view, subject_of
from saycut.edit.motions import MotionKind, kind_of, motion, motion_for
from saycut.timeline import FULL, Canvas, Fit, Motion, Picture, Rect
from tests.builders import a_photo
from tests.strategies import patiently

ANY = patiently(60)
LANDSCAPE, PORTRAIT = Canvas(1920, 1080), Canvas(1080, 1920)
MOMENTS = [n / 40 for n in range(41)]


@st.composite
def boxes(draw: st.DrawFn) -> Rect:
    width, height = draw(st.floats(0, 1)), draw(st.floats(0, 1))
    return Rect(
        draw(st.floats(0, 1)) * (1 - width), draw(st.floats(0, 1)) * (1 - height), width, height
    )


def holds(view: Rect, box: Rect) -> bool:
    slack = 1e-9
    return (
        view.x <= box.x + slack
        and view.y <= box.y + slack
        and view.x + view.width >= box.x + box.width - slack
        and view.y + view.height >= box.y + box.height - slack
    )


@ANY
@given(kind=st.sampled_from(MotionKind), subject=boxes(), duration_ms=st.integers(1, 20_000))
def test_a_move_never_leaves_the_picture_and_never_cuts_its_subject(
    kind: MotionKind, subject: Rect, duration_ms: int
) -> None:
    move = motion(kind, subject, duration_ms)

    for moment in MOMENTS if move else []:
        assert move
        view = move.view(moment)
        assert holds(FULL, view)
        assert holds(view, subject)


@ANY
@given(kind=st.sampled_from(MotionKind), subject=boxes(), duration_ms=st.integers(1, 20_000))
def test_a_move_is_slow_and_small(kind: MotionKind, subject: Rect, duration_ms: int) -> None:
    move = motion(kind, subject, duration_ms)

    if move is None:
        return
    step_s = duration_ms / 1000 / 40
    for one, other in pairwise(move.view(m) for m in MOMENTS):
        edges = abs(other.x - one.x), abs(other.y - one.y), abs(other.width - one.width)
        # Sizes change geometrically, which is a little faster at one end.
        assert max(edges) <= 0.04 * step_s * 1.15
    assert 1 - min(move.start.width, move.end.width) <= 0.12 + 1e-9
    assert kind_of(move) is kind


@pytest.mark.parametrize("kind", MotionKind)
def test_a_subject_that_fills_the_view_stands_still(kind: MotionKind) -> None:
    assert motion(kind, FULL, 6000) is None


def test_a_zoom_leaves_its_subject_where_it_is_on_the_screen() -> None:
    move = motion(MotionKind.ZOOM_IN, Rect(0.25, 0.5, 0.0, 0.0), 6000)

    assert move is not None
    end = move.end
    assert ((0.25 - end.x) / end.width, (0.5 - end.y) / end.height) == pytest.approx((0.25, 0.5))
    assert end.width == pytest.approx(0.88)


def test_a_move_that_stands_still_has_no_direction() -> None:
    assert kind_of(Motion(FULL, FULL)) is None


def test_a_cover_shows_a_face_at_the_edge_of_a_photo_whole() -> None:
    photo = a_photo(width=3000, height=2000, faces=(Rect(0.8, 0.3, 0.15, 0.2),))

    picture = picture_for(photo, PORTRAIT)
    face = subject_in_view(photo, picture, PORTRAIT)

    assert picture.fit is Fit.COVER
    assert face.x >= 0 and face.x + face.width <= 1
    # 37.5 % of the width is seen: the face of 15 % takes 40 % of it.
    assert face.width == pytest.approx(0.4)


def test_people_who_do_not_fit_into_a_cover_are_shown_whole() -> None:
    photo = a_photo(faces=(Rect(0.1, 0.3, 0.1, 0.1), Rect(0.8, 0.3, 0.1, 0.1)))

    assert fit_for(photo, PORTRAIT) is Fit.CONTAIN
    assert fit_for(photo, LANDSCAPE) is Fit.COVER
    group = subject_of(photo)
    # The faces, and above them 45 % of their height for hair.
    assert (group.x, group.width) == pytest.approx((0.1, 0.8))
    assert (group.y, group.y + group.height) == pytest.approx((0.255, 0.4))
    assert focus_for(photo, PORTRAIT)[0] == pytest.approx(0.5)


def test_a_portrait_in_landscape_lies_on_its_own_blurred_self() -> None:
    portrait = a_photo(width=2000, height=3000)

    assert fit_for(portrait, LANDSCAPE) is Fit.CONTAIN
    assert fit_for(portrait, PORTRAIT) is Fit.COVER


def test_a_whole_picture_is_seen_smaller_than_its_frame() -> None:
    portrait = a_photo(width=1000, height=2000, faces=(Rect(0.0, 0.0, 1.0, 0.5),))

    # 1:2 in 16:9 takes 9/32 of the width.
    face = subject_in_view(portrait, Picture(fit=Fit.CONTAIN), LANDSCAPE)

    assert face.x == pytest.approx((1 - 9 / 32) / 2)
    assert (face.width, face.height) == pytest.approx((9 / 32, 0.5))


def test_a_stretched_picture_keeps_its_shares() -> None:
    face = Rect(0.1, 0.2, 0.3, 0.4)
    picture = Picture(fit=Fit.STRETCH)

    seen = subject_in_view(a_photo(faces=(face,)), picture, PORTRAIT)

    assert (seen.x, seen.y, seen.width, seen.height) == pytest.approx((0.1, 0.02, 0.3, 0.58))


def test_a_photo_that_a_cover_would_blow_up_is_shown_whole() -> None:
    small, large = a_photo(width=451, height=300), a_photo(width=1280, height=720)

    assert fit_for(small, LANDSCAPE) is Fit.CONTAIN
    assert fit_for(large, LANDSCAPE) is Fit.COVER


def test_a_media_of_unknown_size_is_taken_as_it_is() -> None:
    unknown = a_photo(width=0, height=0, focus=(0.2, 0.3))

    assert picture_for(unknown, LANDSCAPE) == Picture(focus=(0.2, 0.3))
    assert motion_for(MotionKind.PAN_UP, None, Picture(), LANDSCAPE, 6000) is not None
