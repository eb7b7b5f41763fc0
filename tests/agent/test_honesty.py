"""What is asked for and not done is named, and the reply never claims otherwise."""

import pytest

from saycut.agent import take_turn
from saycut.timeline import Draft, TrackKind
from tests.agent.projects import PHOTOS, SONG, music_of, said
from tests.builders import a_clip, a_song

CLIPS = (a_clip("c1", name="beach day.mp4"), a_clip("c2", name="city.mp4"))


@pytest.mark.parametrize(
    ("request_", "unmet"),
    [
        ("export as a gif", "gif"),
        ("save it as webm", "webm"),
        ("export as mp3", "mp3"),
        ("export with h265", "h265"),
        ("export under 8 MB", "8 MB"),
        ("导出动图", "动图"),
    ],
)
def test_a_file_that_cannot_be_made_is_ordered_and_said_not_to_come(
    request_: str, unmet: str
) -> None:
    turn = said(request_)

    assert turn.outputs
    assert unmet in turn.unmet
    assert "MP4, 1920×1080" in turn.reply


def test_an_mp4_is_simply_exported() -> None:
    turn = said("export as mp4 with h264")

    assert turn.unmet == ()
    assert turn.actions == ("export",)


def test_the_place_of_the_file_is_said_to_be_chosen_elsewhere() -> None:
    assert "-o" in said("save it as /etc/hosts.mp4").reply


def test_undo_among_other_work_is_not_passed_over() -> None:
    turn = said("undo and make it vertical")

    assert turn.draft.canvas.ratio == "9:16"
    assert turn.unmet == ("undo",)


def test_wipes_do_not_take_the_place_of_what_plays() -> None:
    turn = said("replace the crossfades with wipes")

    assert not turn.changed
    assert turn.unmet == ("wipes",)


def test_a_new_film_says_that_there_are_no_wipes() -> None:
    assert "wipes" in said("make a 20 second promo with wipes", draft=Draft()).unmet


@pytest.mark.parametrize("request_", ["blur the background", "虚化背景"])
def test_the_ground_behind_people_is_not_blurred_with_them(request_: str) -> None:
    turn = said(request_)

    assert not turn.changed
    assert turn.unmet


def test_a_small_change_is_told_with_its_size() -> None:
    assert "0 % → 2 %" in said("blur photo 2").reply


@pytest.mark.parametrize("request_", ["make everything louder", "mute everything", "mute it"])
def test_everything_is_every_sound(request_: str) -> None:
    assets = (*CLIPS, SONG)
    film = take_turn("add the song as music", Draft(), assets).draft

    turn = said(request_, draft=film, assets=assets)

    sounds = [s for s in turn.draft.segments() if s.asset_id]
    assert len(sounds) == 3
    for sound in sounds:
        assert sound.sound != film.segment(sound.id).sound


def test_music_begins_again_in_a_film_that_got_longer() -> None:
    assets = (*PHOTOS, a_song("short", duration_ms=8000))
    film = take_turn("make an 8 second slideshow", Draft(), assets).draft

    turn = said("make it 15 seconds", draft=film, assets=assets)

    assert [m.track_range.end_ms for m in music_of(turn.draft)] == [8000, 15_000]
    assert "begins again" in turn.reply


def test_captions_of_speech_that_nobody_wrote_down_are_said_to_be_missing() -> None:
    assets = (*CLIPS, *PHOTOS)

    turn = said("make a 20 second video with captions", draft=Draft(), assets=assets)

    assert list(turn.draft.segments(TrackKind.TEXT)) == []
    assert turn.unmet
    assert "transcript" in turn.reply


def test_an_edit_that_fails_does_not_lay_out_the_uploads() -> None:
    empty = said("delete everything").draft

    turn = said("remove photo 99", draft=empty)

    assert not turn.changed
    assert turn.unmet


@pytest.mark.parametrize("request_", ["🎬🎉", "!!!"])
def test_a_message_without_words_is_said_not_to_be_understood(request_: str) -> None:
    turn = said(request_)

    assert turn.asked
    assert "did not understand" in turn.reply


def test_a_text_without_end_is_read_in_part_and_said_to_be() -> None:
    assert "first 4000 characters" in said("make it vertical. " * 1000).reply


def test_a_file_of_another_shape_than_the_film_is_named() -> None:
    assert said("export at 99x99").unmet == ("99x99",)
    assert said("export at 1280x720").unmet == ()


def test_showing_each_photo_for_a_time_adds_none() -> None:
    turn = said("show each photo for 3 seconds")

    assert turn.changed
    assert turn.unmet == ()


def test_an_export_of_nothing_is_not_promised() -> None:
    turn = take_turn("export", Draft(), ())

    assert turn.actions == ()
    assert turn.unmet == ("export",)
    assert turn.asked
    assert "now" not in turn.reply
