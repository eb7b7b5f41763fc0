"""Letters can be read over any photograph: measured on the finished picture."""

from itertools import pairwise, product
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.text import Part, Sprite, Typeset, typeset
from saycut.timeline import Canvas, Position, Text, TextRole, TextStyle

CANVAS: Final = Canvas(960, 540)
WORDS: Final = "Golden Hour\nin the hills"
READ_ROLES: Final = [role for role in TextRole if role is not TextRole.WATERMARK]

Picture = NDArray[np.uint8]


def photos() -> dict[str, Picture]:
    shape = (CANVAS.height, CANVAS.width, 3)
    noise = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    flat = {name: np.full(shape, v, np.uint8) for name, v in (("white", 255), ("black", 0))}
    return {**flat, "grey": np.full(shape, 128, np.uint8), "noise": noise}


PHOTOS: Final = photos()


def over(photo: Picture, done: Typeset) -> Picture:
    """Lay sprites over a photo as a compositor does."""
    picture = photo.astype(np.float32)
    for sprite in done.sprites:
        height, width = sprite.rgba.shape[:2]
        rows = slice(sprite.y_px, sprite.y_px + height)
        under = picture[rows, sprite.x_px : sprite.x_px + width]
        rgba = sprite.rgba.astype(np.float32)
        under *= 1 - rgba[..., 3:] / 255
        under += rgba[..., :3]
    return np.rint(picture).clip(0, 255).astype(np.uint8)


def luminances(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    coded = picture.astype(np.float64) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


def ink_of(line: Sprite) -> NDArray[np.uint8]:
    """Give the colour of the letters: the commonest of the opaque ones."""
    opaque = line.rgba[line.rgba[..., 3] == 255]
    colours, counts = np.unique(opaque, axis=0, return_counts=True)
    return np.asarray(colours[counts.argmax()])


def cores(line: Sprite) -> NDArray[np.uint8]:
    """Mark the pixels that letters fill wholly."""
    return np.asarray((line.rgba == ink_of(line)).all(axis=-1)).astype(np.uint8)


def touched(line: Sprite) -> NDArray[np.bool_]:
    """Mark the pixels that letters touch at all; their shadow, black or white, does not count."""
    rgb, alpha = line.rgba[..., :3].astype(int), line.rgba[..., 3:].astype(int)
    is_light = luminances(ink_of(line)[None, :3])[0] > 0.18
    return np.asarray((rgb if is_light else alpha - rgb).max(axis=-1) > 3)


def least_contrast(done: Typeset, photo: Picture) -> float:
    """Give the contrast of letters with what surrounds them, up to a tenth of their height."""
    luminance = luminances(over(photo, done))
    found = []
    for line in (sprite for sprite in done.sprites if sprite.part is Part.LINE):
        letters = cores(line)
        height, width = letters.shape
        own = luminance[line.y_px : line.y_px + height, line.x_px : line.x_px + width]
        reach = 2 * max(3, letters.any(axis=1).sum() // 10) + 1
        near = cv2.dilate(letters, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
        ink = float(np.median(own[letters > 0]))
        around = own[(near > 0) & ~touched(line)]
        # The brightest twentieth around light letters; noise alone would have single pixels.
        behind = float(np.quantile(around, 0.95 if ink > 0.18 else 0.05))
        found.append((max(ink, behind) + 0.05) / (min(ink, behind) + 0.05))
    return min(found)


@pytest.mark.parametrize(("style", "role"), list(product(TextStyle, READ_ROLES)))
def test_letters_reach_the_contrast_for_reading_over_any_photo(
    style: TextStyle, role: TextRole
) -> None:
    done = typeset(Text(WORDS, role, style), CANVAS)

    for name, photo in PHOTOS.items():
        assert least_contrast(done, photo) >= 4.5, name


@pytest.mark.parametrize("ground", [0.3, 0.5, 0.65, 0.8, 0.95])
@pytest.mark.parametrize(("style", "role"), list(product(TextStyle, READ_ROLES)))
def test_letters_reach_it_over_a_ground_as_light_as_was_said(
    style: TextStyle, role: TextRole, ground: float
) -> None:
    photo = np.full_like(PHOTOS["white"], int(255 * ground))

    done = typeset(Text(WORDS, role, style), CANVAS, ground)

    assert least_contrast(done, photo) >= 4.5


@pytest.mark.parametrize("style", list(TextStyle))
def test_the_lighter_the_ground_the_denser_the_scrim_and_dark_ground_has_none(
    style: TextStyle,
) -> None:
    def density(ground: float) -> int:
        sprites = typeset(Text(WORDS, TextRole.TITLE, style), CANVAS, ground).sprites
        return max((int(s.rgba[..., 3].max()) for s in sprites if s.part is Part.SCRIM), default=0)

    found = [density(ground) for ground in (0.0, 0.4, 0.55, 0.8, 0.9, 1.0)]

    assert found[:3] == [0, 0, 0]
    assert 0 < found[3] < found[4] < found[5] < 0.5 * 255


@pytest.mark.parametrize("position", list(Position))
def test_contrast_holds_at_every_position(position: Position) -> None:
    done = typeset(Text(WORDS, TextRole.TITLE, position=position), CANVAS)

    assert least_contrast(done, PHOTOS["white"]) >= 4.5


@pytest.mark.parametrize("colour", ["#101820", "#ffd23f", "#ff6f91", "#0b3d91"])
def test_contrast_holds_for_letters_of_any_colour(colour: str) -> None:
    done = typeset(Text(WORDS, TextRole.TITLE, colour=colour), CANVAS)

    for name in ("white", "black"):
        assert least_contrast(done, PHOTOS[name]) >= 4.5, name


@pytest.mark.parametrize("position", list(Position))
def test_a_scrim_is_a_gradient_along_one_axis_without_an_edge(position: Position) -> None:
    scrim = typeset(Text(WORDS, TextRole.TITLE, position=position), CANVAS).sprites[0]

    row, _, column = position.value.partition("-")
    opacity = np.zeros((CANVAS.height, CANVAS.width))
    height, width = scrim.rgba.shape[:2]
    shown = np.s_[scrim.y_px : scrim.y_px + height, scrim.x_px : scrim.x_px + width]
    opacity[shown] = scrim.rgba[..., 3]
    along = 1 if row == "center" and column in ("left", "right") else 0
    profile = opacity.mean(axis=1 - along)
    assert scrim.part is Part.SCRIM
    # Across the axis it is the same everywhere, from edge to edge, but for the dither.
    assert np.ptp(opacity - np.expand_dims(profile, 1 - along)) <= 6
    # A step larger than its neighbours would be seen as a line.
    assert np.abs(np.diff(profile)).max() < 1.5
    at_first, at_last = profile[0] > 40, profile[-1] > 40
    towards = {"top": (1, 0), "bottom": (0, 1), "left": (1, 0), "right": (0, 1)}
    expected = towards.get(column if along else row, (0, 0))
    assert (at_first, at_last) == expected


def test_a_scrim_shows_no_steps_over_a_dark_picture() -> None:
    dark = np.full_like(PHOTOS["white"], 40)
    done = typeset(Text(WORDS, TextRole.TITLE), CANVAS)
    (scrim,) = (s for s in done.sprites if s.part is Part.SCRIM)

    picture = over(dark, Typeset((scrim,), done.box, (), ()))

    # Without a dither whole rows would share a value and then all change by one together.
    assert np.abs(np.diff(picture[..., 0].mean(axis=1))).max() < 0.3


def test_sprites_come_in_drawing_order() -> None:
    parts = [s.part for s in typeset(Text(WORDS, TextRole.CAPTION, TextStyle.BOLD), CANVAS).sprites]

    assert parts == [Part.PLATE, Part.LINE, Part.LINE, Part.RULE]


def test_the_rule_takes_the_accent_colour() -> None:
    text = Text(WORDS, TextRole.TITLE, TextStyle.ELEGANT, accent="#12ab34")

    (rule,) = (s for s in typeset(text, CANVAS).sprites if s.part is Part.RULE)

    assert (rule.rgba == (0x12, 0xAB, 0x34, 255)).all()


def test_rule_and_lines_of_a_title_do_not_touch() -> None:
    for style in TextStyle:
        done = typeset(Text("Jägerhügel\nÉtés à Þórshöfn", TextRole.TITLE, style), CANVAS)

        spans = []
        for sprite in done.sprites:
            if sprite.part in (Part.RULE, Part.LINE):
                letters = np.nonzero(cores(sprite).any(axis=1))[0]
                spans.append((sprite.y_px + letters.min(), sprite.y_px + letters.max()))
        spans.sort()
        assert all(above[1] < below[0] for above, below in pairwise(spans))
