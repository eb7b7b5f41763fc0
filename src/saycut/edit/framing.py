"""How a new picture is laid on the canvas: what is cut off, and where its subject then lies.

Rectangles are shares: of the source picture (`subject_of`), or of the view that the fit
alone would show (`subject_in_view`), the reference that moves count in.
"""

from dataclasses import replace
from functools import reduce
from typing import Final

from saycut.timeline import Asset, AssetKind, Canvas, Fit, Picture, Rect

__all__ = [
    "fit_for",
    "focus_for",
    "is_small_for",
    "picture_for",
    "refit",
    "subject_in_view",
    "subject_of",
]

# A cover that keeps less of a portrait than this would behead most people in landscape.
KEPT_SHARE_MIN: Final = 0.55
# A picture enlarged further than this looks soft; it is shown whole on its own blur instead.
UPSCALE_MAX: Final = 1.5
# Faces are found from brow to chin: so much of their height is forehead and hair above.
HAIR_SHARE: Final = 0.45
CENTRE: Final = (0.5, 0.5)


def picture_for(asset: Asset, canvas: Canvas) -> Picture:
    """Give the look a new picture takes: covering where its subject allows, centred on it."""
    return Picture(fit=fit_for(asset, canvas), focus=focus_for(asset, canvas))


def fit_for(asset: Asset, canvas: Canvas) -> Fit:
    """Choose COVER, or CONTAIN where covering would cut a face off or most of a portrait, or
    enlarge a small picture until it is soft."""
    if not asset.width or not asset.height:
        return Fit.COVER
    if is_small_for(asset, canvas):
        return Fit.CONTAIN
    visible = _visible(_aspect(asset), float(canvas.aspect), CENTRE)
    if visible.height < KEPT_SHARE_MIN:
        return Fit.CONTAIN
    subject = subject_of(asset)
    is_cut = subject.width > visible.width or subject.height > visible.height
    return Fit.CONTAIN if is_cut else Fit.COVER


def is_small_for(asset: Asset, canvas: Canvas) -> bool:
    """Tell whether a photo would have to be enlarged too much to cover the canvas."""
    if asset.kind is not AssetKind.IMAGE or not asset.width or not asset.height:
        return False
    return max(canvas.width / asset.width, canvas.height / asset.height) > UPSCALE_MAX


def focus_for(asset: Asset, canvas: Canvas) -> tuple[float, float]:
    """Choose the point that a cover keeps in view, such that all faces fit where they can."""
    x, y = asset.facts.focus or _centre(subject_of(asset))
    if not asset.width or not asset.height:
        return x, y
    subject = subject_of(asset)
    visible = _visible(_aspect(asset), float(canvas.aspect), CENTRE)
    return (
        _kept_inside(x, visible.width, subject.x, subject.x + subject.width),
        _kept_inside(y, visible.height, subject.y, subject.y + subject.height),
    )


def subject_of(asset: Asset) -> Rect:
    """Give the part of the source that a move must not cut: all heads, else the focus point."""
    if asset.facts.faces:
        return reduce(_union, (_head(face) for face in asset.facts.faces))
    return Rect(*(asset.facts.focus or CENTRE), 0.0, 0.0)


def subject_in_view(asset: Asset, picture: Picture, canvas: Canvas) -> Rect:
    """Give where the subject lies in what the fit alone shows, clipped to it."""
    focus = picture.focus if not asset.facts.faces else None
    subject = Rect(*focus, 0.0, 0.0) if focus else subject_of(asset)
    if picture.fit is Fit.STRETCH or not asset.width or not asset.height:
        return _clipped(subject)
    frame_aspect = float(canvas.aspect) * picture.frame.width / picture.frame.height
    if picture.fit is Fit.COVER:
        visible = _visible(_aspect(asset), frame_aspect, picture.focus)
    else:
        # The whole picture inside the frame: the frame is the picture seen through a
        # window larger than it.
        visible = _around(_aspect(asset), frame_aspect)
    return _clipped(_seen_in(visible, subject))


def refit(picture: Picture, asset: Asset, before: Canvas, after: Canvas) -> Picture:
    """Carry the look to another canvas: what the rules chose is chosen anew, the rest stays."""
    if picture.fit is fit_for(asset, before):
        picture = replace(picture, fit=fit_for(asset, after))
    if picture.focus in (CENTRE, asset.facts.focus, focus_for(asset, before)):
        picture = replace(picture, focus=focus_for(asset, after))
    return picture


def _aspect(asset: Asset) -> float:
    return asset.width / asset.height


def _visible(picture_aspect: float, frame_aspect: float, focus: tuple[float, float]) -> Rect:
    """Give the part of a picture that covers a frame, around the focus where it can be."""
    width = min(1.0, frame_aspect / picture_aspect)
    height = min(1.0, picture_aspect / frame_aspect)
    x = min(max(focus[0] - width / 2, 0.0), 1.0 - width)
    y = min(max(focus[1] - height / 2, 0.0), 1.0 - height)
    return Rect(x, y, width, height)


def _around(picture_aspect: float, frame_aspect: float) -> Rect:
    """Give the frame in shares of a picture that is shown whole in it."""
    width = max(1.0, frame_aspect / picture_aspect)
    height = max(1.0, picture_aspect / frame_aspect)
    return Rect((1 - width) / 2, (1 - height) / 2, width, height)


def _seen_in(view: Rect, rect: Rect) -> Rect:
    return Rect(
        (rect.x - view.x) / view.width,
        (rect.y - view.y) / view.height,
        rect.width / view.width,
        rect.height / view.height,
    )


def _clipped(rect: Rect) -> Rect:
    left, top = (min(max(v, 0.0), 1.0) for v in (rect.x, rect.y))
    right = min(max(rect.x + rect.width, left), 1.0)
    bottom = min(max(rect.y + rect.height, top), 1.0)
    return Rect(left, top, right - left, bottom - top)


def _kept_inside(at: float, window: float, low: float, high: float) -> float:
    """Move `at` as little as needed for a window around it to hold `low` to `high`."""
    if high - low > window:
        return (low + high) / 2
    return min(max(at, high - window / 2), low + window / 2)


def _head(face: Rect) -> Rect:
    top = max(0.0, face.y - HAIR_SHARE * face.height)
    return Rect(face.x, top, face.width, face.y + face.height - top)


def _union(one: Rect, other: Rect) -> Rect:
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Rect(x, y, right - x, bottom - y)


def _centre(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.width / 2, rect.y + rect.height / 2
