"""How the film looks: handlers of intents about the canvas, moves, fades and seams."""

from typing import Final

from saycut.agent.clauses import Clause
from saycut.agent.measuring import transition_ms
from saycut.agent.palette import COLOURS
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Work
from saycut.edit.motions import MotionKind
from saycut.timeline import AssetKind, Fit, TransitionKind

__all__ = ["HANDLERS", "aspect_of", "kind_of_transition"]

FADE_MS: Final = 1000
HALF: Final = 0.5
BLUR: Final = 0.02
_SHAPES: Final = {"vertical": "9:16", "horizontal": "16:9", "square": "1:1"}
_MOVES: Final = {
    "zoom_in": MotionKind.ZOOM_IN,
    "zoom_out": MotionKind.ZOOM_OUT,
    "pan_left": MotionKind.PAN_LEFT,
    "pan_right": MotionKind.PAN_RIGHT,
    "pan_up": MotionKind.PAN_UP,
    "pan_down": MotionKind.PAN_DOWN,
}
# Moves in turn, so that no two shots in a row go the same way.
_IN_TURN: Final = (
    MotionKind.ZOOM_IN,
    MotionKind.PAN_RIGHT,
    MotionKind.ZOOM_OUT,
    MotionKind.PAN_LEFT,
)
_EXPORT_WORDS: Final = ("export", "convert", "compress", "extract")


def aspect_of(clause: Clause) -> str | None:
    """Give the shape a clause asks for, as `9:16`."""
    if value := clause.value(ValueKind.ASPECT):
        return f"{value.amount:g}:{value.other:g}"
    found = [h for h in clause.hits if h.concept in _SHAPES]
    # "turn the landscape clip vertical": the last shape named is the wanted one.
    return _SHAPES[found[-1].concept] if found else None


def kind_of_transition(clause: Clause) -> TransitionKind:
    """Give the transition a clause names, a crossfade when it names none that there is."""
    return TransitionKind.FADE_BLACK if clause.has("fade_black") else TransitionKind.CROSSFADE


def _canvas_aspect(work: Work, clause: Clause) -> None:
    aspect = aspect_of(clause)
    if aspect is None:
        return
    if work.draft.canvas.ratio == aspect:
        if work.draft.canvas == work.before.canvas and work.shots:
            work.tell("already_shape", aspect=aspect)
        return
    work.do("set_canvas", aspect=aspect)


def _canvas_size(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.SIZE)
    assert value is not None  # the rules ask for one
    width, height = round(value.amount / 2) * 2, round(value.other / 2) * 2
    if clause.has(*_EXPORT_WORDS):
        work.order(width=width, height=height)
        canvas = work.draft.canvas
        if abs(width * canvas.height - height * canvas.width) > 2 * max(
            canvas.width, canvas.height
        ):
            said = clause.request.shown(value.start, value.end)
            work.miss(said, "other_shape", ratio=canvas.ratio)
    else:
        work.do("set_canvas", width_px=width, height_px=height)


def _canvas_height(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.HEIGHT)
    short_px = round(value.amount) if value else 1080
    canvas = work.draft.canvas
    if min(canvas.width, canvas.height) == short_px:
        work.tell("already_size", width=canvas.width, height=canvas.height)
    elif clause.has(*_EXPORT_WORDS):
        scale = short_px / min(canvas.width, canvas.height)
        work.order(
            width=round(canvas.width * scale / 2) * 2, height=round(canvas.height * scale / 2) * 2
        )
    else:
        work.do("set_canvas", short_side_px=short_px)


def _canvas_rate(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.RATE)
    assert value is not None  # the rules ask for one
    work.do("set_canvas", frame_rate=f"{value.amount:g}")


def _fit(work: Work, clause: Clause) -> None:
    fit = Fit.COVER
    if clause.has("whole_picture"):
        fit = Fit.CONTAIN
    elif clause.has("stretch_picture"):
        fit = Fit.STRETCH
    for place in _places_or_all(work, clause):
        work.do("set_fit", index=place, fit=fit.value)


def _background(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.COLOUR)
    hit = clause.hit(*COLOURS)
    colour = value.text if value else COLOURS[hit.concept] if hit else None
    work.do("set_canvas", background=colour)


def _opacity(work: Work, clause: Clause) -> None:
    percent = clause.value(ValueKind.PERCENT)
    share = percent.amount / 100 if percent else HALF
    if not percent and clause.has("opaque"):
        share = 1.0
    for place in _places_or_all(work, clause):
        work.do("set_opacity", index=place, opacity=min(1.0, share))


def _backdrop(work: Work, clause: Clause) -> None:
    """Dim or soften a picture, so that words can stand on it."""
    is_blurred = clause.has("blur")
    for place in _places_or_all(work, clause):
        work.do(
            "set_backdrop",
            index=place,
            dim=0.0 if is_blurred else HALF - 0.1,
            blur=BLUR if is_blurred else None,
        )


def _focus(work: Work, clause: Clause) -> None:
    """Keep a side, the middle or a face of a picture in view."""
    x = 0.25 if clause.has("left") else 0.75 if clause.has("right") else 0.5
    y = 0.25 if clause.has("top") else 0.75 if clause.has("bottom") else 0.5
    for place in work.places(clause) or range(len(work.shots)):
        asset = work.asset_of(work.shots[place])
        faces = asset.facts.faces if asset else ()
        at = x, y
        if faces and not clause.has("left", "right", "top", "bottom", "middle", "centre"):
            at = faces[0].x + faces[0].width / 2, faces[0].y + faces[0].height / 2
        work.do("set_focus", index=place, x=at[0], y=at[1])


def _motion(work: Work, clause: Clause) -> None:
    hit = clause.hit(*_MOVES)
    assert hit is not None  # the rules ask for one
    for place in work.places(clause) or _moving(work):
        work.do("set_motion", index=place, kind=_MOVES[hit.concept].value)


def _motion_all(work: Work, clause: Clause) -> None:
    for turn, place in enumerate(work.places(clause) or _moving(work)):
        work.do("set_motion", index=place, kind=_IN_TURN[turn % len(_IN_TURN)].value)


def _zoom_cuts(work: Work, _: Clause) -> None:
    """Give every other shot a push in: each cut is then a change of size."""
    for place in range(0, len(work.shots), 2):
        work.do("set_motion", index=place, kind=MotionKind.ZOOM_IN.value)
    if len(work.shots) < 2:
        work.tell("one_shot_only")


def _no_motion(work: Work, clause: Clause) -> None:
    for place in _places_or_all(work, clause):
        work.do("set_motion", index=place, kind="none")


def _places_or_all(work: Work, clause: Clause) -> list[int | None]:
    """Give the shots a clause points at; None, which operations take for all, when at none."""
    places: list[int | None] = [*work.places(clause)]
    return places or [None]


def _moving(work: Work) -> list[int]:
    """Give the shots that a move suits: stills, or all where there are none."""
    stills = [
        i for i, s in enumerate(work.shots) if (a := work.asset_of(s)) and a.kind is AssetKind.IMAGE
    ]
    return stills or list(range(len(work.shots)))


def _film_fade_in(work: Work, clause: Clause) -> None:
    work.do("set_fades", fade_in_ms=_fade_ms(clause))


def _film_fade_out(work: Work, clause: Clause) -> None:
    fade_ms = _fade_ms(clause)
    work.do("set_fades", fade_out_ms=fade_ms)


def _fade_ms(clause: Clause) -> int:
    value = clause.value(ValueKind.DURATION)
    return value.ms if value else FADE_MS


def _transitions(work: Work, clause: Clause) -> None:
    if len(work.shots) < 2:
        raise CannotDo("one_shot_only")
    kind = kind_of_transition(clause)
    if clause.has("other_transition"):
        if any(shot.transition for shot in work.shots):
            return  # that it is not there is said; what plays now is no worse than another
        work.tell("transition_instead", kind=kind.value)
    work.do("set_transition", kind=kind.value, duration_ms=transition_ms(clause))


def _transition_one(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.DURATION)
    # A transition leads into a shot: between 2 and 3 it is the one of 3.
    place = max(work.places(clause))
    work.do(
        "set_transition",
        index=max(place, 1),
        kind=kind_of_transition(clause).value,
        duration_ms=value.ms if value else None,
    )


def _no_transitions(work: Work, clause: Clause) -> None:
    places = work.places(clause)
    work.do("set_transition", index=max(places) if places else None, kind="none")


HANDLERS: Final[Handlers] = {
    "canvas_aspect": _canvas_aspect,
    "canvas_size": _canvas_size,
    "canvas_height": _canvas_height,
    "canvas_rate": _canvas_rate,
    "background": _background,
    "opacity": _opacity,
    "backdrop": _backdrop,
    "focus": _focus,
    "fit": _fit,
    "motion": _motion,
    "motion_all": _motion_all,
    "zoom_cuts": _zoom_cuts,
    "no_motion": _no_motion,
    "film_fade_in": _film_fade_in,
    "film_fade_out": _film_fade_out,
    "transitions": _transitions,
    "transition_one": _transition_one,
    "no_transitions": _no_transitions,
}
