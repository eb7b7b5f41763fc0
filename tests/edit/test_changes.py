from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit import REGISTRY, Change, ChangeKind, EditContext, apply, describe
from saycut.errors import SaycutError
from saycut.timeline import (
    FULL,
    Curve,
    Draft,
    Fit,
    Keyframe,
    Motion,
    Picture,
    Position,
    Rect,
    Segment,
    Sound,
    SoundRole,
    Text,
    TextAnimation,
    TextRole,
    TextStyle,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)
from tests.builders import (
    a_caption,
    a_clip,
    a_draft,
    a_film,
    a_photo,
    a_segment,
    a_song,
    a_soundtrack,
    by_id,
)
from tests.edit.requests import REQUESTS
from tests.strategies import ASSETS, drafts, films, patiently

PROJECT = EditContext(by_id(a_photo(), a_photo("beach"), a_clip(), a_song()))


def told(before: Draft, name: str, **arguments: Any) -> list[str]:
    after = apply(before, name, arguments, PROJECT)
    return [str(c) for c in describe(before, after, PROJECT.assets) if not c.is_detail]


@patiently(60)
@given(one=drafts() | films(), other=drafts() | films())
def test_nothing_is_told_exactly_when_nothing_changed(one: Draft, other: Draft) -> None:
    assert describe(one, one, ASSETS) == ()
    assert bool(describe(one, other, ASSETS)) == (one != other)


@patiently(100)
@given(data=st.data())
def test_whatever_an_operation_changed_is_told(data: st.DataObject) -> None:
    draft = data.draw(films())
    name = data.draw(st.sampled_from(sorted(REGISTRY)))
    try:
        after = apply(draft, name, data.draw(REQUESTS[name](draft)), EditContext(ASSETS))
    except SaycutError:
        return

    changes = describe(draft, after, ASSETS)

    assert bool(changes) == (draft != after)
    assert "other data" not in [c.what for c in changes]
    for change in changes:
        assert str(change).strip()
        assert change.kind is not ChangeKind.CHANGED or change.before != change.after


CHANGED: dict[str, Any] = {
    "asset_id": "beach",
    "source_start_ms": 700,
    "speed": Fraction(2),
    "name": "opening",
    "extra": {"new": 1},
    "transition": Transition(TransitionKind.FADE_BLACK, 500),
}
PICTURE: dict[str, Any] = {
    "fit": Fit.STRETCH,
    "frame": Rect(0.1, 0.1, 0.5, 0.5),
    "focus": (0.1, 0.2),
    "motion": Motion(FULL, Rect(0, 0, 0.9, 0.9)),
    "opacity": Curve((Keyframe(0, 0.0), Keyframe(500, 1.0))),
    "fade_in_ms": 100,
    "fade_out_ms": 100,
    "dim": 0.5,
    "blur": 0.1,
    "colour": "#ffffff",
}
SOUND: dict[str, Any] = {
    "gain_db": Curve((Keyframe(0, 0.0), Keyframe(500, -12.0))),
    "fade_in_ms": 100,
    "fade_out_ms": 100,
    "is_muted": True,
    "role": SoundRole.VOICE,
}
TEXT: dict[str, Any] = {
    "content": "Summer",
    "role": TextRole.CTA,
    "style": TextStyle.BOLD,
    "animation": TextAnimation.RISE,
    "position": Position.TOP_LEFT,
    "scale": 1.5,
    "colour": "#ffffff",
    "accent": "#ff0000",
    "language": "zh-Hans",
}


def with_change(of: str, name: str, value: Any) -> tuple[Segment, Segment]:
    """A segment, and the same with one field changed."""
    was = a_caption("s2", start_ms=4000) if of == "text" else a_segment("s2", start_ms=4000)
    changed = {name: value} if of == "" else {of: replace(getattr(was, of), **{name: value})}
    return was, replace(was, **changed)


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [("", n, v) for n, v in CHANGED.items()]
    + [("picture", n, v) for n, v in PICTURE.items()]
    + [("sound", n, v) for n, v in SOUND.items()]
    + [("text", n, v) for n, v in TEXT.items()],
)
def test_every_field_of_a_segment_is_told_alone(of: str, name: str, value: Any) -> None:
    was, now = with_change(of, name, value)
    place: dict[str, Any] = {"texts": (was,)} if of == "text" else {}
    draft = a_draft(a_segment("s1"), *([] if place else [was]), **place)

    changes = describe(draft, draft.with_segment_replaced("s2", now), PROJECT.assets)

    assert [c.ids for c in changes] == [("s2",)]
    assert changes[0].before != changes[0].after or name == "extra"


def test_every_field_of_the_model_is_in_the_test_above() -> None:
    assert set(PICTURE) == set(Picture.__dataclass_fields__)
    assert set(SOUND) == set(Sound.__dataclass_fields__)
    assert set(TEXT) == set(Text.__dataclass_fields__)
    structure = {"id", "track_range", "picture", "sound", "text"}
    assert set(CHANGED) == set(Segment.__dataclass_fields__) - structure


def test_a_shorter_film_is_told_once_for_all_its_photos() -> None:
    draft = a_film(4000, 4000, 4000, sounds=(a_soundtrack(duration_ms=12_000),))

    assert told(draft, "fit_duration", duration_ms=6000) == [
        "film: duration 12 s -> 6 s",
        "3 photos: duration 4 s -> 2 s each",
        "music (song.m4a): time 0:00-0:12 -> 0:00-0:06",
    ]


def test_shots_that_only_moved_along_are_not_told() -> None:
    assert told(a_film(4000, 4000, 4000), "remove_segment", index=0) == [
        "film: duration 12 s -> 8 s",
        "removed photo 1 (photo.jpg): 4 s",
    ]


def test_a_swap_is_told_as_an_order() -> None:
    draft = a_draft(a_segment("s1"), a_segment("s2", start_ms=4000, asset_id="beach"))

    assert told(draft, "swap_segments", index=0, other_index=1) == [
        "film: order photo.jpg, beach.jpg -> beach.jpg, photo.jpg"
    ]


def test_a_split_is_told_as_parts_of_one_clip() -> None:
    draft = a_film(10_000, 2000, asset_id="clip")

    assert told(draft, "split", at_ms=4000) == ["clip 1 (clip.mp4): parts 10 s -> 4 s + 6 s"]
    assert told(draft, "ripple_delete", start_ms=1000, end_ms=3000) == [
        "film: duration 12 s -> 10 s",
        "clip 1 (clip.mp4): parts 10 s -> 1 s + 7 s",
    ]


def test_words_and_looks_of_texts_are_told_with_the_text() -> None:
    draft = a_film(4000, texts=(a_caption("t", "Sunrise", role=TextRole.LOWER_THIRD),))

    assert told(draft, "change_text", content="Golden Hour") == [
        "lower third (Golden Hour): words Sunrise -> Golden Hour"
    ]
    assert told(draft, "style_text", scale=1.5) == ["lower third (Sunrise): scale 1 -> 1.5"]


def test_the_canvas_and_the_loudness_belong_to_the_film() -> None:
    draft = a_film(4000)

    assert told(draft, "set_canvas", aspect="9:16", frame_rate="29.97", background="#ffffff") == [
        "film: size 1920x1080 (16:9) -> 1080x1920 (9:16)",
        "film: frame rate 30 -> 30000/1001",
        "film: background #000000 -> #ffffff",
    ]
    assert told(draft, "set_loudness", loudness_lufs=-16) == ["film: loudness default -> -16 LUFS"]


def test_kinds_of_things_have_their_names() -> None:
    overlay = a_segment("o", duration_ms=1000)
    card = a_segment("s2", start_ms=4000, asset_id=None, picture=Picture(colour="#112233"))
    voice = a_soundtrack("v", duration_ms=500, role=SoundRole.VOICE)
    draft = a_draft(
        a_segment("s1"),
        card,
        sounds=(voice,),
        more=(Track(id="over", kind=TrackKind.VIDEO, segments=(overlay,)),),
    )

    assert told(draft, "clear") == [
        "film: duration 8 s -> 0 s",
        "removed photo 1 (photo.jpg): 4 s",
        "removed card 2 (#112233): 4 s",
        "removed voice (song.m4a): 0:00-0:00.5",
        "removed overlay (photo.jpg): 0:00-0:01",
    ]


def test_different_values_of_many_are_listed_up_to_three() -> None:
    few = a_film(1000, 2000, 3000)
    many = a_film(1000, 2000, 3000, 4000, 5000)

    assert told(few, "clear")[1] == "removed 3 photos: 1 s, 2 s, 3 s"
    assert told(many, "clear")[1] == "removed 5 photos: 1 s ... 5 s"


def test_a_difference_too_small_to_write_is_still_told() -> None:
    draft = a_film(4000, sounds=(a_soundtrack(),))
    louder = apply(draft, "set_gain", {"role": "music", "gain_db": 0.001}, PROJECT)

    (change,) = describe(draft, louder, PROJECT.assets)

    assert (change.before, change.after) == ("0 dB", "0 dB (adjusted)")


def test_tracks_and_unknown_data_are_told_too() -> None:
    draft = a_film(4000, texts=(a_caption("t"),))
    video, words = draft.tracks

    def whats(after: Draft) -> list[tuple[str, str]]:
        return [(c.subject, c.what) for c in describe(draft, after, {})]

    assert whats(replace(draft, tracks=(words, video))) == [("film", "order of tracks")]
    assert whats(draft.with_track(replace(words, name="Titles"))) == [("track", "name")]
    assert whats(draft.with_track(replace(words, extra={"a": 1}))) == [("track", "extra")]
    assert whats(replace(draft, extra={"a": 1})) == [("film", "other data")]
    empty = draft.with_track(Track(id="more", kind=TrackKind.AUDIO))
    assert [str(c) for c in describe(draft, empty, {})] == ["added track (more)"]


def test_a_segment_that_changes_lanes_keeps_its_name() -> None:
    draft = a_film(4000, texts=(a_caption("t"),))
    track = draft.track("words")
    moved = draft.with_track(replace(track, segments=()))
    moved = moved.with_track(replace(track, id="other"))

    assert [c.what for c in describe(draft, moved, {}) if c.subject == "caption"] == ["track"]


def test_gaps_are_told_where_they_opened() -> None:
    draft = a_film(4000, 4000)
    later = replace(draft.segment("s2"), track_range=TimeRange(5500, 4000))

    changes = describe(draft, draft.with_segment_replaced("s2", later), PROJECT.assets)

    assert [str(c) for c in changes] == [
        "film: duration 8 s -> 9.5 s",
        "photo 2 (photo.jpg): gap before 0 s -> 1.5 s",
    ]


def test_a_change_knows_how_many_it_speaks_for() -> None:
    assert Change(subject="film", what="duration").count == 1
    assert Change(subject="photo", what="fit", ids=("a", "b")).name == "2 photos"
    assert Change(subject="music", what="volume", ids=("a", "b")).name == "2 pieces of music"
    assert str(Change(subject="film", what="other data")) == "film: other data"
