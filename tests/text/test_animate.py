from itertools import pairwise, product

import pytest

from saycut.text import Part, Pose, Typeset, poses, resting_ms, typeset
from saycut.timeline import Canvas, Position, Text, TextAnimation, TextRole, TextStyle

CANVAS = Canvas(640, 360)
MOVING = [animation for animation in TextAnimation if animation is not TextAnimation.NONE]
AT_REST = Pose(1.0, 0.0, 0.0)


def a_title(animation: TextAnimation, position: Position | None = None) -> tuple[Text, Typeset]:
    text = Text("Golden Hour\nin the hills", TextRole.TITLE, animation=animation, position=position)
    return text, typeset(text, CANVAS)


@pytest.mark.parametrize(("animation", "duration_ms"), list(product(TextAnimation, (3000, 700))))
def test_every_sprite_is_at_rest_in_the_resting_span(
    animation: TextAnimation, duration_ms: int
) -> None:
    text, done = a_title(animation)

    start_ms, end_ms = resting_ms(text, duration_ms)

    assert start_ms < end_ms
    for at_ms in (start_ms, (start_ms + end_ms) / 2, end_ms - 0.001):
        assert set(poses(done, text, CANVAS, at_ms, duration_ms)) == {AT_REST}


@pytest.mark.parametrize(("role", "duration_ms"), list(product(TextRole, (1, 40, 900, 5000))))
def test_coming_and_going_leave_three_fifths_for_reading(role: TextRole, duration_ms: int) -> None:
    start_ms, end_ms = resting_ms(Text("Hills", role), duration_ms)

    assert 0 <= start_ms <= end_ms <= duration_ms
    assert end_ms - start_ms >= 0.6 * duration_ms


@pytest.mark.parametrize("animation", MOVING)
def test_nothing_is_seen_at_the_first_and_the_last_moment(animation: TextAnimation) -> None:
    text, done = a_title(animation)

    for at_ms in (-50, 0, 3000, 3050):
        assert all(pose.opacity == 0 for pose in poses(done, text, CANVAS, at_ms, 3000))


@pytest.mark.parametrize("animation", MOVING)
def test_sprites_move_without_jumps(animation: TextAnimation) -> None:
    text, done = a_title(animation)

    frames = [poses(done, text, CANVAS, at_ms, 3000) for at_ms in range(0, 3001, 10)]

    for before, after in pairwise(frames):
        for one, other in zip(before, after, strict=True):
            assert 0 <= other.opacity <= 1
            assert abs(other.opacity - one.opacity) < 0.06
            assert abs(other.dx_px - one.dx_px) + abs(other.dy_px - one.dy_px) < 2


def test_lines_follow_one_another() -> None:
    text, done = a_title(TextAnimation.FADE)

    _, lead, support = poses(done, text, CANVAS, 200, 3000)

    assert lead.opacity > support.opacity > 0


def test_rising_letters_come_from_below_and_a_scrim_stays() -> None:
    text, done = a_title(TextAnimation.RISE)

    for sprite, pose in zip(done.sprites, poses(done, text, CANVAS, 150, 3000), strict=True):
        assert pose.dx_px == 0
        assert (pose.dy_px > 0) is (sprite.part is Part.LINE)


@pytest.mark.parametrize(
    ("position", "side"), [(Position.BOTTOM_LEFT, -1), (Position.BOTTOM_RIGHT, 1)]
)
def test_sliding_letters_come_from_the_side_they_stand_at(position: Position, side: int) -> None:
    text, done = a_title(TextAnimation.SLIDE, position)

    line = poses(done, text, CANVAS, 150, 3000)[-2]

    assert line.dx_px * side > 0
    assert line.dy_px == 0


def test_box_and_bar_travel_together() -> None:
    text = Text("Ada", TextRole.LOWER_THIRD, TextStyle.BOLD, TextAnimation.SLIDE)

    plate, rule, _ = poses(typeset(text, CANVAS), text, CANVAS, 120, 3000)

    assert plate == rule
    assert plate.dx_px < 0


def test_a_text_without_sprites_has_no_poses() -> None:
    text = Text(" ")

    assert poses(typeset(text, CANVAS), text, CANVAS, 0, 1000) == ()
