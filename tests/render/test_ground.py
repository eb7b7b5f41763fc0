"""How light it gets behind a text: worked out from facts, for every text of a plan."""

from typing import Any

import pytest

from saycut.render import plan_render
from saycut.render.plan import TextDraw
from saycut.timeline import (
    Asset,
    Canvas,
    Facts,
    Fit,
    Motion,
    Picture,
    Position,
    Rect,
    Segment,
    TextRole,
    Transition,
    TransitionKind,
)
from tests.builders import a_caption, a_draft, a_photo, a_segment, by_id

WIDE = Canvas(640, 360)
TALL = Canvas(360, 640)
# A light sky at the upper right, a dark wood at the bottom.
LIGHTS = (0.5, 0.6, 0.9, 0.4, 0.45, 0.7, 0.1, 0.2, 0.3)


def a_known(name: str = "photo", lights: tuple[float, ...] = LIGHTS, **fields: Any) -> Asset:
    return a_photo(name, width=1600, height=900, facts=Facts(lights=lights), **fields)


def ground(
    *segments: Segment,
    words: Segment | None = None,
    canvas: Canvas = WIDE,
    media: tuple[Asset, ...] = (),
) -> float:
    """Give the ground of the first text on its first frame."""
    words = words or a_caption(duration_ms=2000, role=TextRole.TITLE)
    assets = by_id(a_known(), *media)
    plan = plan_render(a_draft(*segments, texts=(words,)), assets, canvas)
    first = round(words.track_range.start_ms * canvas.frame_rate / 1000)
    (draw,) = (d for d in plan.draws(first) if isinstance(d, TextDraw))
    return draw.ground


@pytest.mark.parametrize(
    ("position", "light"),
    [(Position.TOP_LEFT, 0.9), (Position.CENTER, 0.7), (Position.BOTTOM_CENTER, 0.3)],
)
def test_the_lightest_part_of_the_row_behind_the_text_counts(
    position: Position, light: float
) -> None:
    words = a_caption(role=TextRole.TITLE, position=position)

    assert ground(a_segment(), words=words) == pytest.approx(light)


def test_a_role_stands_in_its_own_row() -> None:
    assert ground(a_segment(), words=a_caption(role=TextRole.CAPTION)) == pytest.approx(0.3)


def test_what_is_not_known_counts_as_white() -> None:
    unknown = a_photo("unknown")

    assert ground(a_segment(asset_id="unknown"), media=(unknown,)) == 1.0


def test_a_dimmed_picture_is_darker_and_a_blurred_one_less_extreme() -> None:
    dimmed = ground(a_segment(picture=Picture(dim=0.5)))
    blurred = ground(a_segment(picture=Picture(blur=0.02)))

    assert dimmed == pytest.approx(0.35)
    # Half way between the lightest (0.7) and the mean of its row (0.517), rounded up.
    assert blurred == pytest.approx(0.65)


def test_lights_are_rounded_up_in_steps() -> None:
    found = [
        ground(a_segment(), media=(a_known(lights=(light,) * 9),)) for light in (0.51, 0.54, 0.55)
    ]

    assert found == pytest.approx([0.55] * 3)


def test_of_all_shots_that_show_with_the_text_the_lightest_counts() -> None:
    light, lightest = a_known("light", (0.8,) * 9), a_known("lightest", (0.95,) * 9)
    shots = (
        a_segment("a", duration_ms=2000),
        a_segment("b", asset_id="light", start_ms=2000, duration_ms=2000),
        a_segment("c", asset_id="lightest", start_ms=4000, duration_ms=2000),
    )
    words = [
        a_caption(role=TextRole.TITLE, start_ms=start, duration_ms=1500) for start in (0, 1500)
    ]

    found = [ground(*shots, words=text, media=(light, lightest)) for text in words]

    assert found == pytest.approx([0.7, 0.8])


def test_a_shot_that_comes_in_by_a_transition_counts_from_its_first_frame() -> None:
    light = a_known("light", (0.95,) * 9)
    fade = Transition(TransitionKind.CROSSFADE, 1000)
    shots = (
        a_segment("a", duration_ms=2000),
        a_segment("b", asset_id="light", start_ms=2000, duration_ms=2000, transition=fade),
    )
    words = a_caption(role=TextRole.TITLE, duration_ms=1800)

    assert ground(*shots, words=words, media=(light,)) == pytest.approx(0.95)


def test_only_what_the_canvas_shows_of_a_picture_counts() -> None:
    # A tall canvas shows a third of a wide photo's width: its middle, or what is in focus.
    middle = ground(a_segment(), canvas=TALL)
    right = ground(a_segment(picture=Picture(focus=(1.0, 0.5))), canvas=TALL)

    assert (middle, right) == pytest.approx((0.45, 0.7))


def test_a_move_brings_other_rows_behind_the_text() -> None:
    up = Motion(Rect(0, 0.5, 0.5, 0.5), Rect(0.5, 0, 0.5, 0.5))

    assert ground(a_segment(picture=Picture(motion=up))) == pytest.approx(0.9)


def test_a_contained_picture_may_show_any_part_in_its_backdrop() -> None:
    words = a_caption(role=TextRole.CAPTION)

    found = ground(a_segment(picture=Picture(fit=Fit.CONTAIN)), words=words, canvas=TALL)

    assert found == pytest.approx(0.9)


def test_a_plain_colour_is_as_light_as_it_looks() -> None:
    card = a_segment(asset_id=None, picture=Picture(colour="#808080"))

    assert ground(card) == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("background", "light"), [("#000000", 0.7), ("#ffffff", 1.0), ("#cccccc", 0.8)]
)
@pytest.mark.parametrize(
    "picture",
    [Picture(frame=Rect(0, 0, 1, 0.9)), Picture(fade_in_ms=500)],
    ids=["smaller", "faded"],
)
def test_the_background_counts_where_it_is_seen(
    picture: Picture, background: str, light: float
) -> None:
    canvas = Canvas(640, 360, background=background)

    assert ground(a_segment(picture=picture), canvas=canvas) == pytest.approx(light)


def test_the_background_counts_where_there_is_no_picture_and_not_behind_one() -> None:
    canvas = Canvas(640, 360, background="#cccccc")
    early, late = (a_caption(role=TextRole.TITLE, duration_ms=ms) for ms in (2000, 3000))
    film = (a_segment(duration_ms=2500), a_segment("late", start_ms=5000))

    found = [ground(*film, words=words, canvas=canvas) for words in (early, late)]

    assert found == pytest.approx([0.7, 0.8])


def test_a_picture_beside_the_text_does_not_count() -> None:
    inset = a_segment(picture=Picture(frame=Rect(0.5, 0.0, 0.5, 0.3)))

    assert ground(inset, words=a_caption(role=TextRole.CAPTION)) == 0.0
