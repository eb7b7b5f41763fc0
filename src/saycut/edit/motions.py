"""Slow moves over a picture that keep its subject in view from the first frame to the last."""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from saycut.edit.framing import subject_in_view
from saycut.timeline import FULL, Asset, Canvas, Motion, Picture, Rect, Segment

__all__ = ["MotionKind", "kind_of", "motion", "motion_for", "remade"]

# How much of the frame a move covers at most: more makes a still look like an effect.
TRAVEL_MAX: Final = 0.12
# Of the frame, each second, where the move is fastest.
SPEED_MAX_PER_S: Final = 0.04
# The in-out easing is this much faster in its middle than on average.
PEAK_OF_EASING: Final = 1.5
# Less than this is not seen as a move.
TRAVEL_MIN: Final = 0.005


class MotionKind(StrEnum):
    """A direction to move in; pans are named for where the view goes."""

    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"
    PAN_LEFT = "pan-left"
    PAN_RIGHT = "pan-right"
    PAN_UP = "pan-up"
    PAN_DOWN = "pan-down"


def motion_for(
    kind: MotionKind, asset: Asset | None, picture: Picture, canvas: Canvas, duration_ms: int
) -> Motion | None:
    """Give the move for a picture as it lies on the canvas; see `motion`."""
    subject = subject_in_view(asset, picture, canvas) if asset else Rect(0.5, 0.5, 0.0, 0.0)
    return motion(kind, subject, duration_ms)


def motion(kind: MotionKind, subject: Rect, duration_ms: int) -> Motion | None:
    """Give a move of at most 4 % of the frame a second, and of 12 % in all.

        zoom-in   +-----------+      +-----------+
                  |           |      | +-------+ |
                  |     o     |  ->  | |   o   | |    o stays where it is in the view
                  +-----------+      +-+-------+-+

    Args:
        subject: what stays in view all the time, in shares of the unmoved view.
        duration_ms: how long the segment plays.

    Returns:
        None when the subject fills the view, or the time is too short to see a move.
    """
    travel = min(TRAVEL_MAX, SPEED_MAX_PER_S / PEAK_OF_EASING * duration_ms / 1000)
    travel = min(travel, 1 - subject.width, 1 - subject.height)
    if kind not in (MotionKind.ZOOM_IN, MotionKind.ZOOM_OUT):
        return _pan(kind, subject, travel)
    if travel < TRAVEL_MIN:
        return None
    near = _near(subject, 1 - travel)
    return Motion(FULL, near) if kind is MotionKind.ZOOM_IN else Motion(near, FULL)


def kind_of(move: Motion) -> MotionKind | None:
    """Name the direction of a move, None when it stays in place."""
    growth = move.end.width - move.start.width
    if abs(growth) > 1e-6:
        return MotionKind.ZOOM_IN if growth < 0 else MotionKind.ZOOM_OUT
    right, down = move.end.x - move.start.x, move.end.y - move.start.y
    if max(abs(right), abs(down)) <= 1e-6:
        return None
    if abs(right) >= abs(down):
        return MotionKind.PAN_RIGHT if right > 0 else MotionKind.PAN_LEFT
    return MotionKind.PAN_DOWN if down > 0 else MotionKind.PAN_UP


def remade(
    was: Segment, now: Segment, asset: Asset | None, before: Canvas, after: Canvas
) -> Segment:
    """Make a move anew for another canvas, look or length; one with rectangles of its own stays.

    `was` on the canvas `before` is what the move was made for, `now` on `after` what it is for.
    """
    move = was.picture.motion
    kind = kind_of(move) if move else None
    if move is None or kind is None:
        return now
    by_rule = motion_for(kind, asset, was.picture, before, was.track_range.duration_ms)
    if not _is_alike(move, by_rule):
        return now
    again = motion_for(kind, asset, now.picture, after, now.track_range.duration_ms)
    again = again and replace(again, easing=move.easing)
    return replace(now, picture=replace(now.picture, motion=again))


def _near(subject: Rect, size: float) -> Rect:
    """Give the view of that size that leaves the subject's centre where it is on the screen."""
    centre_x, centre_y = subject.x + subject.width / 2, subject.y + subject.height / 2
    x = _between(centre_x * (1 - size), subject.x + subject.width - size, subject.x)
    y = _between(centre_y * (1 - size), subject.y + subject.height - size, subject.y)
    return Rect(_between(x, 0.0, 1 - size), _between(y, 0.0, 1 - size), size, size)


def _pan(kind: MotionKind, subject: Rect, travel: float) -> Motion | None:
    """Slide a view as wide as what `travel` leaves, as far as the subject stays inside."""
    size = 1 - travel
    level = _near(subject, size)
    is_level = kind in (MotionKind.PAN_LEFT, MotionKind.PAN_RIGHT)
    low, high = subject.x, subject.x + subject.width
    if not is_level:
        low, high = subject.y, subject.y + subject.height
    first, last = max(0.0, high - size), min(travel, low)
    if last - first < TRAVEL_MIN:
        return None
    start, end = (
        (replace(level, x=first), replace(level, x=last))
        if is_level
        else (replace(level, y=first), replace(level, y=last))
    )
    if kind in (MotionKind.PAN_LEFT, MotionKind.PAN_UP):
        start, end = end, start
    return Motion(start, end)


def _between(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _is_alike(one: Motion, other: Motion | None) -> bool:
    if other is None or (one.begins, one.ends) != (other.begins, other.ends):
        return False
    return all(
        abs(a - b) < 1e-4
        for one_rect, other_rect in ((one.start, other.start), (one.end, other.end))
        for a, b in zip(_corners(one_rect), _corners(other_rect), strict=True)
    )


def _corners(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x, rect.y, rect.width, rect.height
