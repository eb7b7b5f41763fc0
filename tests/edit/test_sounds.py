import pytest

from saycut.edit.errors import NothingToEdit, NotInSource, NotUsable, OutsideFilm
from saycut.edit.music import add_music, music_of, remove_music, replace_music
from saycut.edit.sound import (
    db_of_percent,
    set_gain,
    set_loudness,
    set_muted,
    set_sound_fades,
    sounding,
)
from saycut.timeline import Curve, Draft, Sound, SoundRole, TimeRange
from tests.builders import a_caption, a_draft, a_film, a_photo, a_segment, a_song, a_soundtrack

MUSIC = Sound(role=SoundRole.MUSIC, fade_out_ms=2000)


def test_music_plays_to_the_end_of_the_film() -> None:
    after = add_music(a_film(4000, 8000), a_song(), MUSIC, segment_id="m", start_ms=1000)

    assert after.segment("m").track_range == TimeRange(1000, 11_000)
    assert after.segment("m").sound == MUSIC


def test_music_never_outlasts_itself_and_plays_whole_under_an_empty_film() -> None:
    song = a_song(duration_ms=5000)

    under = add_music(a_film(9000), song, MUSIC, segment_id="m", source_start_ms=2000)
    alone = add_music(Draft(), song, MUSIC, segment_id="m")

    assert under.segment("m").track_range == TimeRange(0, 3000)
    assert alone.segment("m").track_range == TimeRange(0, 5000)


def test_music_that_cannot_play_is_refused() -> None:
    draft = a_film(4000)

    with pytest.raises(NotUsable, match="a still picture"):
        add_music(draft, a_photo(), MUSIC, segment_id="m")
    with pytest.raises(OutsideFilm):
        add_music(draft, a_song(), MUSIC, segment_id="m", start_ms=4000)
    with pytest.raises(NotInSource):
        add_music(draft, a_song(), MUSIC, segment_id="m", source_start_ms=59_000)


def test_other_music_takes_the_gain_and_the_fades_of_the_old() -> None:
    old = a_soundtrack(start_ms=1000, duration_ms=3000, fade_out_ms=1500)
    draft = set_gain(a_film(9000, sounds=(old,)), "music1", -9.0)

    after = replace_music(draft, a_song("other", duration_ms=60_000))

    new = after.segment("music1")
    assert (new.asset_id, new.track_range) == ("other", TimeRange(1000, 8000))
    assert (new.sound.gain_db.at(0), new.sound.fade_out_ms) == (-9.0, 1500)


def test_there_is_no_other_music_without_music() -> None:
    with pytest.raises(NothingToEdit, match="add music instead"):
        replace_music(a_film(4000), a_song())


def test_removing_the_music_leaves_the_voice() -> None:
    voice = a_soundtrack("v", start_ms=4000, duration_ms=1000, role=SoundRole.VOICE)
    draft = a_film(9000, sounds=(a_soundtrack(duration_ms=3000), voice))

    after = remove_music(draft)

    assert [s.id for s in after.segments()] == ["s1", "v"]
    assert music_of(after) == ()


def test_a_gain_is_heard_and_a_mute_can_be_undone() -> None:
    muted = set_muted(a_film(4000, sounds=(a_soundtrack(),)), "music1", True)

    assert muted.segment("music1").sound.is_muted
    assert set_muted(muted, "music1", False) == a_film(4000, sounds=(a_soundtrack(),))
    louder = set_gain(muted, "music1", 3.0).segment("music1").sound
    assert (louder.is_muted, louder.gain_db) == (False, Curve.constant(3.0))


def test_sound_fades_change_alone() -> None:
    draft = a_film(4000, sounds=(a_soundtrack(duration_ms=4000, fade_out_ms=1000),))

    after = set_sound_fades(draft, "music1", in_ms=500).segment("music1").sound

    assert (after.fade_in_ms, after.fade_out_ms) == (500, 1000)


def test_percent_is_of_the_amplitude() -> None:
    assert db_of_percent(100) == 0
    assert db_of_percent(10) == pytest.approx(-20)
    assert db_of_percent(200) == pytest.approx(6.02, abs=0.01)


def test_loudness_belongs_to_the_whole() -> None:
    assert set_loudness(a_film(4000), -16.0).loudness_lufs == -16.0


def test_what_can_sound_is_found_by_role_and_clips_are_original_sound() -> None:
    voice = a_soundtrack("v", role=SoundRole.VOICE)
    plain = a_segment("card", start_ms=4000, asset_id=None)
    draft = a_draft(
        a_segment("c", asset_id="clip"), plain, sounds=(voice,), texts=(a_caption("t"),)
    )

    assert [s.id for s in sounding(draft)] == ["c", "v"]
    assert [s.id for s in sounding(draft, SoundRole.ORIGINAL)] == ["c"]
    assert [s.id for s in sounding(draft, SoundRole.VOICE)] == ["v"]
