from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit.cuts import remove, ripple_delete, split, trim, use_part
from saycut.edit.errors import NotInSource, OutsideFilm, OutsideSegment
from saycut.timeline import (
    Curve,
    Draft,
    Keyframe,
    Motion,
    Picture,
    Rect,
    SoundRole,
    TimeRange,
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
from tests.strategies import ASSETS, drafts, films, patiently

ANY = patiently(25)
PROJECT = by_id(a_photo(), a_clip(), a_song())


def lengths(draft: Draft) -> list[int]:
    assert draft.main_track is not None
    return [s.track_range.duration_ms for s in draft.main_track.segments]


def test_split_starts_the_tail_where_the_head_stopped_in_the_media() -> None:
    draft = a_draft(a_segment("s1", start_ms=1000, duration_ms=4000, speed=Fraction(2)))

    after = split(draft, "s1", at_ms=2500, tail_id="s2")

    assert after.segment("s2").source_start_ms == 3000
    assert after.segment("s2").track_range == TimeRange(2500, 2500)


def shown(draft: Draft, track_id: str, at_ms: int) -> tuple[str | None, Fraction] | None:
    """The asset and the exact media time that play on a track at a moment."""
    for segment in draft.track(track_id).segments:
        if segment.track_range.contains(at_ms):
            passed = (at_ms - segment.track_range.start_ms) * segment.speed
            return segment.asset_id, segment.source_start_ms + passed
    return None


@ANY
@given(draft=drafts() | films(), data=st.data())
def test_split_shows_the_same_media_at_every_moment(draft: Draft, data: st.DataObject) -> None:
    longer = [s for s in draft.segments() if s.track_range.duration_ms > 1]
    if not longer:
        return
    whole = data.draw(st.sampled_from(longer))
    span = whole.track_range
    at_ms = data.draw(st.integers(span.start_ms + 1, span.end_ms - 1))
    track_id = draft.track_of(whole.id).id

    after = split(draft, whole.id, at_ms, tail_id=draft.free_id("tail"))

    for moment in {span.start_ms, at_ms - 1, at_ms, span.end_ms - 1, span.end_ms}:
        before_media, after_media = shown(draft, track_id, moment), shown(after, track_id, moment)
        if before_media is None:
            assert after_media is None
            continue
        assert after_media is not None
        assert after_media[0] == before_media[0]
        # Media times are whole milliseconds: a tail starts at the nearest one.
        assert abs(after_media[1] - before_media[1]) <= Fraction(1, 2)


def test_split_changes_no_frame_of_a_move_and_no_value_of_a_curve() -> None:
    motion = Motion(Rect(0, 0, 1, 1), Rect(0.1, 0.2, 0.5, 0.5))
    opacity = Curve((Keyframe(0, 0.2), Keyframe(4000, 1.0)))
    whole = a_segment("s1", duration_ms=4000, picture=Picture(motion=motion, opacity=opacity))

    after = split(a_draft(whole), "s1", 1000, tail_id="s2")

    head, tail = after.segment("s1").picture, after.segment("s2").picture
    assert head.motion and tail.motion
    assert head.motion.view(0.5) == motion.view(0.125)
    assert tail.motion.view(1 / 3) == pytest.approx(motion.view(0.5))
    assert [tail.opacity.at(t) for t in (0, 1500)] == [opacity.at(t) for t in (1000, 2500)]


def test_split_leaves_fades_at_the_outer_edges() -> None:
    whole = a_segment("s1", duration_ms=4000, picture=Picture(fade_in_ms=500, fade_out_ms=900))

    after = split(a_draft(whole), "s1", 3500, tail_id="s2")

    head, tail = after.segment("s1").picture, after.segment("s2").picture
    assert (head.fade_in_ms, head.fade_out_ms) == (500, 0)
    assert (tail.fade_in_ms, tail.fade_out_ms) == (0, 500)


@pytest.mark.parametrize("at_ms", [0, 999, 1000, 5000, 6000])
def test_split_outside_or_at_an_edge_says_where_it_could_be(at_ms: int) -> None:
    draft = a_draft(a_segment("s1", start_ms=1000, duration_ms=4000))

    with pytest.raises(OutsideSegment, match="from 1000 to 5000 ms") as caught:
        split(draft, "s1", at_ms, tail_id="s2")

    assert (caught.value.code, caught.value.at_ms) == (4101, at_ms)


def test_trim_closes_the_film_up_and_moves_the_media() -> None:
    draft = a_film(4000, 5000, 3000, asset_id="clip")

    after = trim(draft, "s2", head_ms=1000, tail_ms=500, assets=PROJECT)

    assert lengths(after) == [4000, 3500, 3000]
    assert after.segment("s2").source_start_ms == 1000
    assert after.segment("s3").track_range.start_ms == 7500


@ANY
@given(data=st.data())
def test_trimming_back_what_was_trimmed_gives_the_same_shots(data: st.DataObject) -> None:
    draft = data.draw(films())
    assert draft.main_track is not None
    shot = data.draw(st.sampled_from(draft.main_track.segments))
    head_ms = data.draw(st.integers(0, shot.track_range.duration_ms - 1))
    tail_ms = data.draw(st.integers(0, shot.track_range.duration_ms - 1 - head_ms))
    plain = replace(
        shot,
        picture=Picture(colour="#000000"),
        sound=replace(shot.sound, fade_in_ms=0, fade_out_ms=0),
    )
    draft = draft.with_segment_replaced(shot.id, plain)

    cut = trim(draft, shot.id, head_ms=head_ms, tail_ms=tail_ms, assets=ASSETS)
    back = trim(cut, shot.id, head_ms=-head_ms, tail_ms=-tail_ms, assets=ASSETS)

    def places(of: Draft) -> list[tuple[str, TimeRange, int]]:
        assert of.main_track is not None
        return [(s.id, s.track_range, s.source_start_ms) for s in of.main_track.segments]

    for (_, was_at, was_from), (_, now_at, now_from) in zip(
        places(draft), places(back), strict=True
    ):
        assert now_at == was_at
        assert abs(now_from - was_from) <= 1  # whole milliseconds of media at other speeds


@ANY
@given(at_ms=st.integers(1, 4999))
def test_trimming_a_head_is_splitting_and_removing_it(at_ms: int) -> None:
    draft = a_film(2000, 5000, 1000, asset_id="clip")

    trimmed = trim(draft, "s2", head_ms=at_ms, tail_ms=0, assets=PROJECT)
    parted = remove(split(draft, "s2", 2000 + at_ms, tail_id="x"), "s2", PROJECT)

    kept, tail = trimmed.segment("s2"), parted.segment("x")
    assert (kept.track_range, kept.source_range) == (tail.track_range, tail.source_range)
    assert lengths(trimmed) == lengths(parted)


def test_trim_beyond_the_media_says_how_much_there_is() -> None:
    draft = a_film(4000, asset_id="clip")

    with pytest.raises(NotInSource, match="lasts 20000 ms") as caught:
        trim(draft, "s1", head_ms=0, tail_ms=-17_000, assets=PROJECT)

    assert caught.value.longest_ms == 20_000
    with pytest.raises(NotInSource):
        trim(draft, "s1", head_ms=-1, tail_ms=0, assets=PROJECT)


def test_a_photo_can_be_trimmed_longer_without_end() -> None:
    after = trim(a_film(4000, 1000), "s1", head_ms=0, tail_ms=-60_000, assets=PROJECT)

    assert lengths(after) == [64_000, 1000]


def test_trimming_everything_away_is_refused() -> None:
    with pytest.raises(OutsideSegment):
        trim(a_film(4000), "s1", head_ms=1000, tail_ms=3000, assets=PROJECT)


def test_trimming_a_sound_leaves_what_remains_where_it_plays() -> None:
    voice = a_soundtrack("v", start_ms=2000, duration_ms=5000, role=SoundRole.VOICE)
    draft = a_draft(a_segment(duration_ms=9000), sounds=(voice,))

    after = trim(draft, "v", head_ms=1000, tail_ms=500, assets=PROJECT)

    assert after.segment("v").track_range == TimeRange(3000, 3500)
    assert after.segment("v").source_start_ms == 1000


def test_a_sound_cannot_begin_before_the_film() -> None:
    voice = a_soundtrack("v", start_ms=2000, source_start_ms=5000, role=SoundRole.VOICE)
    draft = a_draft(a_segment(duration_ms=9000), sounds=(voice,))

    with pytest.raises(OutsideFilm, match="-1000 ms"):
        trim(draft, "v", head_ms=-3000, tail_ms=0, assets=PROJECT)


def test_music_that_begins_later_in_the_song_still_plays_to_the_end_of_the_film() -> None:
    draft = a_film(4000, 8000, sounds=(a_soundtrack(duration_ms=12_000),))

    after = use_part(draft, "music1", TimeRange(30_000, 12_000), PROJECT)

    assert after.segment("music1").track_range == TimeRange(0, 12_000)
    assert after.segment("music1").source_start_ms == 30_000


def test_use_part_of_a_shot_ripples_like_a_trim() -> None:
    draft = a_film(10_000, 2000, asset_id="clip")

    after = use_part(draft, "s1", TimeRange(12_000, 3000), PROJECT)

    assert lengths(after) == [3000, 2000]
    assert after.segment("s1").source_start_ms == 12_000
    with pytest.raises(OutsideSegment):
        use_part(a_film(1000, sounds=(a_soundtrack(),)), "music1", TimeRange(500, 0), PROJECT)


def test_remove_takes_the_text_over_the_shot_along_and_closes_up() -> None:
    draft = a_film(
        4000,
        4000,
        4000,
        texts=(
            a_caption("t1", start_ms=500, duration_ms=3000),
            a_caption("t2", start_ms=4500, duration_ms=3000),
            a_caption("t3", start_ms=8500, duration_ms=3000),
        ),
    )

    after = remove(draft, "s2", PROJECT)

    assert [s.id for s in after.segments()] == ["s1", "s3", "t1", "t3"]
    assert after.segment("t3").track_range == TimeRange(4500, 3000)


def test_remove_elsewhere_leaves_its_place_empty() -> None:
    draft = a_film(4000, texts=(a_caption("t1"), a_caption("t2", start_ms=3000, duration_ms=900)))

    after = remove(draft, "t1", PROJECT)

    assert after.segment("t2").track_range.start_ms == 3000


def test_ripple_delete_cuts_shots_texts_and_voices_and_lets_music_play_on() -> None:
    voice = a_soundtrack("v", duration_ms=9000, role=SoundRole.VOICE)
    draft = a_film(
        5000,
        5000,
        asset_id="clip",
        texts=(a_caption("t1", start_ms=1000, duration_ms=4000), a_caption("t2", start_ms=7000)),
        sounds=(voice,),
    )
    draft = draft.with_track(
        replace(draft.tracks[1], id="more", segments=(a_soundtrack(duration_ms=10_000),))
    )

    after = ripple_delete(draft, TimeRange(3000, 3000), PROJECT)

    assert lengths(after) == [3000, 4000]
    assert after.segment("s2").source_start_ms == 1000
    assert after.segment("t1").track_range == TimeRange(1000, 2000)
    assert after.segment("t2").track_range == TimeRange(4000, 3000)
    assert [s.source_range for s in after.track("sound").segments] == [
        TimeRange(0, 3000),
        TimeRange(6000, 3000),
    ]
    assert after.segment("music1").track_range == TimeRange(0, 7000)


def test_ripple_delete_inside_one_shot_leaves_both_its_ends() -> None:
    draft = a_film(10_000, asset_id="clip")

    after = ripple_delete(draft, TimeRange(4000, 2000), PROJECT)

    assert after.main_track is not None
    assert [(s.track_range, s.source_start_ms) for s in after.main_track.segments] == [
        (TimeRange(0, 4000), 0),
        (TimeRange(4000, 4000), 6000),
    ]


@ANY
@given(draft=films(), start_ms=st.integers(0, 20_000), length_ms=st.integers(1, 20_000))
def test_ripple_delete_takes_exactly_its_span_off_the_film(
    draft: Draft, start_ms: int, length_ms: int
) -> None:
    assert draft.main_track is not None
    film_ms = max(t.end_ms for t in draft.tracks if t.id != "sound")
    span = TimeRange(start_ms, length_ms)
    inside_ms = max(0, min(span.end_ms, film_ms) - start_ms)
    pictures_ms = max(0, min(span.end_ms, draft.main_track.end_ms) - start_ms)
    if inside_ms == 0:
        with pytest.raises(OutsideFilm):
            ripple_delete(draft, span, ASSETS)
        return

    after = ripple_delete(draft, span, ASSETS)

    assert after.main_track is not None
    assert after.main_track.end_ms == draft.main_track.end_ms - pictures_ms


def test_a_transition_that_lost_its_neighbour_goes() -> None:
    fade = Transition(TransitionKind.CROSSFADE, 800)
    second = a_segment("s2", start_ms=4000, transition=fade)
    draft = a_draft(a_segment("s1"), second, a_segment("s3", start_ms=8000, transition=fade))

    first_gone = remove(draft, "s1", PROJECT)
    second_gone = remove(draft, "s2", PROJECT)

    assert first_gone.segment("s2").transition is None
    assert second_gone.segment("s3").transition == fade


def test_a_transition_too_long_for_a_trimmed_shot_is_shortened() -> None:
    fade = Transition(TransitionKind.CROSSFADE, 1000)
    draft = a_draft(a_segment("s1"), a_segment("s2", start_ms=4000, transition=fade))

    after = trim(draft, "s2", head_ms=0, tail_ms=2800, assets=PROJECT)

    assert after.segment("s2").transition == replace(fade, duration_ms=600)


def test_the_same_edit_gives_the_same_draft() -> None:
    draft = a_film(4000, 5000, asset_id="clip")

    one, other = (ripple_delete(draft, TimeRange(1000, 500), PROJECT) for _ in range(2))

    assert one == other
    assert draft == a_film(4000, 5000, asset_id="clip")
