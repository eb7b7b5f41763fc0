"""How a picture is placed on the canvas, how it moves and how it gives way to the next."""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from saycut.timeline.canvas import FULL, Rect
from saycut.timeline.curve import Curve, Easing, ease

__all__ = ["Fit", "Motion", "Picture", "Transition", "TransitionKind"]


class Fit(StrEnum):
    """How a picture of another shape fills its frame."""

    COVER = "cover"  # fills it, edges are cut off around `Picture.focus`
    CONTAIN = "contain"  # whole, on a blurred and darkened copy of itself
    STRETCH = "stretch"  # whole, out of proportion


@dataclass(frozen=True, slots=True)
class Motion:
    """A move of the view over the picture, from one rectangle to another.

    The rectangles are shares of what `fit` alone would show: `FULL` is the unmoved picture,
    a smaller one is zoomed in. The move fills the segment; after a cut each part plays its
    share of the whole move, `begins` to `ends` (0..1), so that cutting changes no frame.
    """

    start: Rect
    end: Rect
    easing: Easing = Easing.EASE_IN_OUT
    begins: Fraction = Fraction(0)
    ends: Fraction = Fraction(1)

    def view(self, progress: float) -> Rect:
        """Give the rectangle in view when `progress` (0..1) of the segment has played.

        Outside 0..1, where a transition shows the segment beyond its edges, a linear move goes
        on at its pace as far as the picture reaches; the others have come to rest.
        """
        share = float(self.begins) + float(self.ends - self.begins) * progress
        if self.easing is not Easing.LINEAR:
            share = ease(self.easing, share)
        return self.start.towards(self.end, share).inside()

    def cut_at(self, share: Fraction) -> tuple["Motion", "Motion"]:
        """Give the parts of the move before and after `share` (0..1) of this one."""
        middle = self.begins + (self.ends - self.begins) * share
        return replace(self, ends=middle), replace(self, begins=middle)


class TransitionKind(StrEnum):
    CROSSFADE = "crossfade"
    FADE_BLACK = "fade-black"


@dataclass(frozen=True, slots=True)
class Transition:
    """How a segment takes over from its neighbour before.

    It lies across the seam, half of it on each side, and plays both segments beyond their
    edges (a still simply stays, a clip uses its handles, else holds its edge frame), so no
    segment moves when a transition comes or goes.
    """

    kind: TransitionKind
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Picture:
    """The look of a segment on a video track.

    `frame` is its place on the canvas; `focus` the point of the source (0..1 from its upper
    left corner) that stays in view when COVER cuts edges off. Fades go through transparency.
    `dim` darkens (0..1) and `blur` softens (sigma as a share of the canvas height): they
    turn a picture into a background for text. `colour` (`#rrggbb`) is shown where there is
    no asset.
    """

    fit: Fit = Fit.COVER
    frame: Rect = FULL
    focus: tuple[float, float] = (0.5, 0.5)
    motion: Motion | None = None
    opacity: Curve = Curve.constant(1.0)
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    dim: float = 0.0
    blur: float = 0.0
    colour: str | None = None
