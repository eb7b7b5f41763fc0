"""How light the picture behind a text can be, from what analysis found in the media.

Contrast needs the lightest part that comes near the letters, over all frames that they are
shown on. What is not known counts as white.
"""

from math import ceil
from typing import Final

from saycut.render.geometry import fitted_view, moved_view
from saycut.text import lightness
from saycut.timeline import FULL, Asset, Canvas, Fit, Picture, Segment

__all__ = ["hides_all", "light_behind", "stepped"]

_GRID: Final = 3
# A cell counts when more of the picture than this is behind the text, as a share of its height.
_SLACK: Final = 0.04
# Lights are rounded up to these steps, so that small changes of a film keep its chunks.
_STEPS: Final = 20


def light_behind(
    segment: Segment, asset: Asset | None, canvas: Canvas, rows: tuple[float, float]
) -> float:
    """Give how light (gamma-coded, 0..1) a shot gets in these rows (shares of the height)."""
    picture = segment.picture
    if asset is None:
        return lightness(picture.colour or canvas.background)
    lights = _lights(asset, picture, canvas, rows)
    light = max(lights, default=0.0)
    if picture.blur > 0 and lights:
        # What is bright and small spreads over what surrounds it.
        light = (light + sum(lights) / len(lights)) / 2
    return light * (1 - picture.dim)


def hides_all(segment: Segment, asset: Asset | None) -> bool:
    """Tell whether nothing shines through or stands beside a shot."""
    picture = segment.picture
    is_solid = picture.opacity.is_constant and picture.opacity.at(0) >= 1
    fades = picture.fade_in_ms or picture.fade_out_ms
    has_alpha = asset is not None and asset.has_alpha
    return picture.frame == FULL and is_solid and not fades and not has_alpha


def stepped(light: float) -> float:
    """Round up to one of a few values."""
    return min(1.0, ceil(light * _STEPS - 1e-9) / _STEPS)


def _lights(
    asset: Asset, picture: Picture, canvas: Canvas, rows: tuple[float, float]
) -> list[float]:
    """Give the lights of the cells that come to lie in these rows of the canvas."""
    frame, known = picture.frame, asset.facts.lights
    top, bottom = ((min(1.0, max(0.0, (row - frame.y) / frame.height))) for row in rows)
    if top >= bottom:
        return []
    if len(known) != _GRID**2:
        return [1.0]
    if picture.fit is Fit.CONTAIN:
        # Any part of the picture may be there, in the copy that fills the rest of the frame.
        return list(known)
    aspect = float(canvas.aspect) * frame.width / frame.height
    fitted = fitted_view(picture.fit, asset.width / asset.height, aspect, picture.focus)
    motion = picture.motion
    views = (
        [moved_view(fitted, view) for view in (motion.start, motion.end)] if motion else [fitted]
    )
    columns = _cells(min(v.x for v in views), max(v.x + v.width for v in views))
    lines = _cells(
        min(v.y + top * v.height for v in views), max(v.y + bottom * v.height for v in views)
    )
    return [known[_GRID * line + column] for line in lines for column in columns]


def _cells(first: float, last: float) -> range:
    """Give the rows or columns of the grid that a stretch of the picture (shares) lies in."""
    slack = min(_SLACK, (last - first) / 4)
    start, end = (min(_GRID - 1, max(0, int(_GRID * at))) for at in (first + slack, last - slack))
    return range(start, end + 1)
