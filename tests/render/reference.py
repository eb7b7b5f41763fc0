"""A compositor that is slow and obvious: float64 numpy, one formula per step.

It draws the same plan as `saycut.render.compose` and is what that one is compared with.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from saycut.media import Planes
from saycut.render.plan import ColourDraw, Draw, PictureDraw, TextDraw
from saycut.text import poses, typeset
from saycut.timeline import Canvas, Rect

Floats = NDArray[np.floating[Any]]
Frame = tuple[Floats, Floats, Floats]

BLACK = (16.0, 128.0, 128.0)


def compose(
    draws: Sequence[Draw], canvas: Canvas, picture_of: Callable[[PictureDraw], Planes]
) -> Frame:
    """Give Y [h, w] and U, V [h/2, w/2] in code values, not rounded."""
    frame = _plain(canvas, _yuv(canvas.background))
    for draw in draws:
        if isinstance(draw, PictureDraw):
            picture = picture_of(draw)
            if draw.has_backdrop:
                # A picture and what lies behind it fade as one.
                behind = _backdrop(picture, draw.target, canvas)
                whole = _picture(behind, replace(draw, opacity=1.0), picture, canvas)
                frame = _over(frame, whole, draw.opacity)
            else:
                frame = _picture(frame, draw, picture, canvas)
        elif isinstance(draw, ColourDraw):
            cover = _coverage(draw.target, canvas) * draw.opacity
            frame = _masked(frame, _plain(canvas, _yuv(draw.colour)), cover)
        else:
            frame = _text(frame, draw, canvas)
    return frame


def psnr_db(frame: Planes, reference: Frame) -> float:
    """Give the smallest of the three planes' peak signal-to-noise ratios."""
    errors = [
        np.mean((plane.astype(np.float64) - wanted) ** 2)
        for plane, wanted in zip((frame.y, frame.u, frame.v), reference, strict=True)
    ]
    return float(10 * np.log10(255**2 / max(float(np.max(errors)), 1e-9)))


def sample(plane: NDArray[np.uint8], xs: Floats, ys: Floats) -> Floats:
    """Read a plane between its samples (bilinear); `xs`, `ys` are sample numbers."""
    height, width = plane.shape
    xs, ys = np.clip(xs, 0, width - 1), np.clip(ys, 0, height - 1)
    x0, y0 = np.floor(xs).astype(int), np.floor(ys).astype(int)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    across, down = xs - x0, (ys - y0)[:, None]
    values = plane.astype(np.float64)
    top = values[y0][:, x0] * (1 - across) + values[y0][:, x1] * across
    bottom = values[y1][:, x0] * (1 - across) + values[y1][:, x1] * across
    return np.asarray(top * (1 - down) + bottom * down)


def _picture(frame: Frame, draw: PictureDraw, picture: Planes, canvas: Canvas) -> Frame:
    height, width = picture.y.shape

    def to_source(at: Floats, axis: str) -> Floats:
        """From canvas pixels to source pixels, both measured from the edge."""
        view, target = draw.view, draw.target
        if axis == "x":
            return np.asarray((view.x + (at - target.x) / target.width * view.width) * width)
        return np.asarray((view.y + (at - target.y) / target.height * view.height) * height)

    columns, rows = np.arange(canvas.width), np.arange(canvas.height)
    luma_x, luma_y = to_source(columns + 0.5, "x"), to_source(rows + 0.5, "y")
    # A chroma sample is the middle of four luma samples.
    chroma_x, chroma_y = to_source(columns[::2] + 1.0, "x"), to_source(rows[::2] + 1.0, "y")
    drawn = (
        sample(picture.y, luma_x - 0.5, luma_y - 0.5),
        sample(picture.u, (chroma_x - 1) / 2, (chroma_y - 1) / 2),
        sample(picture.v, (chroma_x - 1) / 2, (chroma_y - 1) / 2),
    )
    left = draw.target.x + (0 - draw.view.x) / draw.view.width * draw.target.width
    top = draw.target.y + (0 - draw.view.y) / draw.view.height * draw.target.height
    whole = Rect(
        left, top, draw.target.width / draw.view.width, draw.target.height / draw.view.height
    )
    cover = _coverage(whole, canvas) * _coverage(draw.target, canvas) * draw.opacity
    if picture.alpha is not None:
        cover = cover * sample(picture.alpha, luma_x - 0.5, luma_y - 0.5) / 255
    return _masked(frame, drawn, cover)


def _backdrop(picture: Planes, target: Rect, canvas: Canvas) -> Frame:
    """The middle of the picture over the canvas, soft, at 65 % of the light."""
    height, width = picture.y.shape
    scale = max(canvas.width / width, canvas.height / height)
    assert (target.width, target.height) == (canvas.width, canvas.height)
    made = []
    for plane, half in ((picture.y, 1), (picture.u, 2), (picture.v, 2)):
        size = (canvas.width // half, canvas.height // half)
        xs = (np.arange(size[0]) + 0.5 - size[0] / 2) / scale + plane.shape[1] / 2 - 0.5
        ys = (np.arange(size[1]) + 0.5 - size[1] / 2) / scale + plane.shape[0] / 2 - 0.5
        made.append(cv2.GaussianBlur(sample(plane, xs, ys), (0, 0), 0.045 * size[1]))
    return tuple(b + (p - b) * 0.65 for p, b in zip(made, BLACK, strict=True))  # type: ignore[return-value]


def _text(frame: Frame, draw: TextDraw, canvas: Canvas) -> Frame:
    made = typeset(draw.text, canvas, draw.ground)
    stands = [(1.0, 0.0, 0.0)] * len(made.sprites)
    if draw.at_ms is not None and draw.duration_ms is not None:
        moving = poses(made, draw.text, canvas, draw.at_ms, draw.duration_ms)
        stands = [(p.opacity, p.dx_px, p.dy_px) for p in moving]
    for sprite, (opacity, dx, dy) in zip(made.sprites, stands, strict=True):
        x, y = round(sprite.x_px) + dx, round(sprite.y_px) + dy
        columns, rows = np.arange(canvas.width) - x, np.arange(canvas.height) - y
        padded = np.pad(sprite.rgba, ((1, 1), (1, 1), (0, 0)))
        layers = [sample(padded[..., i], columns + 1, rows + 1) * opacity for i in range(4)]
        alpha = layers[3] / 255
        red, green, blue = (layer / 255 for layer in layers[:3])
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        u = 224 * (blue - luma) / 1.8556 + 128 * alpha
        v = 224 * (red - luma) / 1.5748 + 128 * alpha
        frame = (
            frame[0] * (1 - alpha) + 219 * luma + 16 * alpha,
            frame[1] * (1 - _halved(alpha)) + _halved(u),
            frame[2] * (1 - _halved(alpha)) + _halved(v),
        )
    return frame


def _masked(frame: Frame, drawn: Frame, cover: Floats) -> Frame:
    half = _halved(cover)
    return (
        frame[0] * (1 - cover) + drawn[0] * cover,
        frame[1] * (1 - half) + drawn[1] * half,
        frame[2] * (1 - half) + drawn[2] * half,
    )


def _over(frame: Frame, drawn: Frame, opacity: float) -> Frame:
    y, u, v = (a * (1 - opacity) + b * opacity for a, b in zip(frame, drawn, strict=True))
    return y, u, v


def _coverage(target: Rect, canvas: Canvas) -> Floats:
    """How much of each pixel lies inside the rectangle, 0..1."""

    def along(start: float, length: float, count: int) -> Floats:
        pixels = np.arange(count)
        inside = np.minimum(pixels + 1, start + length) - np.maximum(pixels, start)
        return np.asarray(np.clip(inside, 0, 1), np.float64)

    return np.outer(
        along(target.y, target.height, canvas.height), along(target.x, target.width, canvas.width)
    )


def _halved(plane: Floats) -> Floats:
    return (plane[0::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 0::2] + plane[1::2, 1::2]) / 4


def _plain(canvas: Canvas, yuv: tuple[float, float, float]) -> Frame:
    shape = (canvas.height, canvas.width)
    half = (canvas.height // 2, canvas.width // 2)
    return np.full(shape, yuv[0]), np.full(half, yuv[1]), np.full(half, yuv[2])


def _yuv(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748
