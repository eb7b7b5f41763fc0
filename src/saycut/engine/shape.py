"""Whether a film can be exported at a size."""

from saycut.timeline import Canvas

__all__ = ["has_shape"]


def has_shape(canvas: Canvas, size_px: tuple[int, int]) -> bool:
    """Tell whether a size is of the shape of the canvas.

    Sides are rounded to even pixels, so a pixel is free, as in the export.
    """
    slack_px = 2 * max(canvas.width, canvas.height)
    return abs(size_px[0] * canvas.height - size_px[1] * canvas.width) <= slack_px
