from saycut.edit.cuts import remove
from saycut.edit.follow import Moved, retimed
from saycut.edit.lengths import set_duration
from saycut.edit.order import append, insert, move
from saycut.timeline import SoundRole, TextRole, TimeRange, Track, TrackKind
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

PROJECT = by_id(a_photo(), a_clip(), a_song())


def test_a_text_lasts_as_long_as_what_is_left_of_it() -> None:
    gone = (
        Moved(TimeRange(0, 1000), TimeRange(0, 1000)),
        Moved(TimeRange(3000, 9000), TimeRange(1000, 9000)),
    )

    assert retimed(TimeRange(500, 3000), gone) == TimeRange(500, 1000)
    assert retimed(TimeRange(1000, 2000), gone) is None


def test_what_is_cut_to_a_glimpse_goes_and_what_was_one_stays() -> None:
    gone = (Moved(TimeRange(0, 1000), TimeRange(0, 1000)),)

    assert retimed(TimeRange(800, 2000), gone) is None
    assert retimed(TimeRange(800, 100), gone) == TimeRange(800, 100)


def test_a_text_across_a_cut_shot_becomes_shorter() -> None:
    draft = a_film(2000, 2000, 2000, texts=(a_caption("t", start_ms=1000, duration_ms=2000),))

    assert remove(draft, "s1", PROJECT).segment("t").track_range == TimeRange(0, 1000)
    assert remove(draft, "s2", PROJECT).segment("t").track_range == TimeRange(1000, 1000)


def test_a_watermark_stays_over_the_whole_film() -> None:
    mark = a_caption("t", duration_ms=4000, role=TextRole.WATERMARK)
    draft = a_film(2000, 2000, texts=(mark,))

    longer = append(draft, [a_segment("s3", duration_ms=5000)], PROJECT)
    shorter = remove(draft, "s1", PROJECT)

    assert longer.segment("t").track_range == TimeRange(0, 9000)
    assert shorter.segment("t").track_range == TimeRange(0, 2000)


def test_a_title_over_a_removed_opening_shot_opens_the_film_again() -> None:
    title = a_caption("t", duration_ms=3000, role=TextRole.TITLE)
    draft = a_film(2000, 2000, 2000, texts=(title,))

    assert remove(draft, "s1", PROJECT).segment("t").track_range.start_ms == 0


def test_where_two_texts_meet_the_earlier_one_ends() -> None:
    texts = (
        a_caption("t1", start_ms=500, duration_ms=2500),
        a_caption("t3", start_ms=4000, duration_ms=1000),
    )
    draft = a_film(2000, 2000, 2000, texts=texts)

    after = move(draft, "s3", 1, PROJECT)

    assert after.segment("t1").track_range == TimeRange(500, 1500)
    assert after.segment("t3").track_range == TimeRange(2000, 1000)


def test_where_nothing_would_be_left_the_later_text_takes_another_lane() -> None:
    texts = (
        a_caption("t1", start_ms=0, duration_ms=1000, role=TextRole.TITLE),
        a_caption("t2", start_ms=2000, duration_ms=1000),
    )
    draft = a_film(2000, 2000, texts=texts)

    after = remove(draft, "s1", PROJECT)

    assert after.segment("t1").track_range == after.segment("t2").track_range == TimeRange(0, 1000)
    assert after.track_of("t1") != after.track_of("t2")


def test_a_voice_moves_with_its_picture_and_keeps_its_length() -> None:
    voice = a_soundtrack("v", start_ms=4500, duration_ms=3000, role=SoundRole.VOICE)
    draft = a_film(4000, 4000, sounds=(voice,))

    after = set_duration(draft, "s1", 1000, PROJECT)

    assert after.segment("v").track_range == TimeRange(1500, 3000)


def test_voices_that_meet_are_both_heard() -> None:
    voices = (
        a_soundtrack("v1", start_ms=0, duration_ms=3000, role=SoundRole.VOICE),
        a_soundtrack("v2", start_ms=4000, duration_ms=3000, role=SoundRole.VOICE),
    )
    draft = a_film(4000, 4000, sounds=voices)

    after = set_duration(draft, "s1", 1000, PROJECT)

    assert after.segment("v1").track_range == TimeRange(0, 3000)
    assert after.segment("v2").track_range == TimeRange(1000, 3000)


def test_an_overlay_moves_with_its_picture_and_ends_with_the_film() -> None:
    overlay = a_segment("o", start_ms=5000, duration_ms=3000, asset_id="clip")
    more = (Track(id="over", kind=TrackKind.VIDEO, segments=(overlay,)),)
    draft = a_film(4000, 4000, more=more)

    after = set_duration(draft, "s2", 2000, PROJECT)

    # Stills stretch: what was a quarter into the shot still is.
    assert after.segment("o").track_range == TimeRange(4500, 1500)


def test_what_lies_before_and_between_shots_stays_with_its_neighbours() -> None:
    texts = (
        a_caption("t1", start_ms=0, duration_ms=400),
        a_caption("t2", start_ms=3000, duration_ms=800),
        a_caption("t3", start_ms=9000, duration_ms=500),
    )
    draft = a_draft(
        a_segment("s1", start_ms=1000, duration_ms=1000),
        a_segment("s2", start_ms=4000, duration_ms=1000),
        texts=texts,
    )

    after = set_duration(draft, "s1", 2000, PROJECT)

    assert [after.segment(f"t{n}").track_range.start_ms for n in (1, 2, 3)] == [0, 4000, 10_000]


def test_music_grows_and_shrinks_with_the_film_up_to_its_own_end() -> None:
    music = a_soundtrack(duration_ms=8000, fade_out_ms=1000)
    draft = a_film(4000, 4000, sounds=(music,))

    longer = insert(draft, [a_segment("s3", duration_ms=90_000)], 0, PROJECT)
    shorter = remove(longer, "s3", PROJECT)

    assert longer.segment("music1").track_range == TimeRange(0, 59_000)
    assert shorter.segment("music1").track_range == TimeRange(0, 8000)
    assert shorter.segment("music1").sound.fade_out_ms == 1000


def test_music_that_ended_before_the_film_does_not_grow() -> None:
    draft = a_film(4000, 4000, sounds=(a_soundtrack(duration_ms=5000),))

    longer = append(draft, [a_segment("s3")], PROJECT)
    shorter = remove(draft, "s2", PROJECT)

    assert longer.segment("music1").track_range == TimeRange(0, 5000)
    assert shorter.segment("music1").track_range == TimeRange(0, 4000)


def test_music_stays_before_the_next_piece_and_goes_with_its_part_of_the_film() -> None:
    pieces = (
        a_soundtrack("m1", duration_ms=4000),
        a_soundtrack("m2", start_ms=4000, duration_ms=4000),
    )
    draft = a_film(4000, 4000, sounds=pieces)

    longer = append(draft, [a_segment("s3", duration_ms=1000)], PROJECT)
    shorter = remove(draft, "s1", PROJECT)

    assert longer.segment("m1").track_range == TimeRange(0, 4000)
    assert longer.segment("m2").track_range == TimeRange(4000, 5000)
    assert [s.id for s in shorter.segments()] == ["s2", "m1"]


def test_music_waits_when_the_last_picture_goes() -> None:
    draft = a_film(4000, sounds=(a_soundtrack(duration_ms=4000),))

    empty = remove(draft, "s1", PROJECT)
    again = append(empty, [a_segment("s2", duration_ms=6000)], PROJECT)

    assert empty.segment("music1").track_range == TimeRange(0, 4000)
    assert again.segment("music1").track_range == TimeRange(0, 6000)
