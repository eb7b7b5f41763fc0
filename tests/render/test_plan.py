from fractions import Fraction

import pytest
from hypothesis import given

from saycut.render import NothingToRender, plan_render
from saycut.render.geometry import fitted_view, moved_view
from saycut.render.plan import ColourDraw, PictureDraw, RenderPlan, TextDraw
from saycut.timeline import (
    Canvas,
    Draft,
    Fit,
    Motion,
    Picture,
    Rect,
    Transition,
    TransitionKind,
)
from tests.builders import a_caption, a_clip, a_draft, a_photo, a_segment, by_id
from tests.strategies import ASSETS, drafts

CANVAS = Canvas(640, 360)
MEDIA = by_id(a_photo("photo", width=1600, height=900), a_clip("clip", width=1280, height=720))


def plan_of(*segments: object, **others: object) -> RenderPlan:
    return plan_render(a_draft(*segments, **others), MEDIA, CANVAS)  # type: ignore[arg-type]


@given(drafts())
def test_every_valid_draft_has_a_plan_for_every_frame(draft: Draft) -> None:
    if draft.duration_ms < 1000:
        return
    plan = plan_render(draft, ASSETS, draft.canvas)

    for frame in range(0, plan.frame_count, 7):
        assert all(0 < getattr(draw, "opacity", 1) <= 1 for draw in plan.draws(frame))


def test_an_empty_draft_cannot_be_rendered() -> None:
    with pytest.raises(NothingToRender, match="add a photo"):
        plan_render(Draft(), {}, CANVAS)


def test_neighbours_share_no_frame_and_leave_none_out() -> None:
    # 1001 ms and 2034 ms lie between frames; the border is the nearest one.
    a = a_segment("a", duration_ms=1001)
    b = a_segment("b", asset_id="clip", start_ms=1001, duration_ms=1033)

    plan = plan_of(a, b)

    shown = [[d.reader for d in plan.draws(i) if isinstance(d, PictureDraw)] for i in range(61)]
    assert shown == [["a"]] * 30 + [["b"]] * 31


def test_a_crossfade_lies_half_on_each_side_of_its_seam() -> None:
    a = a_segment("a", duration_ms=1000)
    b = a_segment(
        "b", start_ms=1000, duration_ms=1000, transition=Transition(TransitionKind.CROSSFADE, 400)
    )
    plan = plan_of(a, b)

    both = [i for i in range(60) if len(plan.draws(i)) == 2]
    shares = [plan.draws(i)[1].opacity for i in both]  # type: ignore[union-attr]

    assert both == list(range(24, 36))
    assert shares == pytest.approx([(k + 0.5) / 12 for k in range(12)])


def test_a_fade_through_black_is_black_in_its_middle_and_nowhere_else() -> None:
    a = a_segment("a", duration_ms=1000)
    b = a_segment(
        "b", start_ms=1000, duration_ms=1000, transition=Transition(TransitionKind.FADE_BLACK, 400)
    )
    plan = plan_of(a, b)

    def veil(frame: int) -> float:
        return sum(d.opacity for d in plan.draws(frame) if isinstance(d, ColourDraw))

    assert [veil(i) for i in (23, 36)] == [0, 0]
    assert veil(29) == pytest.approx(11 / 12)
    assert veil(30) == pytest.approx(11 / 12)


@pytest.mark.parametrize("duration_ms", [400, 434])
def test_a_fade_through_black_never_shows_what_lies_behind(duration_ms: int) -> None:
    frame = Rect(0.5, 0.5, 0.25, 0.25)
    a = a_segment("a", duration_ms=1000, picture=Picture(frame=frame))
    seam = Transition(TransitionKind.FADE_BLACK, duration_ms)
    b = a_segment(
        "b", start_ms=1000, duration_ms=1000, transition=seam, picture=Picture(frame=frame)
    )
    plan = plan_of(a, b)

    for number in range(60):
        draws = plan.draws(number)
        assert draws
        assert {d.target for d in draws if not isinstance(d, TextDraw)} == {
            Rect(320.0, 180.0, 160.0, 90.0)
        }
        assert isinstance(draws[0], PictureDraw) or draws[0].opacity == 1  # type: ignore[union-attr]


def test_a_clip_shows_the_frame_whose_time_it_is() -> None:
    clip = a_segment("c", asset_id="clip", start_ms=0, duration_ms=2000, source_start_ms=1500)

    draws = plan_of(clip).draws(10)

    assert isinstance(draws[0], PictureDraw)
    assert draws[0].media_us == pytest.approx(1_500_000 + 333_333, abs=1)


def test_a_clip_at_double_speed_advances_twice_as_fast() -> None:
    clip = a_segment("c", asset_id="clip", duration_ms=2000, speed=Fraction(2))
    plan = plan_of(clip)

    moments = [plan.draws(i)[0].media_us for i in (0, 30)]  # type: ignore[union-attr]

    assert moments[1] - moments[0] == 2_000_000


def test_fades_reach_the_background() -> None:
    faded = a_segment("a", duration_ms=2000, picture=Picture(fade_in_ms=1000, fade_out_ms=500))
    plan = plan_of(faded)

    opacities = [plan.draws(i)[0].opacity for i in (0, 29, 40, 59)]  # type: ignore[union-attr]

    assert opacities == pytest.approx([0.5 / 30, 29.5 / 30, 1, 0.5 / 15])


def test_a_still_is_decoded_at_the_size_its_largest_zoom_needs() -> None:
    half = Motion(Rect(0, 0, 1, 1), Rect(0.25, 0.25, 0.5, 0.5))

    draw = plan_of(a_segment("a", picture=Picture(motion=half))).draws(0)[0]

    assert isinstance(draw, PictureDraw)
    assert draw.load_px == (1280, 720)


def test_a_text_at_rest_is_drawn_the_same_on_all_its_frames() -> None:
    plan = plan_of(a_segment("a"), texts=(a_caption("x", duration_ms=4000),))

    texts = [d for i in range(120) for d in plan.draws(i) if isinstance(d, TextDraw)]

    assert len(texts) == 120
    assert len({t for t in texts if t.at_ms is None}) == 1
    assert texts[0].at_ms == 0
    assert texts[60].at_ms is None


def test_a_text_leaves_before_its_end_but_not_where_the_film_ends() -> None:
    words = a_caption("x", duration_ms=2000)
    last = {"ends first": 3000, "ends with the film": 2000}

    at_end = {
        name: plan_of(a_segment("a", duration_ms=film_ms), texts=(words,)).draws(59)[-1]
        for name, film_ms in last.items()
    }

    assert isinstance(at_end["ends first"], TextDraw)
    assert at_end["ends first"].at_ms is not None
    assert at_end["ends with the film"] == TextDraw(words.text, None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("fit", Fit)
@pytest.mark.parametrize("picture_aspect", [0.5, 1.0, 16 / 9, 3.0])
def test_a_fitted_view_has_the_shape_of_its_frame(fit: Fit, picture_aspect: float) -> None:
    view = fitted_view(fit, picture_aspect, 16 / 9, (0.9, 0.1))

    if fit is not Fit.STRETCH:
        assert view.width * picture_aspect / view.height == pytest.approx(16 / 9)
    inside = view.x >= 0 and view.y >= 0 and view.x + view.width <= 1.000001
    assert inside is (fit is not Fit.CONTAIN or picture_aspect == 16 / 9)


def test_cover_keeps_the_focus_in_view() -> None:
    view = fitted_view(Fit.COVER, 0.5, 16 / 9, (0.5, 0.2))

    assert view.y <= 0.2 <= view.y + view.height
    assert moved_view(view, Rect(0, 0, 1, 1)) == view
