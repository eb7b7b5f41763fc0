"""Arguments for every operation, drawn to fit a draft more often than not."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from saycut.edit import MotionKind
from saycut.timeline import (
    Draft,
    Easing,
    Fit,
    Position,
    SoundRole,
    TextAnimation,
    TextRole,
    TextStyle,
    TrackKind,
    TransitionKind,
)
from tests.strategies import ASSETS

__all__ = ["REQUESTS", "Arguments"]

Arguments = Mapping[str, Any]

_times = st.integers(0, 12_000)
_durations = st.integers(1, 20_000)
_places = st.integers(-4, 4)
_shares = st.floats(0, 1)
_percent = st.sampled_from([0, 30, 100, 150.5])


def _ids(draft: Draft, kind: TrackKind | None = None) -> st.SearchStrategy[str]:
    return st.sampled_from([s.id for s in draft.segments(kind)] or ["nothing"])


def _shots(draft: Draft) -> st.SearchStrategy[dict[str, Any]]:
    by_id = st.fixed_dictionaries({"segment_id": _ids(draft)})
    return by_id | st.fixed_dictionaries({"index": _places}) | st.just({})


def _texts(draft: Draft) -> st.SearchStrategy[dict[str, Any]]:
    by_id = st.fixed_dictionaries({"segment_id": _ids(draft, TrackKind.TEXT)})
    by_place = st.fixed_dictionaries(
        {}, optional={"index": _places, "role": st.sampled_from(TextRole)}
    )
    return by_id | by_place


def _sounds(draft: Draft) -> st.SearchStrategy[dict[str, Any]]:
    by_id = st.fixed_dictionaries({"segment_id": _ids(draft)})
    return by_id | st.fixed_dictionaries({}, optional={"role": st.sampled_from(SoundRole)})


def _with(
    target: Callable[[Draft], st.SearchStrategy[dict[str, Any]]],
    optional: dict[str, st.SearchStrategy[Any]] | None = None,
    **required: st.SearchStrategy[Any],
) -> Callable[[Draft], st.SearchStrategy[Arguments]]:
    fields = st.fixed_dictionaries(required, optional=optional or {})
    return lambda draft: st.builds(lambda a, b: a | b, target(draft), fields)


def _free(
    optional: dict[str, st.SearchStrategy[Any]] | None = None, **required: st.SearchStrategy[Any]
) -> Callable[[Draft], st.SearchStrategy[Arguments]]:
    return _with(lambda _: st.just({}), optional, **required)


_view = st.builds(
    lambda x, y, w, h: {"x": x * (1 - w), "y": y * (1 - h), "width": w, "height": h},
    _shares,
    _shares,
    st.floats(0.1, 1),
    st.floats(0.1, 1),
)
_fades = {"fade_in_ms": _times, "fade_out_ms": _times}
_look = {
    "style": st.sampled_from(TextStyle),
    "animation": st.sampled_from(TextAnimation),
    "scale": st.floats(0.2, 5),
    "colour": st.just("#ffd700"),
}

REQUESTS: Final[Mapping[str, Callable[[Draft], st.SearchStrategy[Arguments]]]] = {
    "add_media": _free(
        {"index": _places, "duration_ms": _durations},
        asset_ids=st.lists(st.sampled_from(sorted(ASSETS)), min_size=1, max_size=3),
    ),
    "add_card": _free({"colour": st.just("#112233"), "index": _places, "duration_ms": _durations}),
    "remove_segment": _with(_shots),
    "move_segment": _with(_shots, to_index=_places),
    "swap_segments": _free(index=_places, other_index=_places),
    "split": _with(_shots, at_ms=_times),
    "trim": _with(
        _shots,
        {
            "head_ms": st.integers(-2000, 4000),
            "tail_ms": st.integers(-2000, 4000),
            "source_start_ms": _times,
            "source_end_ms": _durations,
        },
    ),
    "ripple_delete": _free(start_ms=_times, end_ms=_durations),
    "set_duration": _with(_shots, duration_ms=_durations),
    "fit_duration": _free(duration_ms=st.integers(1, 60_000)),
    "set_canvas": _free(
        {
            "aspect": st.sampled_from(["16:9", "9:16", "1:1", "4:5", "2.39:1"]),
            "short_side_px": st.sampled_from([720, 1080]),
            "frame_rate": st.sampled_from(["25", "29.97", "24000/1001"]),
            "background": st.just("#FFFFFF"),
        }
    ),
    "set_fit": _with(_shots, fit=st.sampled_from(Fit)),
    "set_focus": _with(_shots, x=_shares, y=_shares),
    "set_motion": lambda draft: (
        _with(_shots, kind=st.sampled_from([*MotionKind, "none"]))(draft)
        | _with(_shots, start=_view, end=_view, easing=st.sampled_from(Easing))(draft)
    ),
    "set_opacity": _with(_shots, opacity=_shares),
    "set_backdrop": _with(_shots, {"blur": st.floats(0, 0.25)}, dim=_shares),
    "set_fades": _with(_shots, _fades),
    "set_transition": _with(
        _shots, {"duration_ms": _durations}, kind=st.sampled_from([*TransitionKind, "none"])
    ),
    "add_text": lambda draft: _free(
        {
            **_look,
            "role": st.sampled_from(TextRole),
            "start_ms": _times,
            "duration_ms": _durations,
            "position": st.sampled_from(Position),
            "over_index": _places,
        },
        content=st.sampled_from(["Golden Hour", "金色时光", "a\nb"]),
    )(draft),
    "change_text": _with(_texts, content=st.just("Summer")),
    "remove_text": _with(_texts),
    "style_text": _with(_texts, {**_look, "new_role": st.sampled_from(TextRole)}),
    "place_text": _with(
        _texts,
        {"start_ms": _times, "duration_ms": _durations, "position": st.sampled_from(Position)},
    ),
    "add_music": _free(
        {"start_ms": _times, "source_start_ms": _times, "percent": _percent, **_fades},
        asset_id=st.sampled_from(["song", "voice", "photo"]),
    ),
    "replace_music": _free(asset_id=st.sampled_from(["song", "voice"])),
    "remove_music": _free(),
    "set_gain": lambda draft: (
        _with(_sounds, percent=_percent)(draft) | _with(_sounds, gain_db=st.floats(-60, 12))(draft)
    ),
    "set_sound_fades": _with(_sounds, _fades),
    "mute": _with(_sounds, {"is_muted": st.booleans()}),
    "set_loudness": _free(loudness_lufs=st.none() | st.floats(-60, -5)),
    "clear": _free(),
}
