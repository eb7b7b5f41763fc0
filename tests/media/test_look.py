from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.media import load_still
from saycut.media.look import facts_of
from saycut.media.planes import bgr_of_planes

EXAMPLES = Path(__file__).parents[2] / "examples"


def a_drawn_face(size: int) -> NDArray[np.uint8]:
    """Skin, brows, eyes, nose and mouth, shaded as light from above would."""
    face = np.full((size, size, 3), (120, 150, 190), np.uint8)

    def spot(x: float, y: float, w: float, h: float, colour: tuple[int, int, int]) -> None:
        centre, axes = (round(x * size), round(y * size)), (round(w * size), round(h * size))
        cv2.ellipse(face, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    spot(0.5, 0.5, 0.42, 0.55, (150, 185, 230))
    for x in (0.32, 0.68):
        spot(x, 0.33, 0.13, 0.035, (40, 50, 70))
        spot(x, 0.41, 0.10, 0.05, (70, 90, 120))
        spot(x, 0.41, 0.05, 0.045, (20, 20, 30))
    spot(0.5, 0.55, 0.06, 0.14, (175, 205, 245))
    spot(0.5, 0.68, 0.09, 0.02, (80, 105, 150))
    spot(0.5, 0.79, 0.16, 0.05, (70, 70, 150))
    return np.asarray(cv2.GaussianBlur(face, (0, 0), size / 60), np.uint8)


def test_a_face_is_found_and_is_the_focus() -> None:
    picture = np.full((360, 640, 3), (140, 120, 100), np.uint8)
    picture[60:220, 400:560] = a_drawn_face(160)

    facts = facts_of([picture])

    assert len(facts.faces) == 1
    face = facts.faces[0]
    assert abs(face.x + face.width / 2 - 0.75) < 0.04
    assert abs(face.y + face.height / 2 - 140 / 360) < 0.08
    assert facts.focus is not None
    assert abs(facts.focus[0] - 0.75) < 0.04


def test_no_face_is_seen_in_woods_and_rocks() -> None:
    pictures = [
        bgr_of_planes(load_still(path, fit_px=(360, 360))) for path in EXAMPLES.glob("*.jpg")
    ]

    assert [facts_of([picture]).faces for picture in pictures] == [()] * len(pictures)


def test_the_focus_is_what_differs() -> None:
    picture = np.full((240, 360, 3), (160, 150, 140), np.uint8)
    cv2.circle(picture, (90, 80), 20, (30, 60, 220), -1)

    focus = facts_of([picture]).focus

    assert focus is not None
    assert abs(focus[0] - 0.25) < 0.06
    assert abs(focus[1] - 0.33) < 0.06


def test_the_palette_names_the_colours_that_are_there() -> None:
    picture = np.zeros((90, 90, 3), np.uint8)
    picture[:, :30] = (200, 30, 30)
    picture[:, 30:60] = (30, 30, 200)
    picture[:, 60:] = (220, 220, 220)

    palette = facts_of([picture]).palette

    assert set(palette) == {"#1e1ec8", "#c81e1e", "#dcdcdc"}
    assert palette[-1] == "#dcdcdc"


def test_a_plain_picture_has_one_colour_and_the_middle_for_its_focus() -> None:
    facts = facts_of([np.full((50, 80, 3), 128, np.uint8)])

    assert facts.palette == ("#808080",)
    assert facts.focus == (0.5, 0.5)


def test_the_same_picture_always_gives_the_same_facts() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)

    assert facts_of([picture]) == facts_of([picture])


def test_lights_are_those_of_the_cells_row_by_row() -> None:
    values = np.arange(9, dtype=np.uint8).reshape(3, 3) * 30
    picture = np.repeat(np.kron(values, np.ones((30, 40), np.uint8))[..., None], 3, axis=2)

    lights = facts_of([picture]).lights

    assert lights == pytest.approx(values.ravel() / 255, abs=0.004)


def test_lights_of_a_clip_are_the_brightest_of_its_frames() -> None:
    dark, light = (np.full((60, 90, 3), value, np.uint8) for value in (20, 20))
    light[:20, :30] = 230

    lights = facts_of([dark, light, dark]).lights

    assert lights[0] == pytest.approx(230 / 255, abs=0.004)
    assert lights[1:] == pytest.approx([20 / 255] * 8, abs=0.004)


def test_a_glint_is_no_light_and_a_vivid_colour_is_as_light_as_it_looks() -> None:
    picture = np.full((90, 90, 3), (0, 0, 255), np.uint8)
    picture[10, 10] = 255

    # The relative luminance of this red is 0.2126, which a grey of code 0.4985 has.
    assert facts_of([picture]).lights == pytest.approx([0.4985] * 9, abs=0.004)


def test_a_picture_smaller_than_the_grid_has_lights_too() -> None:
    assert len(facts_of([np.full((1, 2, 3), 128, np.uint8)]).lights) == 9
