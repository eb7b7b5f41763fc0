from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit.errors import CannotFit, NothingToEdit, NotInSource
from saycut.edit.lengths import fit_duration, set_duration, set_durations
from saycut.edit.looks import set_motion_kind
from saycut.edit.motions import MotionKind
from saycut.timeline import Draft, SoundRole, TimeRange
from saycut.timeline.validate import problems
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
from tests.strategies import ASSETS, drafts, films, patiently

ANY = patiently(40)
PROJECT = by_id(a_photo(), a_clip(), a_song())


def lengths(draft: Draft) -> list[int]:
    assert draft.main_track is not None
    return [s.track_range.duration_ms for s in draft.main_track.segments]


def test_a_longer_still_stretches_the_text_over_it_and_moves_the_rest() -> None:
    texts = (
        a_caption("t1", start_ms=0, duration_ms=4000),
        a_caption("t2", start_ms=4500, duration_ms=1000),
    )
    draft = a_film(4000, 4000, texts=texts)

    after = set_duration(draft, "s1", 6000, PROJECT)

    assert lengths(after) == [6000, 4000]
    assert after.segment("t1").track_range == TimeRange(0, 6000)
    assert after.segment("t2").track_range == TimeRange(6500, 1000)


def test_a_shorter_clip_loses_its_end_and_the_text_there() -> None:
    texts = (a_caption("t1", start_ms=1000, duration_ms=4000), a_caption("t2", start_ms=6000))
    draft = a_film(9000, asset_id="clip", texts=texts)

    after = set_duration(draft, "s1", 3000, PROJECT)

    assert after.segment("t1").track_range == TimeRange(1000, 2000)
    assert [s.id for s in after.segments()] == ["s1", "t1"]


def test_a_clip_cannot_play_longer_than_it_is() -> None:
    with pytest.raises(NotInSource, match="at most 20000 ms"):
        set_duration(a_film(4000, asset_id="clip"), "s1", 20_001, PROJECT)


def test_a_text_that_grows_into_the_next_takes_another_lane() -> None:
    texts = (a_caption("t1", duration_ms=1000), a_caption("t2", start_ms=1000, duration_ms=1000))
    draft = a_film(9000, texts=texts)

    after = set_duration(draft, "t1", 3000, PROJECT)

    assert after.segment("t1").track_range == TimeRange(0, 3000)
    assert after.track_of("t1") != after.track_of("t2")


def test_stills_share_the_film_and_everything_over_it_follows() -> None:
    draft = a_film(
        6000,
        6000,
        12_000,
        texts=(a_caption("t1", duration_ms=3000), a_caption("t2", start_ms=12_000)),
        sounds=(a_soundtrack(duration_ms=24_000, fade_out_ms=2000),),
    )

    after = fit_duration(draft, 12_000, PROJECT)

    assert lengths(after) == [3000, 3000, 6000]
    assert after.segment("t2").track_range.start_ms == 6000
    assert after.segment("music1").track_range == TimeRange(0, 12_000)
    assert after.segment("music1").sound.fade_out_ms == 2000


def test_clips_keep_their_length_as_long_as_stills_can_give() -> None:
    clip = a_segment("c", start_ms=4000, duration_ms=5000, asset_id="clip")
    draft = a_draft(a_segment("s1"), clip, a_segment("s2", start_ms=9000))

    assert lengths(fit_duration(draft, 9000, PROJECT)) == [2000, 5000, 2000]
    assert lengths(fit_duration(draft, 20_000, PROJECT)) == [7500, 5000, 7500]
    assert sum(lengths(fit_duration(draft, 4000, PROJECT))) == 4000


def test_clips_alone_are_cut_or_continued_in_proportion() -> None:
    draft = a_film(4000, 12_000, asset_id="clip")

    assert lengths(fit_duration(draft, 8000, PROJECT)) == [2000, 6000]
    assert lengths(fit_duration(draft, 28_000, PROJECT)) == [8000, 20_000]


def test_a_length_the_media_cannot_fill_is_refused_with_what_it_can() -> None:
    draft = a_film(4000, 12_000, asset_id="clip")

    with pytest.raises(CannotFit, match="200 to 40000 ms") as caught:
        fit_duration(draft, 40_001, PROJECT)

    assert (caught.value.shortest_ms, caught.value.longest_ms) == (200, 40_000)
    with pytest.raises(CannotFit, match="100 ms or more"):
        fit_duration(a_film(4000), 99, PROJECT)


def test_a_film_without_pictures_has_no_length_to_set() -> None:
    with pytest.raises(NothingToEdit):
        fit_duration(Draft(), 1000, PROJECT)


def test_nothing_plays_on_after_the_end_that_was_asked_for() -> None:
    voice = a_soundtrack("v", duration_ms=9000, role=SoundRole.VOICE)
    draft = a_film(4000, 6000, sounds=(voice,))

    assert fit_duration(draft, 5000, PROJECT).duration_ms == 5000


@ANY
@given(draft=films() | drafts(), duration_ms=st.integers(1, 60_000))
def test_the_film_lasts_exactly_as_long_as_asked(draft: Draft, duration_ms: int) -> None:
    try:
        after = fit_duration(draft, duration_ms, ASSETS)
    except (CannotFit, NothingToEdit):
        return

    assert after.main_track is not None
    assert after.main_track.end_ms == after.duration_ms == duration_ms
    assert problems(after, ASSETS) == []


def test_a_slow_move_stays_slow_when_its_shot_gets_shorter() -> None:
    draft = set_motion_kind(a_film(6000), "s1", MotionKind.ZOOM_IN, PROJECT)
    fresh = set_motion_kind(a_film(2000), "s1", MotionKind.ZOOM_IN, PROJECT)

    after = fit_duration(draft, 2000, PROJECT)

    assert after.segment("s1").picture.motion == fresh.segment("s1").picture.motion


def test_a_text_keeps_the_time_it_takes_to_read_where_there_is_room() -> None:
    texts = (
        a_caption("t1", "Four words to read", duration_ms=4000),
        a_caption("t2", "Next", start_ms=8000, duration_ms=4000),
    )
    draft = a_film(8000, 8000, texts=texts)

    after = fit_duration(draft, 4000, PROJECT)

    assert after.segment("t1").track_range == TimeRange(0, 2000)
    assert after.segment("t2").track_range == TimeRange(2000, 1250)


def test_gaps_share_the_change() -> None:
    draft = a_draft(a_segment("s1"), a_segment("s2", start_ms=6000))

    after = fit_duration(draft, 5000, PROJECT)

    assert [s.track_range for s in replace(after.tracks[0]).segments] == [
        TimeRange(0, 2000),
        TimeRange(3000, 2000),
    ]


def test_several_shots_get_their_lengths_in_one_edit() -> None:
    draft = a_film(4000, 4000, 4000)

    after = set_durations(draft, {"s1": 1000, "s3": 2000}, PROJECT)

    one_by_one = set_duration(set_duration(draft, "s1", 1000, PROJECT), "s3", 2000, PROJECT)
    assert after == one_by_one
