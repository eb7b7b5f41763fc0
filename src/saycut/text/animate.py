"""Entrance and exit: where each sprite of a text is, and how opaque, at a moment.

The moves are short and stop softly. Lines follow one another, a scrim only fades (a moving
scrim would show the edge it has at the border of the canvas), plates and rules go first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from saycut.text.sprite import Part, Sprite, Typeset
from saycut.timeline import Canvas, Easing, Text, TextAnimation, TextRole, ease

__all__ = ["Pose", "poses", "resting_ms"]


@dataclass(frozen=True, slots=True)
class Pose:
    """How a sprite is drawn: opacity 0..1 on top of its own, and pixels away from its place."""

    opacity: float
    dx_px: float
    dy_px: float


AT_REST: Final = Pose(1.0, 0.0, 0.0)

# Entrance and exit in milliseconds. Captions change often and must be readable at once.
_USUAL_MS: Final = (700, 450)
_BY_ROLE_MS: Final = {TextRole.CAPTION: (280, 200)}
# Coming and going never take more of a short text than this: the rest is for reading.
_MOVING_SHARE: Final = 0.4
# The last line starts at most this share of the entrance after the first.
_STAGGER_SHARE: Final = 0.35
_STAGGER_PER_LINE: Final = 0.14
# Ways as shares of the canvas's shorter side; leaving is a shorter move than coming.
_RISE: Final = 0.035
_SLIDE: Final = 0.06
_EXIT_WAY: Final = 0.4


def poses(
    typeset: Typeset, text: Text, canvas: Canvas, at_ms: float, duration_ms: int
) -> tuple[Pose, ...]:
    """Give the pose of every sprite `at_ms` after the text's start; it shows `duration_ms`."""
    start_ms, end_ms = resting_ms(text, duration_ms)
    if text.animation is TextAnimation.NONE or start_ms <= at_ms <= end_ms:
        return tuple(AT_REST for _ in typeset.sprites)
    way = _way_px(typeset, text, canvas)
    if at_ms < start_ms:
        delays = _delays(typeset.sprites)
        return tuple(
            _entering(sprite, at_ms / start_ms, delay, way)
            for sprite, delay in zip(typeset.sprites, delays, strict=True)
        )
    gone = min(1.0, (at_ms - end_ms) / max(1, duration_ms - end_ms))
    return tuple(_leaving(sprite, gone, way) for sprite in typeset.sprites)


def resting_ms(text: Text, duration_ms: int) -> tuple[int, int]:
    """Give the span, counted from the text's start, in which every pose is at rest."""
    if text.animation is TextAnimation.NONE:
        return 0, duration_ms
    entrance_ms, exit_ms = _BY_ROLE_MS.get(text.role, _USUAL_MS)
    share = min(1.0, _MOVING_SHARE * duration_ms / (entrance_ms + exit_ms))
    return int(entrance_ms * share), duration_ms - int(exit_ms * share)


def _way_px(typeset: Typeset, text: Text, canvas: Canvas) -> tuple[float, float]:
    """Give the vector from where the letters come in to where they rest."""
    shorter = min(canvas.width, canvas.height)
    if text.animation is TextAnimation.RISE:
        return 0.0, -_RISE * shorter
    if text.animation is TextAnimation.SLIDE:
        x, _, width, _ = typeset.box
        comes_from_right = x + width / 2 > canvas.width * 0.6
        return (-_SLIDE if comes_from_right else _SLIDE) * shorter, 0.0
    return 0.0, 0.0


def _delays(sprites: Sequence[Sprite]) -> tuple[float, ...]:
    """Give when each sprite starts, as a share of the entrance."""
    is_line = [sprite.part is Part.LINE for sprite in sprites]
    step = min(_STAGGER_PER_LINE, _STAGGER_SHARE / max(1, sum(is_line) - 1))
    lines_before = 0
    delays = []
    for line in is_line:
        delays.append(step * lines_before if line else 0.0)
        lines_before += line
    return tuple(delays)


def _entering(sprite: Sprite, passed: float, delay: float, way: tuple[float, float]) -> Pose:
    own = max(0.0, (passed - delay) / (1.0 - delay))
    # Opaque well before it stops: letters then glide into place instead of appearing there.
    opacity = ease(Easing.EASE_IN_OUT, own * 1.5)
    if sprite.part is Part.SCRIM:
        return Pose(opacity, 0.0, 0.0)
    left = 1.0 - ease(Easing.EASE_OUT, own)
    return Pose(opacity, -left * way[0], -left * way[1])


def _leaving(sprite: Sprite, gone: float, way: tuple[float, float]) -> Pose:
    opacity = 1.0 - ease(Easing.EASE_IN_OUT, gone)
    if sprite.part is Part.SCRIM:
        return Pose(opacity, 0.0, 0.0)
    moved = _EXIT_WAY * ease(Easing.EASE_IN, gone)
    return Pose(opacity, moved * way[0], moved * way[1])
