"""The choices that a film's director makes before anything is cut.

Which picture opens, how many shots there are, how each one moves, where words may stand,
which colour the words take. Everything follows from the brief and from what is known of the
assets; nothing is left to chance, so that the same request gives the same film.
"""

import colorsys
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, log
from typing import Final

from saycut.agent.naming import has_number
from saycut.agent.rhythm import Beats, Span
from saycut.edit.framing import is_small_for, picture_for, subject_in_view
from saycut.edit.motions import MotionKind, kind_of, motion_for
from saycut.timeline import (
    FULL,
    Asset,
    AssetKind,
    Canvas,
    Easing,
    Fit,
    Motion,
    Picture,
    Position,
    Rect,
    TextRole,
    TextStyle,
    TransitionKind,
)

__all__ = [
    "Brief",
    "FilmKind",
    "accent_of",
    "closing_motion",
    "is_fast",
    "large_at_the_ends",
    "move_for",
    "moved",
    "ordered",
    "position_for",
    "shot_span",
    "telling",
]


class FilmKind(StrEnum):
    """What kind of film is wanted; it decides on words, rhythm and closing."""

    PROMO = "promo"  # a title, captions, a closing card
    SLIDESHOW = "slideshow"  # every photo once, for an even time
    FILM = "film"  # anything else: pictures in a rhythm, words only when asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What the film is to be. None and empty leave the choice to the recipe.

    `pace` scales the lengths of shots: below 1 is faster. `transition` None cuts hard.
    `lines` are words for the shots, in order. `music_percent` is a share of full amplitude.
    """

    kind: FilmKind = FilmKind.FILM
    duration_ms: int | None = None
    shot_ms: int | None = None
    pace: float = 1.0
    transition: TransitionKind | None = TransitionKind.CROSSFADE
    transition_ms: int | None = None
    moves: bool = True
    title: str | None = None
    lines: tuple[str, ...] = ()
    closing: str | None = None
    shows_names: bool = False
    style: TextStyle = TextStyle.CLEAN
    music_percent: float | None = None
    language: str | None = None


# A shot any longer than this is a picture on a wall.
SHOT_MS_MAX: Final = 6000
# With more pictures than this allows, some are left out of a promo and named.
SLOW_MS_MAX: Final = 7000
SHOT_MS_MIN: Final = 1800
# Fast is a picture every two seconds, or every few beats.
FAST_MS: Final = Span(1800, 2500)
FAST_BEAT_MS: Final = 2000
FAST_BEATS: Final = (2, 4)
# Pictures smaller than this are the first that a film does without.
LARGE_PX: Final = 700
_NORMAL: Final = (
    MotionKind.ZOOM_IN,
    MotionKind.PAN_RIGHT,
    MotionKind.ZOOM_OUT,
    MotionKind.PAN_LEFT,
)
_UPRIGHT: Final = (MotionKind.ZOOM_IN, MotionKind.PAN_UP, MotionKind.ZOOM_OUT, MotionKind.PAN_DOWN)
_WHOLE: Final = (MotionKind.ZOOM_IN, MotionKind.ZOOM_OUT)
# A picture shown again is shown closer: so much of the view, so far beside the subject, if
# its pixels allow.
_DETAILS: Final = ((0.68, 0.0), (0.74, -0.16), (0.62, 0.14))
_UPSCALE_MAX: Final = 1.5
# A slow move: of the frame a second, on average; evenly through the seams.
_TRAVEL_PER_S: Final = 0.026
_TRAVEL_MAX: Final = 0.12

# Below this a colour is mud; and an accent stands on pictures, so it has to be light.
ACCENT_CHROMA_MIN: Final = 0.45
ACCENT_LIGHT_MIN: Final = 0.62
# Hues in degrees: from magenta over red to yellow; green and blue are what most photos are of.
WARM_FROM: Final = 300
WARM_UP_TO: Final = 65
COLD_SHARE: Final = 0.5
OPENING_SHARE: Final = 1.5
# Of a subject only the middle is known: it takes about so much of the height of the frame.
SUBJECT_SHARE: Final = 0.25
# Where words of a role may stand: the band of the height they take, in shares.
_BANDS: Final = {
    "centre": (0.36, 0.64, Position.CENTER),
    "bottom": (0.74, 1.0, Position.BOTTOM_CENTER),
    "top": (0.0, 0.26, Position.TOP_CENTER),
}


def ordered(pictures: Sequence[Asset], canvas: Canvas) -> list[Asset]:
    """Put pictures in the order that tells them best.

    Numbered files keep their order, which somebody chose. Else the widest, most colourful
    landscape opens, the rest follow as they came, and one that lies across the canvas
    neither opens nor closes.
    """
    assets = list(pictures)
    if len(assets) < 3 or all(has_number(a.name) for a in assets):
        return large_at_the_ends(assets, canvas)
    first = max(
        assets,
        key=lambda a: (
            not is_small_for(a, canvas),
            _is_along(a, canvas),
            _width_to_height(a),
            _chroma_of(a),
        ),
    )
    rest = [a for a in assets if a is not first]
    if not _is_along(rest[-1], canvas):
        fitting = [i for i, a in enumerate(rest) if _is_along(a, canvas)]
        if fitting:
            rest.append(rest.pop(fitting[-1]))
    return large_at_the_ends([first, *rest], canvas)


def large_at_the_ends(pictures: Sequence[Asset], canvas: Canvas) -> list[Asset]:
    """Let no picture open or close the film that is too small to fill the screen."""
    assets = list(pictures)
    large = [i for i, a in enumerate(assets) if not is_small_for(a, canvas)]
    if large and large[0]:
        assets.insert(0, assets.pop(large[0]))
    if len(large) > 1 and large[-1] < len(assets) - 1:
        assets.append(assets.pop(large[-1]))
    return assets


def is_fast(brief: Brief) -> bool:
    return brief.pace < 0.8


def shot_span(brief: Brief, beats: Beats) -> Span:
    """Give how short and how long a shot of the film may be: whole beats where there are any."""
    period_ms = beats.period_ms
    if not is_fast(brief):
        least = max(2, ceil(SHOT_MS_MIN / period_ms)) * period_ms if period_ms else SHOT_MS_MIN
        return Span(least, max(min(SHOT_MS_MAX * max(1.0, brief.pace), SLOW_MS_MAX), least))
    if not period_ms:
        return FAST_MS
    count = min(max(round(FAST_BEAT_MS / period_ms), FAST_BEATS[0]), FAST_BEATS[1])
    return Span(count * period_ms * 0.99, count * period_ms * 1.01)


def telling(asset: Asset) -> tuple[bool, bool, float]:
    """Rank a picture among others: large enough, with people, then by its colours."""
    is_large = asset.kind is AssetKind.VIDEO or min(asset.width, asset.height) >= LARGE_PX
    return is_large, bool(asset.facts.faces), _chroma_of(asset)


def moved(
    asset: Asset,
    canvas: Canvas,
    duration_ms: int,
    *,
    before: Motion | None,
    turn: int,
    showing: int,
) -> Picture:
    """Frame a picture and let it move otherwise than the shot before.

    Args:
        before: the move of the shot before.
        turn: the number of the shot in the film, from 0.
        showing: how often the picture was shown already.
    """
    picture = picture_for(asset, canvas)
    if is_small_for(asset, canvas):
        return picture  # any closer and it would be softer still
    avoided = kind_of(before) if before else None
    if showing and (detail := _detail(asset, picture, canvas, duration_ms, avoided, showing)):
        return _with(picture, detail)
    avoid = {avoided} if avoided else set()
    move = move_for(asset, picture, canvas, duration_ms, avoid=avoid, turn=turn)
    return _with(picture, move) if move else picture


def move_for(
    asset: Asset,
    picture: Picture,
    canvas: Canvas,
    duration_ms: int,
    *,
    avoid: Collection[MotionKind],
    turn: int,
) -> Motion | None:
    """Give the move whose turn it is for a picture as it lies, none of those to avoid.

    It runs evenly, so that it goes on through the transitions at both of its ends.
    """
    kinds = _WHOLE if picture.fit is Fit.CONTAIN else _kinds(asset, canvas)
    for kind in (kinds[(turn + i) % len(kinds)] for i in range(len(kinds))):
        move = motion_for(kind, asset, picture, canvas, duration_ms)
        if kind not in avoid and move is not None:
            return replace(move, easing=Easing.LINEAR)
    return None


def closing_motion(before: Motion | None, duration_ms: int) -> Motion:
    """Let the closing card begin with the view that the shot before ended with, and settle."""
    travel = min(_TRAVEL_MAX, _TRAVEL_PER_S * duration_ms / 1000)
    view = before.end if before else FULL
    widens = before is not None and kind_of(before) is not MotionKind.ZOOM_OUT
    if widens and view.width < 1 - 1e-6:
        share = log(1 - travel) / log(view.width)
        return Motion(view, view.towards(FULL, min(1.0, share)), Easing.LINEAR)
    x, y = view.x + view.width / 2, view.y + view.height / 2
    return Motion(view, _around(x, y, view.width * (1 - travel)), Easing.LINEAR)


def position_for(role: TextRole, asset: Asset, picture: Picture, canvas: Canvas) -> Position | None:
    """Give a place for words where no face is, for a title none of the subject either; None is
    the role's own place."""
    is_title = role is TextRole.TITLE
    if not asset.facts.faces and not (is_title and asset.facts.focus):
        return None
    subject = subject_in_view(asset, picture, canvas)
    low, high = subject.y, subject.y + subject.height
    if not asset.facts.faces:
        low, high = low - SUBJECT_SHARE / 2, high + SUBJECT_SHARE / 2
    own = "centre" if is_title else "bottom"
    for name in (own, "bottom", "top"):
        first, last, position = _BANDS[name]
        if high <= first or low >= last:
            return None if name == own else position
    return None if own == "bottom" else Position.BOTTOM_CENTER


def accent_of(assets: Sequence[Asset]) -> str | None:
    """Take the accent colour from the pictures: a strong one, made light enough to be seen.

    Warm colours stand out of pictures where sky and grass do not, and the opening sets the
    tone. None when nothing is strong: the accent of the style is better than mud.
    """
    found = [
        (_chroma(colour) * _warmth(colour) * (1.0 if place else OPENING_SHARE), colour)
        for place, asset in enumerate(assets)
        for colour in asset.facts.palette
        if _chroma(colour) >= ACCENT_CHROMA_MIN
    ]
    return _lightened(max(found)[1]) if found else None


def _warmth(colour: str) -> float:
    hue = colorsys.rgb_to_hls(*_rgb(colour))[0] * 360
    return 1.0 if hue <= WARM_UP_TO or hue >= WARM_FROM else COLD_SHARE


def _kinds(asset: Asset, canvas: Canvas) -> Sequence[MotionKind]:
    is_taller = _width_to_height(asset) < float(canvas.aspect) * 0.95
    return _UPRIGHT if is_taller and canvas.aspect < 1 else _NORMAL


def _detail(
    asset: Asset,
    picture: Picture,
    canvas: Canvas,
    duration_ms: int,
    avoided: MotionKind | None,
    showing: int,
) -> Motion | None:
    """Give a closer view of the subject, each showing another one; None when the picture is too
    small for it."""
    if asset.kind is not AssetKind.IMAGE or picture.fit is not Fit.COVER:
        return None
    size, aside = _DETAILS[(showing - 1) % len(_DETAILS)]
    scale = max(canvas.width / asset.width, canvas.height / asset.height) / size
    subject = subject_in_view(asset, picture, canvas)
    if scale > _UPSCALE_MAX or max(subject.width, subject.height) > size * 0.9:
        return None
    x, y = subject.x + subject.width / 2 + aside, subject.y + subject.height / 2
    travel = min(0.08, _TRAVEL_PER_S * size * duration_ms / 1000)
    near, far = _around(x, y, size), _around(x, y, size + travel)
    if avoided is MotionKind.ZOOM_OUT:
        near, far = far, near
    return Motion(near, far, Easing.LINEAR)


def _around(x: float, y: float, size: float) -> Rect:
    left, top = (min(max(at - size / 2, 0.0), 1 - size) for at in (x, y))
    return Rect(left, top, size, size)


def _with(picture: Picture, motion: Motion) -> Picture:
    return Picture(fit=picture.fit, focus=picture.focus, motion=motion)


def _is_along(asset: Asset, canvas: Canvas) -> bool:
    """Tell whether a picture lies as the canvas does, across or upright."""
    ratio = _width_to_height(asset)
    return ratio >= 1 if canvas.aspect >= 1 else ratio <= 1.8


def _width_to_height(asset: Asset) -> float:
    return asset.width / asset.height if asset.width and asset.height else 1.0


def _chroma_of(asset: Asset) -> float:
    return max((_chroma(c) for c in asset.facts.palette), default=0.0)


def _chroma(colour: str) -> float:
    rgb = _rgb(colour)
    return max(rgb) - min(rgb)


def _rgb(colour: str) -> tuple[float, float, float]:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return 0.0, 0.0, 0.0
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _lightened(colour: str) -> str:
    hue, light, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    rgb = colorsys.hls_to_rgb(hue, max(light, ACCENT_LIGHT_MIN), saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)
