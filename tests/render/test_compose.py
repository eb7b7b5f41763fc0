from pathlib import Path

import numpy as np
import pytest

from saycut.media import Planes
from saycut.render.compose import Compositor, blank_planes
from saycut.render.plan import ColourDraw, Draw, PictureDraw, TextDraw
from saycut.render.sources import Sources
from saycut.timeline import Canvas, Rect, Text, TextAnimation, TextRole, TextStyle
from tests.media_files import a_picture, write_photo
from tests.render import reference

CANVAS = Canvas(640, 360, background="#203040")
WHOLE = Rect(0.0, 0.0, 640.0, 360.0)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder = tmp_path_factory.mktemp("media")
    wide, tall = a_picture(1200, 800, seed=1), a_picture(700, 1100, seed=2)
    logo = np.dstack([a_picture(200, 120, seed=3), np.zeros((120, 200), np.uint8)])
    logo[20:100, 30:170, 3] = np.linspace(0, 255, 140, dtype=np.uint8)
    paths = {"wide": "wide.jpg", "tall": "tall.png", "logo": "logo.png"}
    for picture, name in zip((wide, tall, logo), paths.values(), strict=True):
        write_photo(folder / name, picture)
    return Sources({digest: folder / name for digest, name in paths.items()})


def a_still(digest: str, view: Rect, target: Rect = WHOLE, **fields: object) -> PictureDraw:
    load_px = round(target.width / view.width), round(target.height / view.height)
    return PictureDraw(digest, True, 0, load_px, view, target, **fields)  # type: ignore[arg-type]


SCENES: dict[str, list[Draw]] = {
    "cover": [a_still("wide", Rect(0, 0.078, 1, 0.84375))],
    "zoomed in between pixels": [a_still("wide", Rect(0.1234, 0.1777, 0.7713, 0.6508))],
    "stretched": [a_still("tall", Rect(0, 0, 1, 1))],
    "contained on its own blur": [a_still("tall", Rect(-0.9, 0, 2.8, 1), has_backdrop=True)],
    "contained and zoomed": [a_still("tall", Rect(-0.61, 0.11, 2.23, 0.79), has_backdrop=True)],
    "crossfade": [
        a_still("wide", Rect(0, 0.078, 1, 0.84375)),
        a_still("tall", Rect(0, 0.3, 1, 0.358), opacity=0.37),
    ],
    "crossfade to a contained one": [
        a_still("wide", Rect(0, 0.078, 1, 0.84375)),
        a_still("tall", Rect(-0.9, 0, 2.8, 1), has_backdrop=True, opacity=0.62),
    ],
    "through black": [a_still("wide", Rect(0, 0, 1, 0.8)), ColourDraw("#000000", WHOLE, 0.55)],
    "a logo with alpha, between pixels": [
        a_still("wide", Rect(0, 0, 1, 0.8)),
        a_still("logo", Rect(0, 0, 1, 1), Rect(401.3, 20.6, 170.2, 102.4), opacity=0.8),
    ],
    "a logo with alpha over the whole canvas": [a_still("logo", Rect(0, 0.03125, 1, 0.9375))],
    "half off the canvas": [a_still("wide", Rect(0, 0, 1, 1), Rect(-150.5, 100.25, 400.5, 300.0))],
    "nothing but the background": [],
    "a title at rest": [
        a_still("wide", Rect(0, 0, 1, 0.8)),
        TextDraw(Text("Golden Hour", TextRole.TITLE, TextStyle.ELEGANT), None, None),
    ],
    "a title on its way in": [
        a_still("wide", Rect(0, 0, 1, 0.8)),
        TextDraw(
            Text("Golden Hour", TextRole.TITLE, TextStyle.BOLD, TextAnimation.RISE), 233.4, 3000
        ),
    ],
}


@pytest.mark.parametrize("name", SCENES)
def test_a_frame_is_what_the_obvious_formula_gives(name: str, sources: Sources) -> None:
    draws = SCENES[name]
    frame = blank_planes(CANVAS.width, CANVAS.height)
    # What an earlier frame left must not shine through.
    frame.y[...], frame.u[...], frame.v[...] = 235, 16, 240

    Compositor(CANVAS, sources).compose(draws, frame)

    wanted = reference.compose(draws, CANVAS, lambda draw: sources.picture(draw, CANVAS.height))
    assert reference.psnr_db(frame, wanted) >= 45


def test_dimmed_pictures_keep_their_colour_and_lose_light(sources: Sources) -> None:
    view = Rect(0, 0.078, 1, 0.84375)
    bright, dim = (blank_planes(640, 360) for _ in range(2))
    compositor = Compositor(CANVAS, sources)

    compositor.compose([a_still("wide", view)], bright)
    compositor.compose([a_still("wide", view, dim=0.5)], dim)

    ratio = (dim.y.mean() - 16) / (bright.y.mean() - 16)
    assert ratio == pytest.approx(0.5, abs=0.01)


def test_a_blurred_picture_has_no_detail(sources: Sources) -> None:
    def detail(draw: PictureDraw) -> float:
        frame = blank_planes(640, 360)
        Compositor(CANVAS, sources).compose([draw], frame)
        return float(np.abs(np.diff(frame.y.astype(int), n=2, axis=1)).mean())

    sharp = detail(a_still("wide", Rect(0, 0.078, 1, 0.84375)))

    assert detail(a_still("wide", Rect(0, 0.078, 1, 0.84375), blur=0.03)) < sharp / 5


def test_the_same_draws_give_the_same_pixels_whatever_was_drawn_before(sources: Sources) -> None:
    used, fresh = Compositor(CANVAS, sources), Compositor(CANVAS, sources)
    one, other = blank_planes(640, 360), blank_planes(640, 360)
    for draws in SCENES.values():
        used.compose(draws, one)

    used.compose(SCENES["a title at rest"], one)
    fresh.compose(SCENES["a title at rest"], other)

    assert _bytes(one) == _bytes(other)


def test_stills_leave_the_memory_when_many_are_shown(tmp_path: Path) -> None:
    paths = {
        f"photo{i}": write_photo(tmp_path / f"{i}.jpg", a_picture(64, 48, seed=i)) for i in range(3)
    }
    sources = Sources(paths)
    draws = [a_still(digest, Rect(0, 0, 1, 1)) for digest in paths]

    first = [sources.picture(draw, 48) for draw in draws]
    again = [sources.picture(draw, 48) for draw in draws]

    assert all(a is b for a, b in zip(first, again, strict=True))


def _bytes(planes: Planes) -> bytes:
    return planes.y.tobytes() + planes.u.tobytes() + planes.v.tobytes()
