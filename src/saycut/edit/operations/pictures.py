"""Operations on how things look: canvas, fit, moves, opacity, fades and transitions."""

from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from saycut.edit import looks, seams
from saycut.edit.canvas import frame_rate_of, set_canvas, size_of
from saycut.edit.motions import MotionKind
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.operations.arguments import Colour, DurationMs, Pictures, PointMs
from saycut.timeline import (
    Curve,
    Draft,
    Easing,
    Fit,
    Motion,
    Rect,
    TransitionKind,
)

__all__ = ["OPERATIONS"]

NONE: Final = "none"

Pixels = Annotated[int, Field(ge=16, le=8192, multiple_of=2)]
Share = Annotated[float, Field(ge=0, le=1)]


class SetCanvas(Arguments):
    aspect: str | None = Field(
        None, pattern=r"^\d{1,4}(\.\d+)?:\d{1,4}(\.\d+)?$", description="the shape, as 9:16"
    )
    short_side_px: Pixels | None = Field(
        None, description="the shorter side in pixels: 1080 for full HD, 720, 2160 for 4K"
    )
    width_px: Pixels | None = Field(None, description="with height_px, instead of the shape")
    height_px: Pixels | None = Field(None, description="with width_px, instead of the shape")
    frame_rate: str | None = Field(
        None, description="frames a second: 30, 29.97 or 24000/1001, from 1 to 240"
    )
    background: Colour | None = Field(None, description="what is seen where no picture is")

    @field_validator("aspect")
    @classmethod
    def _is_a_shape(cls, aspect: str | None) -> str | None:
        if aspect is not None and not Fraction(1, 8) <= _ratio(aspect) <= 8:
            raise ValueError("a shape between 1:8 and 8:1, as 16:9")
        return aspect

    @field_validator("frame_rate")
    @classmethod
    def _is_a_rate(cls, frame_rate: str | None) -> str | None:
        if frame_rate is not None and not 1 <= _rate(frame_rate) <= 240:
            raise ValueError("frames a second from 1 to 240, as 30 or 24000/1001")
        return frame_rate

    @model_validator(mode="after")
    def _is_one_size(self) -> "SetCanvas":
        if (self.width_px is None) != (self.height_px is None):
            raise ValueError("give width_px and height_px together")
        if self.width_px is not None and (self.aspect or self.short_side_px):
            raise ValueError("give width_px and height_px, or aspect and short_side_px")
        if not self.model_fields_set:
            raise ValueError("say what is to change: aspect, size, frame_rate or background")
        return self


class SetFit(Pictures):
    fit: Fit = Field(
        description="cover fills and cuts edges off, contain shows all on a blurred copy, "
        "stretch distorts"
    )


class SetFocus(Pictures):
    x: Share = Field(description="the point to keep in view, from the left edge (0) to the right")
    y: Share = Field(description="the point to keep in view, from the top (0) to the bottom")


class View(Arguments):
    x: Share = Field(description="its left edge, as a share of the width of the picture")
    y: Share = Field(description="its upper edge, as a share of the height of the picture")
    width: float = Field(ge=0.01, le=1, description="its width as a share")
    height: float = Field(ge=0.01, le=1, description="its height as a share")

    @model_validator(mode="after")
    def _is_inside(self) -> "View":
        if self.x + self.width > 1 + 1e-6 or self.y + self.height > 1 + 1e-6:
            raise ValueError("the view has to lie inside the picture: x + width at most 1")
        return self

    def rect(self) -> Rect:
        return Rect(self.x, self.y, self.width, self.height)


class SetMotion(Pictures):
    kind: MotionKind | Literal["none"] | None = Field(
        None, description="a slow move with the subject in view, or none to stand still"
    )
    start: View | None = Field(None, description="instead of kind: the view it begins with")
    end: View | None = Field(None, description="instead of kind: the view it ends with")
    easing: Easing = Field(Easing.EASE_IN_OUT, description="how it starts and stops")

    @model_validator(mode="after")
    def _is_told_how(self) -> "SetMotion":
        if (self.start is None) != (self.end is None) or (self.kind is None) == (self.end is None):
            raise ValueError("give kind, or start and end")
        return self


class SetOpacity(Pictures):
    opacity: Share = Field(description="0 is not seen at all, 1 hides what lies below")


class SetBackdrop(Pictures):
    dim: Share = Field(description="how much darker: 0 leaves it, 0.5 suits white letters")
    blur: float = Field(
        0.0, ge=0, le=0.25, description="how soft, as a share of the height: 0.02 hides details"
    )


class SetFades(Pictures):
    fade_in_ms: PointMs | None = Field(None, description="0 for none; not given: as it is")
    fade_out_ms: PointMs | None = Field(None, description="0 for none; not given: as it is")

    @model_validator(mode="after")
    def _changes_something(self) -> "SetFades":
        if self.fade_in_ms is None and self.fade_out_ms is None:
            raise ValueError("give fade_in_ms, fade_out_ms or both")
        return self


class SetTransition(Pictures):
    segment_id: str | None = Field(
        None, description="the shot that the transition leads into; none means all seams"
    )
    index: int | None = Field(
        None, description="the shot it leads into, by its place: 1 is the second"
    )
    kind: TransitionKind | Literal["none"] = Field(description="none cuts hard")
    duration_ms: DurationMs | None = Field(
        None, description="none: 0.8 s, at most a quarter of the shorter shot"
    )


def _set_canvas(draft: Draft, given: SetCanvas, context: EditContext) -> Draft:
    canvas = draft.canvas
    if given.width_px and given.height_px:
        canvas = replace(canvas, width=given.width_px, height=given.height_px)
    elif given.aspect or given.short_side_px:
        aspect = _ratio(given.aspect) if given.aspect else canvas.aspect
        short_px = given.short_side_px or min(canvas.width, canvas.height)
        width, height = size_of(aspect, short_px=short_px)
        canvas = replace(canvas, width=width, height=height)
    if given.frame_rate:
        canvas = replace(canvas, frame_rate=_rate(given.frame_rate))
    if given.background:
        canvas = replace(canvas, background=given.background.lower())
    return set_canvas(draft, canvas, context.assets)


def _set_fit(draft: Draft, given: SetFit, context: EditContext) -> Draft:
    for segment in given.picked(draft):
        draft = looks.set_fit(draft, segment.id, given.fit, context.assets)
    return draft


def _set_focus(draft: Draft, given: SetFocus, context: EditContext) -> Draft:
    for segment in given.picked(draft):
        draft = looks.set_focus(draft, segment.id, (given.x, given.y), context.assets)
    return draft


def _set_motion(draft: Draft, given: SetMotion, context: EditContext) -> Draft:
    for segment in given.picked(draft):
        if given.start and given.end:
            motion = Motion(given.start.rect(), given.end.rect(), given.easing)
            draft = looks.set_motion(draft, segment.id, motion)
        else:
            kind = given.kind if isinstance(given.kind, MotionKind) else None
            draft = looks.set_motion_kind(draft, segment.id, kind, context.assets)
    return draft


def _set_opacity(draft: Draft, given: SetOpacity, _: EditContext) -> Draft:
    for segment in given.picked(draft):
        draft = looks.set_opacity(draft, segment.id, Curve.constant(given.opacity))
    return draft


def _set_backdrop(draft: Draft, given: SetBackdrop, _: EditContext) -> Draft:
    for segment in given.picked(draft):
        draft = looks.set_backdrop(draft, segment.id, dim=given.dim, blur=given.blur)
    return draft


def _set_fades(draft: Draft, given: SetFades, _: EditContext) -> Draft:
    in_ms, out_ms = given.fade_in_ms, given.fade_out_ms
    if given.segment_id is None and given.index is None:
        given.picked(draft)
        return looks.set_film_fades(draft, in_ms=in_ms, out_ms=out_ms)
    return looks.set_fades(draft, given.picked(draft)[0].id, in_ms=in_ms, out_ms=out_ms)


def _set_transition(draft: Draft, given: SetTransition, _: EditContext) -> Draft:
    kind = given.kind if isinstance(given.kind, TransitionKind) else None
    if given.segment_id is None and given.index is None:
        return seams.set_transitions(draft, kind, given.duration_ms)
    return seams.set_transition(draft, given.picked(draft)[0].id, kind, given.duration_ms)


def _ratio(aspect: str) -> Fraction:
    width, height = (Fraction(part) for part in aspect.split(":"))
    if not width or not height:
        raise ValueError("both sides have to be above 0, as 16:9")
    return width / height


def _rate(written: str) -> Fraction:
    try:
        return frame_rate_of(written)
    except (ValueError, ZeroDivisionError):
        raise ValueError("a number or a fraction, as 30 or 24000/1001") from None


OPERATIONS: Final = (
    Operation(
        "set_canvas",
        SetCanvas,
        "Change the shape, size, frame rate or background of the film; pictures are reframed.",
        ("make it vertical", "use 9:16", "4K please", "60 frames per second"),
        _set_canvas,
    ),
    Operation(
        "set_fit",
        SetFit,
        "Choose how pictures of another shape fill the canvas.",
        ("show the whole photo", "fill the frame", "no black bars"),
        _set_fit,
    ),
    Operation(
        "set_focus",
        SetFocus,
        "Choose the point of a picture that stays in view when its edges are cut off.",
        ("keep the left side of photo 2 in view", "focus on the middle"),
        _set_focus,
    ),
    Operation(
        "set_motion",
        SetMotion,
        "Let the view move slowly over one picture or all, or stand still.",
        ("zoom in slowly on photo 2", "pan from left to right", "no motion"),
        _set_motion,
    ),
    Operation(
        "set_opacity",
        SetOpacity,
        "Let one picture or all be seen through.",
        ("make the first photo half transparent", "set the opacity to 40 %"),
        _set_opacity,
    ),
    Operation(
        "set_backdrop",
        SetBackdrop,
        "Darken and soften a picture, so that it carries a text.",
        ("blur the last photo behind the text", "darken the background"),
        _set_backdrop,
    ),
    Operation(
        "set_fades",
        SetFades,
        "Fade one shot in and out, or the film at its start and end.",
        ("fade in from black", "add a one second fade out at the end"),
        _set_fades,
    ),
    Operation(
        "set_transition",
        SetTransition,
        "Choose how one shot gives way to the next, at one seam or at all.",
        ("crossfade between all photos", "remove the transitions", "fade through black"),
        _set_transition,
    ),
)
