"""What each operation makes of its arguments, beyond the edit it calls."""

from typing import Any

import pytest

from saycut.edit import EditContext, apply
from saycut.edit.errors import (
    AmbiguousTarget,
    InvalidArguments,
    NoSuchPlace,
    NothingToEdit,
    NotInSource,
    NotUsable,
    OutsideSegment,
    UnknownAsset,
    UnknownOperation,
)
from saycut.errors import SaycutError
from saycut.timeline import (
    Draft,
    Position,
    Rect,
    SoundRole,
    TextRole,
    TextStyle,
    TimeRange,
    TransitionKind,
)
from tests.builders import (
    a_caption,
    a_clip,
    a_film,
    a_photo,
    a_song,
    a_soundtrack,
    by_id,
)

PROJECT = EditContext(by_id(a_photo(), a_photo("beach"), a_clip(), a_song()))


def run(draft: Draft, name: str, **arguments: Any) -> Draft:
    return apply(draft, name, arguments, PROJECT)


def shots(draft: Draft) -> list[tuple[str, int]]:
    assert draft.main_track is not None
    return [(s.asset_id or "", s.track_range.duration_ms) for s in draft.main_track.segments]


def test_new_photos_last_as_long_as_those_of_the_film_and_clips_as_long_as_they_are() -> None:
    empty = run(Draft(), "add_media", asset_ids=["photo", "clip"])
    more = run(a_film(2000, 3000, 9000), "add_media", asset_ids=["beach"])
    short = run(Draft(), "add_media", asset_ids=["clip", "photo"], duration_ms=30_000)

    assert shots(empty) == [("photo", 4000), ("clip", 20_000)]
    assert shots(more)[-1] == ("beach", 3000)
    assert shots(short) == [("clip", 20_000), ("photo", 30_000)]


@pytest.mark.parametrize(("index", "place"), [(None, 2), (0, 0), (1, 1), (9, 2), (-1, 2), (-9, 0)])
def test_new_shots_come_before_the_one_named(index: int | None, place: int) -> None:
    after = run(a_film(4000, 4000), "add_media", asset_ids=["beach"], index=index)

    assert [asset for asset, _ in shots(after)].index("beach") == place


def test_media_that_is_not_there_or_not_to_be_seen_is_refused() -> None:
    with pytest.raises(UnknownAsset, match="the project has photo, beach, clip, song"):
        run(Draft(), "add_media", asset_ids=["nothing"])
    with pytest.raises(UnknownAsset, match="add a file first"):
        apply(Draft(), "add_media", {"asset_ids": ["x"]}, EditContext())
    with pytest.raises(NotUsable):
        run(Draft(), "add_media", asset_ids=["song"])


def test_a_shot_is_pointed_at_by_place_or_id_or_needs_no_pointing() -> None:
    draft = a_film(1000, 2000, 3000)

    assert shots(run(draft, "remove_segment", index=-1)) == shots(
        run(draft, "remove_segment", segment_id="s3")
    )
    assert shots(run(a_film(1000), "remove_segment")) == []


def test_a_target_that_is_missing_or_ambiguous_is_named() -> None:
    draft = a_film(1000, 2000, 3000)

    with pytest.raises(AmbiguousTarget, match=r"there are 3 \(s1, s2, s3\)") as caught:
        run(draft, "remove_segment")
    assert caught.value.candidates == ("s1", "s2", "s3")
    with pytest.raises(NoSuchPlace, match="the film has 3; choose 0 to 2"):
        run(draft, "remove_segment", index=3)
    with pytest.raises(NothingToEdit, match="add photos or clips first"):
        run(Draft(), "remove_segment")
    with pytest.raises(NothingToEdit, match="not a shot"):
        with_text = a_film(4000, texts=(a_caption("t"),))
        run(with_text, "move_segment", segment_id="t", to_index=0)


def test_a_split_without_a_target_cuts_the_shot_that_plays() -> None:
    after = run(a_film(1000, 2000, 3000), "split", at_ms=2000)

    assert [ms for _, ms in shots(after)] == [1000, 1000, 1000, 3000]
    with pytest.raises(OutsideSegment):
        run(a_film(1000), "split", at_ms=2000)


def test_move_and_swap_count_from_both_ends() -> None:
    draft = a_film(1000, 2000, 3000)

    assert [ms for _, ms in shots(run(draft, "move_segment", index=0, to_index=-1))] == [
        2000,
        3000,
        1000,
    ]
    assert [ms for _, ms in shots(run(draft, "swap_segments", index=0, other_index=-1))] == [
        3000,
        2000,
        1000,
    ]


def test_trim_takes_off_the_ends_or_names_the_part_of_the_media() -> None:
    draft = a_film(10_000, asset_id="clip")

    by_ends = run(draft, "trim", head_ms=2000, tail_ms=3000)
    by_part = run(draft, "trim", source_start_ms=2000, source_end_ms=7000)
    from_there = run(draft, "trim", source_start_ms=2000)

    assert by_ends == by_part
    assert shots(from_there) == [("clip", 8000)]


def test_a_song_that_starts_later_plays_as_long_as_before() -> None:
    draft = a_film(9000, sounds=(a_soundtrack(duration_ms=9000),))

    after = run(draft, "trim", segment_id="music1", source_start_ms=30_000)
    near_the_end = run(draft, "trim", segment_id="music1", source_start_ms=55_000)

    assert after.segment("music1").track_range == TimeRange(0, 9000)
    assert near_the_end.segment("music1").track_range == TimeRange(0, 4000)
    with pytest.raises(NotInSource):
        run(draft, "trim", segment_id="music1", source_start_ms=50_000, source_end_ms=70_000)


def test_a_size_or_a_shape_or_a_short_side() -> None:
    def size(**arguments: Any) -> tuple[int, int]:
        canvas = run(a_film(4000), "set_canvas", **arguments).canvas
        return canvas.width, canvas.height

    assert size(width_px=1280, height_px=720) == (1280, 720)
    assert size(aspect="9:16") == (1080, 1920)
    assert size(short_side_px=2160) == (3840, 2160)
    assert size(aspect="2.39:1", short_side_px=720) == (1720, 720)


def test_one_view_after_the_other_is_a_move() -> None:
    view = {"x": 0.1, "y": 0.2, "width": 0.5, "height": 0.5}
    full = {"x": 0, "y": 0, "width": 1, "height": 1}

    after = run(a_film(4000, 4000), "set_motion", index=1, start=full, end=view)

    assert after.segment("s1").picture.motion is None
    motion = after.segment("s2").picture.motion
    assert motion is not None
    assert motion.end == Rect(0.1, 0.2, 0.5, 0.5)


def test_fades_without_a_target_are_those_of_the_film() -> None:
    draft = a_film(4000, 4000)

    film = run(draft, "set_fades", fade_in_ms=500)
    shot = run(draft, "set_fades", index=1, fade_in_ms=500)

    assert [s.picture.fade_in_ms for s in film.segments()] == [500, 0]
    assert [s.picture.fade_in_ms for s in shot.segments()] == [0, 500]


def test_a_transition_leads_into_the_shot_named() -> None:
    after = run(a_film(4000, 4000, 4000), "set_transition", index=2, kind="fade-black")

    kinds = [s.transition and s.transition.kind for s in after.segments()]
    assert kinds == [None, None, TransitionKind.FADE_BLACK]


def test_a_text_takes_the_time_of_its_shot_and_the_style_of_the_film() -> None:
    bold = a_caption("t", duration_ms=500, style=TextStyle.BOLD)
    draft = a_film(4000, 6000, texts=(bold,))

    over = run(draft, "add_text", content="Day 2", over_index=1).segment("text1")
    by_id_ = run(draft, "add_text", content="Day 2", over_segment_id="s2").segment("text1")
    at = run(draft, "add_text", content="Day 2", start_ms=3000).segment("text1")

    assert over == by_id_
    assert over.track_range == TimeRange(4000, 6000)
    assert at.track_range == TimeRange(3000, 1500)
    assert over.text is not None
    assert over.text.style is TextStyle.BOLD


def test_texts_are_pointed_at_by_role_place_or_id() -> None:
    texts = (
        a_caption("t1", "Sunrise", role=TextRole.TITLE),
        a_caption("t2", "Day 1", start_ms=3000, duration_ms=1000),
        a_caption("t3", "Day 2", start_ms=4000, duration_ms=1000),
    )
    draft = a_film(9000, texts=texts)

    assert [s.id for s in run(draft, "remove_text", role="caption").segments()] == ["s1", "t1"]
    last = run(draft, "change_text", role="caption", index=-1, content="Day 3").segment("t3")
    title = run(draft, "change_text", role="title", content="Dusk").segment("t1")
    assert [s.text.content for s in (last, title) if s.text] == ["Day 3", "Dusk"]
    with pytest.raises(AmbiguousTarget, match="name one by segment_id"):
        run(draft, "change_text", content="Dusk")
    with pytest.raises(NothingToEdit, match="edit a cta"):
        run(draft, "remove_text", role="cta")
    with pytest.raises(NothingToEdit, match="it is no text"):
        run(draft, "change_text", segment_id="s1", content="Dusk")


def test_a_text_changes_its_place_and_time_but_not_its_words() -> None:
    draft = a_film(9000, texts=(a_caption("t"),))

    after = run(draft, "place_text", start_ms=2000, position="top-left").segment("t")
    longer = run(draft, "place_text", duration_ms=5000).segment("t")

    assert after.track_range == TimeRange(2000, 3000)
    assert after.text is not None
    assert (after.text.content, after.text.position) == ("Golden Hour", Position.TOP_LEFT)
    assert longer.track_range == TimeRange(0, 5000)


def test_music_keeps_back_under_clips_that_sound() -> None:
    def gain(draft: Draft, **arguments: Any) -> float:
        after = run(draft, "add_music", asset_id="song", **arguments)
        return after.segment("music1").sound.gain_db.at(0)

    clips = a_film(4000, asset_id="clip")
    assert gain(a_film(4000)) == 0.0
    assert gain(clips) == -12.0
    assert gain(run(clips, "mute")) == 0.0
    assert gain(clips, gain_db=-3.0) == -3.0
    assert gain(clips, percent=50) == pytest.approx(-6.02, abs=0.01)


def test_no_percent_at_all_mutes() -> None:
    draft = a_film(4000, sounds=(a_soundtrack(duration_ms=4000),))

    silent = run(draft, "set_gain", role="music", percent=0)

    assert silent.segment("music1").sound.is_muted
    assert run(silent, "set_gain", role="music", percent=100) == draft


def test_sounds_are_pointed_at_by_role_or_id_or_all() -> None:
    voice = a_soundtrack("v", start_ms=4000, role=SoundRole.VOICE, duration_ms=1000)
    music = a_soundtrack(duration_ms=4000)
    draft = a_film(9000, asset_id="clip", sounds=(music, voice))

    def muted(**target: str) -> list[str]:
        return [s.id for s in run(draft, "mute", **target).segments() if s.sound.is_muted]

    assert muted() == ["s1", "music1", "v"]
    assert muted(role="original") == ["s1"]
    assert muted(segment_id="v") == ["v"]
    with pytest.raises(NothingToEdit, match="change the effect sound: there is none"):
        run(draft, "mute", role="effect")


def test_what_cannot_be_seen_or_heard_is_not_changed_in_silence() -> None:
    draft = a_film(4000, texts=(a_caption("t"),), sounds=(a_soundtrack(duration_ms=4000),))

    with pytest.raises(NothingToEdit, match="picture of segment 'music1'"):
        run(draft, "set_motion", segment_id="music1", kind="zoom-in")
    with pytest.raises(NothingToEdit, match="sound of segment 's1'"):
        run(draft, "set_gain", segment_id="s1", percent=30)


def test_a_card_closes_the_film_and_a_backdrop_carries_its_text() -> None:
    draft = run(a_film(4000), "add_card", colour="#102030")
    card = draft.segment("s2")

    assert (card.asset_id, card.picture.colour) == (None, "#102030")
    assert card.track_range == TimeRange(4000, 3000)
    dark = run(draft, "set_backdrop", index=0, dim=0.5, blur=0.02).segment("s1").picture
    assert (dark.dim, dark.blur) == (0.5, 0.02)


def test_music_that_is_not_there_cannot_be_removed() -> None:
    with pytest.raises(NothingToEdit, match="remove the music"):
        run(a_film(4000), "remove_music")


@pytest.mark.parametrize(
    ("name", "arguments", "field", "message"),
    [
        ("set_duration", {"index": 0}, "duration_ms", "how long it plays"),
        ("set_duration", {"duration_ms": 0, "index": 0}, "duration_ms", "greater than 0"),
        ("set_duration", {"duration_s": 3}, "duration_ms", "field required"),
        ("fit_duration", {"duration_ms": 9, "speed": 2}, "speed", "it takes duration_ms"),
        ("clear", {"all": True}, "all", "it takes none"),
        ("remove_segment", {"segment_id": "a", "index": 1}, "arguments", "not both"),
        ("set_fit", {"fit": "squeeze"}, "fit", "cover"),
        ("trim", {"index": 0}, "arguments", "source_start_ms"),
        ("ripple_delete", {"start_ms": 5, "end_ms": 5}, "arguments", "before end_ms"),
        ("set_canvas", {}, "arguments", "say what is to change"),
        ("set_canvas", {"aspect": "0:9"}, "aspect", "above 0"),
        ("set_canvas", {"aspect": "100:9"}, "aspect", "between 1:8 and 8:1"),
        ("set_canvas", {"width_px": 100}, "arguments", "together"),
        (
            "set_canvas",
            {"width_px": 100, "height_px": 100, "aspect": "1:1"},
            "arguments",
            "or aspect",
        ),
        ("set_canvas", {"width_px": 101, "height_px": 100}, "width_px", "multiple of 2"),
        ("set_canvas", {"frame_rate": "fast"}, "frame_rate", "24000/1001"),
        ("set_canvas", {"frame_rate": "1/0"}, "frame_rate", "24000/1001"),
        ("set_canvas", {"frame_rate": "500"}, "frame_rate", "from 1 to 240"),
        ("set_motion", {}, "arguments", "give kind"),
        (
            "set_motion",
            {"start": {"x": 0.9, "y": 0, "width": 0.9, "height": 1}, "end": None},
            "start",
            "inside the picture",
        ),
        ("set_fades", {}, "arguments", "fade_in_ms"),
        ("set_sound_fades", {}, "arguments", "fade_in_ms"),
        ("add_text", {"content": " "}, "content", "the words"),
        (
            "add_text",
            {"content": "a", "over_index": 1, "over_segment_id": "s"},
            "arguments",
            "both",
        ),
        ("style_text", {}, "arguments", "say what is to change"),
        ("place_text", {}, "arguments", "position"),
        ("change_text", {"content": "a", "segment_id": "t", "role": "cta"}, "arguments", "alone"),
        ("set_gain", {}, "arguments", "gain_db or percent"),
        ("set_gain", {"gain_db": float("nan")}, "gain_db", "finite"),
        ("add_music", {"asset_id": "a", "gain_db": 1, "percent": 1}, "arguments", "not both"),
        ("mute", {"segment_id": "a", "role": "music"}, "arguments", "not both"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_right(
    name: str, arguments: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(InvalidArguments, match=f"cannot run {name}") as caught:
        apply(a_film(4000, 4000), name, arguments, PROJECT)

    assert caught.value.field.split(".")[0] == field
    assert message in caught.value.expected


def test_an_unknown_operation_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownOperation, match="add_media, add_card"):
        run(Draft(), "explode")


def test_errors_of_edits_have_codes_of_their_own() -> None:
    kinds = [k for k in SaycutError.__subclasses__() if k.__module__.startswith("saycut.edit")]

    codes = [k.code for k in kinds]
    assert len(set(codes)) == len(codes)
    assert all(4101 <= code < 4200 and not 4102 <= code <= 4105 for code in codes)
