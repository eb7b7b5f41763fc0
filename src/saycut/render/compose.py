"""The compositor: draws of a plan become frames in planar YUV 4:2:0.

No RGB on the way: half the bytes, and nothing to convert before the encoder. What covers
the canvas is drawn straight into the frame, all else into a scratch frame and blended.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from saycut.media import Planes
from saycut.render.blend import (
    SpritePlanes,
    box_of,
    colour_planes,
    fill,
    lay,
    mix,
    sprite_planes,
)
from saycut.render.colour import yuv_of
from saycut.render.plan import ColourDraw, Draw, PictureDraw, TextDraw
from saycut.render.sources import Sources
from saycut.render.warp import Placement, Plane, place, warp_plane
from saycut.text import Pose, Typeset, poses, typeset
from saycut.timeline import Canvas, Rect, Text

__all__ = ["Compositor", "blank_planes"]

_NO_PIXELS: Final = np.zeros((0, 0, 4), np.uint8)


class Compositor:
    """Draws frames of one canvas. Holds a scratch frame, so it is not for two threads."""

    def __init__(self, canvas: Canvas, sources: Sources) -> None:
        self._canvas = canvas
        self._sources = sources
        self._scratch = blank_planes(canvas.width, canvas.height)
        # Characters that no font has, met since whoever reads this cleared it.
        self.missing: set[str] = set()

    def compose(self, draws: Sequence[Draw], frame: Planes) -> None:
        """Draw into `frame` (canvas size, 4:2:0, BT.709 limited), all of which is overwritten."""
        if not (draws and self._covers(draws[0])):
            fill(frame, yuv_of(self._canvas.background))
        for draw in draws:
            match draw:
                case PictureDraw():
                    self._picture(draw, frame)
                case ColourDraw():
                    self._colour(draw, frame)
                case TextDraw():
                    self._text(draw, frame)

    def _covers(self, draw: Draw) -> bool:
        whole = Rect(0.0, 0.0, float(self._canvas.width), float(self._canvas.height))
        if isinstance(draw, TextDraw) or draw.opacity < 1 or draw.target != whole:
            return False
        if isinstance(draw, ColourDraw) or draw.has_backdrop:
            return True
        picture = self._sources.picture(draw, self._canvas.height)
        return picture.alpha is None and _fills_target(draw.view)

    def _picture(self, draw: PictureDraw, frame: Planes) -> None:
        picture = self._sources.picture(draw, self._canvas.height)
        source_px = (picture.y.shape[1], picture.y.shape[0])
        canvas_px = (self._canvas.width, self._canvas.height)
        placed = place(draw.view, draw.target, source_px, canvas_px)
        if not draw.has_backdrop:
            if placed is not None:
                self._blend(picture, placed, draw.opacity, frame, self._scratch)
            return
        box = _even_box(draw.target, canvas_px)
        if draw.opacity >= 1:
            self._with_backdrop(draw, picture, placed, box, frame)
            return
        # A picture and its backdrop fade as one, so they are joined before they are mixed in.
        joined = blank_planes(*canvas_px)
        self._with_backdrop(draw, picture, placed, box, joined)
        mix(box_of(frame, *box), box_of(joined, *box), draw.opacity)

    def _with_backdrop(
        self,
        draw: PictureDraw,
        picture: Planes,
        placed: Placement | None,
        box: tuple[int, int, int, int],
        frame: Planes,
    ) -> None:
        size_px = (box[2] - box[0], box[3] - box[1])
        backdrop = self._sources.backdrop(draw, picture, size_px)
        window = box_of(frame, *box)
        for into, plane in zip(colour_planes(window), colour_planes(backdrop), strict=True):
            into[...] = plane
        if placed is not None:
            self._blend(picture, placed, 1.0, frame, self._scratch)

    def _blend(
        self, picture: Planes, placed: Placement, opacity: float, frame: Planes, scratch: Planes
    ) -> None:
        box = (placed.x0, placed.y0, placed.x1, placed.y1)
        window = box_of(frame, *box)
        is_masked = picture.alpha is not None or placed.has_soft_edges
        into = box_of(scratch, *box) if is_masked or opacity < 1 else window
        warp_plane(picture.y, placed, into.y, is_chroma=False)
        warp_plane(picture.u, placed, into.u, is_chroma=True)
        warp_plane(picture.v, placed, into.v, is_chroma=True)
        if is_masked:
            lay(window, into, _mask(picture.alpha, placed, opacity))
        elif opacity < 1:
            mix(window, into, opacity)

    def _colour(self, draw: ColourDraw, frame: Planes) -> None:
        box = _even_box(draw.target, (self._canvas.width, self._canvas.height))
        window = box_of(frame, *box)
        if draw.opacity >= 1:
            fill(window, yuv_of(draw.colour))
            return
        over = box_of(self._scratch, *box)
        fill(over, yuv_of(draw.colour))
        mix(window, over, draw.opacity)

    def _text(self, draw: TextDraw, frame: Planes) -> None:
        made, sprites = _set(draw.text, self._canvas, draw.ground)
        self.missing.update(made.missing)
        resting = [Pose(1.0, 0.0, 0.0)] * len(sprites)
        moving = resting
        if draw.at_ms is not None and draw.duration_ms is not None:
            moving = list(poses(made, draw.text, self._canvas, draw.at_ms, draw.duration_ms))
        for sprite, pose in zip(sprites, moving, strict=True):
            if pose.opacity > 0:
                _lay_sprite(sprite, pose, frame)


def blank_planes(width: int, height: int) -> Planes:
    """Make planes of that size; what they hold is undefined."""
    return Planes(
        np.empty((height, width), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
    )


# Texts are set once. A chunk shows a few at a time, and a scrim may be as large as a frame.
@lru_cache(maxsize=6)
def _set(text: Text, canvas: Canvas, ground: float) -> tuple[Typeset, tuple[SpritePlanes, ...]]:
    made = typeset(text, canvas, ground)
    planes = tuple(sprite_planes(s.rgba, s.x_px, s.y_px) for s in made.sprites)
    # The poses ask for the parts and the box alone; the pixels live on as planes.
    bare = tuple(replace(sprite, rgba=_NO_PIXELS) for sprite in made.sprites)
    return replace(made, sprites=bare), planes


def _lay_sprite(sprite: SpritePlanes, pose: Pose, frame: Planes) -> None:
    """Lay a sprite on the frame, moved by parts of a pixel where the pose says so."""
    step_x, step_y = 2 * int(pose.dx_px // 2), 2 * int(pose.dy_px // 2)
    rest = (pose.dx_px - step_x, pose.dy_px - step_y)
    x, y = sprite.x_px + step_x, sprite.y_px + step_y
    height, width = frame.y.shape
    x0, y0 = max(0, x), max(0, y)
    x1 = min(width, x + sprite.y.shape[1])
    y1 = min(height, y + sprite.y.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    window = box_of(frame, x0, y0, x1, y1)
    luma = (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))
    chroma = (
        slice((y0 - y) // 2, (y1 - y) // 2),
        slice((x0 - x) // 2, (x1 - x) // 2),
    )
    half = (rest[0] / 2, rest[1] / 2)
    for below, above, alpha, part, shift in (
        (window.y, sprite.y, sprite.alpha, luma, rest),
        (window.u, sprite.u, sprite.chroma_alpha, chroma, half),
        (window.v, sprite.v, sprite.chroma_alpha, chroma, half),
    ):
        ink = _posed(above, shift, pose.opacity)[part]
        cover = _posed(alpha, shift, pose.opacity)[part]
        kept = cv2.multiply(below, 255 - cover, scale=1 / 255)
        cv2.add(kept, ink, dst=below)


def _posed(plane: Plane, shift: tuple[float, float], opacity: float) -> Plane:
    if shift != (0.0, 0.0):
        matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
        plane = np.asarray(cv2.warpAffine(plane, matrix, plane.shape[::-1]), np.uint8)
    if opacity < 1:
        plane = np.asarray(cv2.convertScaleAbs(plane, alpha=opacity), np.uint8)
    return plane


def _mask(alpha: Plane | None, placed: Placement, opacity: float) -> Plane:
    """Join transparency, soft edges and opacity to one mask of the box."""
    mask = placed.coverage()
    if alpha is not None:
        warped = np.empty_like(mask)
        warp_plane(alpha, placed, warped, is_chroma=False)
        mask = np.asarray(cv2.multiply(mask, warped, scale=1 / 255), np.uint8)
    return np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)


def _fills_target(view: Rect) -> bool:
    slack = 1e-6
    return (
        view.x >= -slack
        and view.y >= -slack
        and view.x + view.width <= 1 + slack
        and view.y + view.height <= 1 + slack
    )


def _even_box(target: Rect, canvas_px: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give the whole, even pixels nearest to a target, inside the canvas."""
    x0, x1 = (2 * round(x / 2) for x in (target.x, target.x + target.width))
    y0, y1 = (2 * round(y / 2) for y in (target.y, target.y + target.height))
    return max(0, x0), max(0, y0), min(canvas_px[0], x1), min(canvas_px[1], y1)
