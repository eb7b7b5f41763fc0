"""Where a picture lies: which part of it fills which part of the canvas.

A *view* is the part of the upright picture (shares, 0..1) that the whole frame shows. It
reaches beyond 0..1 where the picture does not fill the frame.
"""

from fractions import Fraction

from saycut.timeline import FULL, Canvas, Fit, Motion, Picture, Rect

__all__ = ["fitted_view", "frame_at", "load_size_px", "moved_view"]


def fitted_view(
    fit: Fit, picture_aspect: float, frame_aspect: float, focus: tuple[float, float]
) -> Rect:
    """Give the view that `fit` alone shows; aspects are width / height in square pixels."""
    ratio = frame_aspect / picture_aspect
    if fit is Fit.STRETCH:
        return FULL
    if fit is Fit.CONTAIN:
        width, height = max(1.0, ratio), max(1.0, 1 / ratio)
        return Rect((1 - width) / 2, (1 - height) / 2, width, height)
    width, height = min(1.0, ratio), min(1.0, 1 / ratio)
    x = min(max(focus[0] - width / 2, 0.0), 1 - width)
    y = min(max(focus[1] - height / 2, 0.0), 1 - height)
    return Rect(x, y, width, height)


def moved_view(fitted: Rect, motion: Rect) -> Rect:
    """Give the view after a motion, whose rectangle counts in shares of the fitted view."""
    return Rect(
        fitted.x + motion.x * fitted.width,
        fitted.y + motion.y * fitted.height,
        motion.width * fitted.width,
        motion.height * fitted.height,
    )


def load_size_px(picture: Picture, fitted: Rect, canvas: Canvas) -> tuple[int, int]:
    """Give the size at which the largest zoom needs one source pixel per canvas pixel."""
    zoom = _largest_zoom(picture.motion)
    width = canvas.width * picture.frame.width / fitted.width * zoom
    height = canvas.height * picture.frame.height / fitted.height * zoom
    return max(2, round(width)), max(2, round(height))


def _largest_zoom(motion: Motion | None) -> float:
    if motion is None:
        return 1.0
    return 1 / min(motion.start.width, motion.end.width, motion.start.height, motion.end.height)


def frame_at(at_ms: int, frame_rate: Fraction) -> int:
    """Give the first frame of what begins at `at_ms`: the nearest frame border."""
    return round(at_ms * frame_rate / 1000)
