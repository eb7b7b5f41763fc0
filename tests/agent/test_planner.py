"""What people say to a film that is there, in English and Chinese, and what must come of it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.agent import Turn, take_turn
from saycut.timeline import (
    Draft,
    Facts,
    Fit,
    TextRole,
    TextStyle,
    TrackKind,
    TransitionKind,
    Word,
)
from saycut.timeline.validate import check
from tests.agent.projects import (
    PHOTOS,
    PROJECT,
    PROMO,
    SONG,
    a_promo,
    music_of,
    said,
    shots,
    talk,
    texts,
    title,
)
from tests.builders import a_clip, a_photo, a_song, by_id
from tests.strategies import drafts, patiently

TALK = a_clip(
    "talk",
    duration_ms=60_000,
    facts=Facts(
        silences_ms=((0, 1500), (20_000, 22_500), (40_000, 43_000)),
        scenes_ms=(0, 15_000, 30_000, 45_000),
        words=(
            Word("hello", 2000, 2400),
            Word("um", 2500, 2700),
            Word("there", 2800, 3200),
            Word("again", 23_000, 23_500),
        ),
        language="en",
    ),
)


def _order(turn: Turn) -> list[str | None]:
    return [s.asset_id for s in shots(turn.draft)]


@pytest.mark.parametrize(
    "request_",
    [
        "make the music quieter and remove the second photo",
        "mach die Musik leiser und entferne das zweite Foto",
        "música al 30 % y elimina la foto 2",
        "musique à 30 % et supprime la photo 2",
        "música a 30 % e remova a foto 2",
    ],
)
def test_two_orders_joined_by_an_and_are_two(request_: str) -> None:
    before = a_promo()

    after = said(request_, draft=before).draft

    # The one must not be taken for the other: the music stays, the photo goes.
    assert len(music_of(after)) == 1
    assert len(shots(after)) < len(shots(before))


# The follow-ups of the main job.


@pytest.mark.parametrize("request_", ["make it 15 seconds", "时长改成15秒", "缩短到十五秒"])
def test_the_film_gets_the_length_asked_for(request_: str) -> None:
    turn = said(request_)

    assert turn.draft.duration_ms == 15_000
    assert music_of(turn.draft)[-1].track_range.end_ms == 15_000
    for shot in shots(turn.draft)[1:]:
        assert min(abs(shot.track_range.start_ms - b) for b in SONG.facts.beats_ms) <= 40


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("put the title 'Golden Hour' at the start", "Golden Hour"),
        ("开头加标题“黄金时刻”", "黄金时刻"),
        ("change the title to Summer in the Hills", "Summer in the Hills"),
        ("把标题改成“夏天”", "夏天"),
        ("rename the title to 'A, B and C'", "A, B and C"),
    ],
)
def test_the_title_says_what_was_asked(request_: str, words: str) -> None:
    turn = said(request_)

    assert texts(turn.draft, TextRole.TITLE) == [words]
    assert title(turn.draft).track_range.start_ms < 1000


def test_a_title_is_added_where_there_is_none() -> None:
    bare = said("remove the title").draft

    turn = said("put the title 'Golden Hour' at the start", draft=bare)

    assert texts(turn.draft, TextRole.TITLE) == ["Golden Hour"]


@pytest.mark.parametrize("request_", ["music at 30 %", "lower the music to 30%", "音乐音量30%"])
def test_percent_of_the_music_is_a_share_of_the_amplitude(request_: str) -> None:
    (music,) = music_of(said(request_).draft)

    assert music.sound.gain_db.at(0) == pytest.approx(-10.46, abs=0.01)


@pytest.mark.parametrize(
    "request_", ["竖屏", "make it vertical", "9:16", "for TikTok", "9:16にして"]
)
def test_the_film_turns_upright(request_: str) -> None:
    canvas = said(request_).draft.canvas

    assert (canvas.width, canvas.height) == (1080, 1920)


@pytest.mark.parametrize("request_", ["make it square", "正方形", "1:1 please"])
def test_the_film_turns_square(request_: str) -> None:
    assert said(request_).draft.canvas.ratio == "1:1"


@pytest.mark.parametrize(
    ("request_", "words"),
    [("加字幕“美好时光”", "美好时光"), ("add the caption 'Good Times'", "Good Times")],
)
def test_a_caption_in_quotes_is_put_in(request_: str, words: str) -> None:
    assert words in texts(said(request_).draft, TextRole.CAPTION)


@pytest.mark.parametrize("request_", ["配乐", "add music", "加个背景音乐"])
def test_music_is_laid_under_a_film_without(request_: str) -> None:
    silent = said("remove the music").draft

    (music,) = music_of(said(request_, draft=silent).draft)

    assert music.asset_id == "song"
    assert music.sound.fade_out_ms > 0


def test_music_that_plays_already_is_said_to() -> None:
    turn = said("配乐")

    assert not turn.changed
    assert "song.m4a" in turn.reply
    assert turn.unmet == ()


def test_newer_music_takes_the_place_of_the_old() -> None:
    turn = said("add this song", assets=[*PROJECT, a_song("other")])

    assert [m.asset_id for m in music_of(turn.draft)] == ["other"]


@pytest.mark.parametrize("request_", ["导出", "export", "Export it", "send me the video"])
def test_export_is_an_action_for_the_caller(request_: str) -> None:
    turn = said(request_)

    assert turn.actions == ("export",)
    assert turn.outputs[0].format == "mp4"
    assert not turn.changed


def test_export_of_files_alone_makes_the_film_first() -> None:
    photos = [a_photo(f"photo{n}") for n in range(3)]

    turn = take_turn("export", Draft(), photos)

    assert turn.actions == ("export",)
    assert [s.asset_id for s in turn.draft.tracks[0].segments][:3] == [p.id for p in photos]


@pytest.mark.parametrize(
    "request_", ["swap photo 2 and 3", "交换第2张和第3张照片", "交换第二张和第三张照片"]
)
def test_two_photos_change_places(request_: str) -> None:
    before = [s.asset_id for s in shots(a_promo())]

    after = _order(said(request_))

    assert after == [before[0], before[2], before[1], *before[3:]]


@pytest.mark.parametrize("request_", ["remove the last photo", "删除最后一张照片", "去掉最后一张"])
def test_the_last_photo_goes_and_the_card_stays(request_: str) -> None:
    turn = said(request_)

    assert "a5" not in _order(turn)
    assert texts(turn.draft, TextRole.END_CARD) == ["Thank you for watching"]
    assert shots(turn.draft)[-1].picture.dim > 0
    check(turn.draft, by_id(*PROJECT))


@pytest.mark.parametrize(
    ("request_", "action"),
    [
        ("undo", "undo"),
        ("undo that", "undo"),
        ("撤销", "undo"),
        ("redo", "redo"),
        ("重做", "redo"),
        ("credits", "credits"),
        ("积分", "credits"),
        ("how many left", "credits"),
        ("show tracks", "status"),
        ("状态", "status"),
        ("what's done", "status"),
        ("upload", "upload"),
        ("上传", "upload"),
        ("rückgängig", "undo"),
        ("exportar", "export"),
        ("annuler", "undo"),
        ("エクスポート", "export"),
        ("내보내기", "export"),
    ],
)
def test_one_word_is_an_action(request_: str, action: str) -> None:
    turn = said(request_)

    assert turn.actions == (action,)
    assert not turn.changed
    assert turn.reply


@pytest.mark.parametrize(
    "request_", ["trim the first 10 seconds", "剪掉前10秒", "cut the first 10s"]
)
def test_the_start_is_cut_off(request_: str) -> None:
    turn = said(request_, draft=Draft(), assets=[TALK])

    (shot,) = shots(turn.draft)
    assert shot.source_range.start_ms == 10_000
    assert turn.draft.duration_ms == 50_000


@pytest.mark.parametrize(
    "request_", ["cut from 0:30 to 0:45", "剪掉0:30到0:45", "remove 30-45 seconds"]
)
def test_a_stretch_is_cut_out(request_: str) -> None:
    turn = said(request_, draft=Draft(), assets=[TALK])

    assert [(s.source_range.start_ms, s.source_range.end_ms) for s in shots(turn.draft)] == [
        (0, 30_000),
        (45_000, 60_000),
    ]


def test_several_cuts_count_on_the_clock_of_the_film_as_it_was() -> None:
    turn = said(
        "remove the first 10 seconds, cut 20-30 sec and cut out 0:40 to 0:50",
        draft=Draft(),
        assets=[TALK],
    )

    assert [(s.source_range.start_ms, s.source_range.end_ms) for s in shots(turn.draft)] == [
        (10_000, 20_000),
        (30_000, 40_000),
        (50_000, 60_000),
    ]


@pytest.mark.parametrize(
    ("request_", "duration_ms"),
    [
        ("trim to the first 5 seconds", 5_000),
        ("cut the last 20 seconds", 40_000),
        ("keep the last 20 seconds", 20_000),
        ("keep only 0:10 to 0:25", 15_000),
        ("cut this down to 45 seconds", 45_000),
    ],
)
def test_what_is_kept_is_as_long_as_said(request_: str, duration_ms: int) -> None:
    assert said(request_, draft=Draft(), assets=[TALK]).draft.duration_ms == duration_ms


@pytest.mark.parametrize(
    ("request_", "role"),
    [
        ("remove the text", None),
        ("删除文字", None),
        ("remove the title", TextRole.TITLE),
        ("去掉标题", TextRole.TITLE),
        ("remove the captions", TextRole.LOWER_THIRD),
    ],
)
def test_texts_are_removed(request_: str, role: TextRole | None) -> None:
    turn = said(request_)

    assert texts(turn.draft, *([role] if role else [])) == []


@pytest.mark.parametrize("request_", ["remove the music", "no music", "去掉音乐"])
def test_the_music_is_removed(request_: str) -> None:
    assert music_of(said(request_).draft) == []


@pytest.mark.parametrize("request_", ["remove the transitions", "去掉转场", "hard cuts"])
def test_the_transitions_are_removed(request_: str) -> None:
    assert not any(s.transition for s in shots(said(request_).draft))


@pytest.mark.parametrize("request_", ["crossfade 1 s between all", "所有照片之间叠化1秒"])
def test_all_seams_take_the_crossfade(request_: str) -> None:
    found = [s.transition for s in shots(said(request_).draft)[1:]]

    assert {(t.kind, t.duration_ms) for t in found if t} == {(TransitionKind.CROSSFADE, 1000)}


@pytest.mark.parametrize("request_", ["fade to black transitions", "黑场转场"])
def test_transitions_go_through_black(request_: str) -> None:
    found = [s.transition for s in shots(said(request_).draft)[1:]]

    assert {t.kind for t in found if t} == {TransitionKind.FADE_BLACK}


def test_one_seam_is_set_alone() -> None:
    turn = said("fade to black between photo 2 and 3")

    kinds = [s.transition.kind for s in shots(turn.draft) if s.transition]
    assert kinds.count(TransitionKind.FADE_BLACK) == 1
    assert shots(turn.draft)[2].transition != shots(a_promo())[2].transition


@pytest.mark.parametrize("request_", ["faster pace", "节奏快一点"])
def test_faster_shots_make_a_shorter_film(request_: str) -> None:
    assert said(request_).draft.duration_ms == 22_500


@pytest.mark.parametrize("request_", ["slower", "慢一点"])
def test_slower_shots_make_a_longer_film(request_: str) -> None:
    assert said(request_).draft.duration_ms == 40_000


@pytest.mark.parametrize("request_", ["mute the clip", "静音", "mute the original sound"])
def test_the_clip_is_muted(request_: str) -> None:
    turn = said(request_, draft=Draft(), assets=[TALK])

    assert shots(turn.draft)[0].sound.is_muted


def test_a_muted_clip_is_heard_again() -> None:
    turns = talk("mute the clip", "unmute", assets=[TALK])

    assert not shots(turns[-1].draft)[0].sound.is_muted


@pytest.mark.parametrize("request_", ["zoom in on photo 3", "第3张照片推近"])
def test_one_photo_is_zoomed_into(request_: str) -> None:
    turn = said("keep the photos still")

    motion = shots(said(request_, draft=turn.draft).draft)[2].picture.motion

    assert motion is not None
    assert motion.end.width < motion.start.width
    assert shots(turn.draft)[2].picture.motion is None


def test_several_orders_in_one_sentence_are_all_done() -> None:
    turn = said(
        "trim the first 5 seconds, add a title 'X' and export at 720p",
        draft=Draft(),
        assets=[TALK],
    )

    assert turn.draft.duration_ms == 55_000
    assert texts(turn.draft) == ["X"]
    assert turn.actions == ("export",)
    assert turn.outputs[0].height == 720


# Making films.


@pytest.mark.parametrize(
    "request_",
    [PROMO, "用这些照片做一个30秒的宣传片，加转场和文字", "make a 30s promo of my photos"],
)
def test_a_promo_has_a_title_names_and_a_card(request_: str) -> None:
    turn = said(request_, draft=Draft())

    assert turn.draft.duration_ms == 30_000
    assert len(texts(turn.draft, TextRole.TITLE)) == 1
    assert "Sunset" in texts(turn.draft, TextRole.LOWER_THIRD)
    assert len(texts(turn.draft, TextRole.END_CARD)) == 1
    assert turn.unmet == ()
    check(turn.draft, by_id(*PROJECT))


@pytest.mark.parametrize("request_", ["make a slideshow of these photos", "把照片做成幻灯片"])
def test_a_slideshow_has_no_words(request_: str) -> None:
    turn = said(request_, draft=Draft())

    assert texts(turn.draft) == []
    assert sorted(str(s.asset_id) for s in shots(turn.draft)) == [p.id for p in PHOTOS]


def test_a_brief_is_read_from_the_whole_sentence() -> None:
    turn = said(
        "create a 20-second vertical promo called 'Golden Hour', fade to black between shots, "
        "music at 50 %, closing title 'Book now'",
        draft=Draft(),
    )

    assert turn.draft.duration_ms == 20_000
    assert turn.draft.canvas.ratio == "9:16"
    assert texts(turn.draft, TextRole.TITLE) == ["Golden Hour"]
    assert texts(turn.draft, TextRole.END_CARD) == ["Book now"]
    assert {s.transition.kind for s in shots(turn.draft) if s.transition} == {
        TransitionKind.FADE_BLACK
    }
    assert music_of(turn.draft)[0].sound.gain_db.at(0) == pytest.approx(-6.02, abs=0.01)


def test_the_topic_of_a_request_is_its_title() -> None:
    turn = said("create a 30-second promotional video for our coffee shop", draft=Draft())

    assert texts(turn.draft, TextRole.TITLE) == ["Coffee Shop"]
    assert "Coffee Shop" in turn.reply


def test_neutral_words_are_said_to_be_an_assumption() -> None:
    turn = said(PROMO, draft=Draft())

    assert texts(turn.draft, TextRole.TITLE)[0] in turn.reply
    assert "title" in turn.reply


def test_an_invitation_invites() -> None:
    turn = said("make an invitation video for my birthday party", draft=Draft())

    assert texts(turn.draft, TextRole.TITLE)[0].startswith("You’re Invited\n")


def test_each_photo_plays_for_the_time_said() -> None:
    turn = said("make a slideshow showing each image for 3 seconds", draft=Draft())

    assert {s.track_range.duration_ms for s in shots(turn.draft)} == {3000}


def test_a_recipe_asked_for_again_makes_the_film_anew() -> None:
    turn = said("make a slideshow of my photos")

    assert texts(turn.draft) == []
    assert len(shots(turn.draft)) == 5


def test_an_edit_of_bare_uploads_lays_them_out_first() -> None:
    turn = said("make it vertical", draft=Draft())

    assert len(shots(turn.draft)) == 5
    assert turn.draft.canvas.ratio == "9:16"


def test_a_description_alone_is_taken_for_the_film() -> None:
    turn = said(
        "Iceland from above: black sand at Reynisfjara, then the tall waterfall in the mist, "
        "then the green valley behind it, dramatic overcast light",
        draft=Draft(),
    )

    assert len(shots(turn.draft)) == 5
    assert turn.reply


# Clips that speak.


def test_pauses_are_cut_out() -> None:
    turn = said("remove the silences longer than 2 seconds", draft=Draft(), assets=[TALK])

    assert 54_900 < turn.draft.duration_ms < 56_500
    assert len(shots(turn.draft)) == 3


def test_fillers_are_cut_out() -> None:
    turn = said("remove the filler words", draft=Draft(), assets=[TALK])

    assert turn.draft.duration_ms == 59_800


def test_captions_come_from_the_words_that_are_known() -> None:
    turn = said("add captions and give me an srt", draft=Draft(), assets=[TALK])

    assert texts(turn.draft, TextRole.CAPTION) == ["hello um there", "again"]
    assert turn.sidecars[0].format == "srt"
    assert turn.sidecars[0].language == "en"


def test_captions_without_words_are_not_pretended() -> None:
    turn = said("add captions", draft=Draft(), assets=[a_clip("c")])

    assert turn.unmet == ("add captions",)
    assert "transcript" in turn.reply


def test_highlights_begin_where_something_begins_and_last_as_asked() -> None:
    turn = said("cut a 16-second highlight reel", draft=Draft(), assets=[TALK])

    assert turn.draft.duration_ms == 16_000
    starts = {s.source_range.start_ms for s in shots(turn.draft)}
    assert starts <= {0, 1500, 15_000, 22_500, 30_000, 43_000, 45_000}


def test_a_length_that_only_describes_the_upload_is_no_order() -> None:
    turn = said("cut my 60-second talk down to 20 seconds", draft=Draft(), assets=[TALK])

    assert turn.draft.duration_ms == 20_000


# Small edits.


@pytest.mark.parametrize(
    ("request_", "asset_ids"),
    [
        ("move photo 2 to the start", ["a2", "a1"]),
        ("move the first photo to the end", ["a2", "a3"]),
        ("remove photo 1", ["a2", "a3"]),
        ("remove friends.jpg", ["a1", "a2", "a4"]),
        ("move photo 1 after photo 3", ["a2", "a3", "a1"]),
        ("swap sunset.jpg and aitzgorri.jpg", ["a5", "a2"]),
    ],
)
def test_shots_are_put_in_order(request_: str, asset_ids: list[str]) -> None:
    film = said("make a slideshow", draft=Draft()).draft

    assert _order(said(request_, draft=film))[: len(asset_ids)] == asset_ids


def test_new_uploads_are_added() -> None:
    film = said("make a slideshow", draft=Draft(), assets=PHOTOS[:4]).draft

    turn = said("add the new photo at the start", draft=film, assets=PHOTOS)

    assert _order(turn) == ["a5", "a1", "a2", "a3", "a4"]


def test_one_shot_gets_its_own_length() -> None:
    turn = said("make photo 2 last 3 seconds")

    assert shots(turn.draft)[1].track_range.duration_ms == 3000


@pytest.mark.parametrize(
    ("request_", "style"),
    [("elegant font", TextStyle.ELEGANT), ("文字用简洁风格", TextStyle.CLEAN)],
)
def test_texts_take_a_style(request_: str, style: TextStyle) -> None:
    turn = said(request_)

    assert {s.text.style for s in turn.draft.segments(TrackKind.TEXT) if s.text} == {style}


def test_texts_take_size_colour_and_place() -> None:
    turn = talk(
        "make the title bigger", "yellow title", "move the title to the top", draft=a_promo()
    )
    text = title(turn[-1].draft).text

    assert text is not None
    assert text.scale == pytest.approx(1.3)
    assert text.colour == "#ffd600"
    assert text.position is not None
    assert text.position.value == "top-center"


def test_a_text_is_shown_when_and_where_it_is_wanted() -> None:
    turn = said("add the text 'Hello' at 0:05 for 2 seconds at the top left")

    (found,) = [
        s for s in turn.draft.segments(TrackKind.TEXT) if s.text and s.text.content == "Hello"
    ]
    assert found.track_range.start_ms == 5000
    assert found.track_range.duration_ms == 2000
    assert found.text is not None
    assert found.text.position is not None
    assert found.text.position.value == "top-left"


def test_words_are_replaced_by_what_they_were() -> None:
    turn = said("replace 'Sunset' with 'Evening'")

    assert "Evening" in texts(turn.draft)
    assert "Sunset" not in texts(turn.draft)


def test_a_card_closes_the_film_with_the_words_given() -> None:
    film = said("make a slideshow", draft=Draft()).draft

    turn = said("add an end card 'See you soon'", draft=film)

    assert texts(turn.draft, TextRole.END_CARD) == ["See you soon"]


@pytest.mark.parametrize(
    ("request_", "fit"), [("show the whole photo", Fit.CONTAIN), ("铺满画面", Fit.COVER)]
)
def test_pictures_fill_or_fit(request_: str, fit: Fit) -> None:
    assert {s.picture.fit for s in shots(said(request_).draft)} == {fit}


def test_the_film_fades_in_and_out() -> None:
    turn = said("fade in from black and fade out at the end")

    assert shots(turn.draft)[0].picture.fade_in_ms == 1000
    assert shots(turn.draft)[-1].picture.fade_out_ms == 1000


def test_the_music_dies_away_as_long_as_asked() -> None:
    turn = said("fade the music out over 5 seconds: fade out the music 5 seconds")

    assert music_of(turn.draft)[-1].sound.fade_out_ms == 5000


@pytest.mark.parametrize(
    ("request_", "gain_db"),
    [
        ("louder music", 4),
        ("音乐小声一点", -4),
        ("music at -20 dB", -20),
        ("turn down the music by 3 dB", -3),
    ],
)
def test_music_gets_louder_and_quieter(request_: str, gain_db: float) -> None:
    assert music_of(said(request_).draft)[0].sound.gain_db.at(0) == pytest.approx(gain_db)


def test_loudness_and_rate_and_size_are_set() -> None:
    turn = said("-16 LUFS, 60 fps and 1080x1350")

    assert turn.draft.loudness_lufs == -16
    assert turn.draft.canvas.frame_rate == 60
    assert (turn.draft.canvas.width, turn.draft.canvas.height) == (1080, 1350)


def test_an_order_of_a_file_is_read() -> None:
    turn = said("convert it to a webm under 20 MB with H.265")

    (order,) = turn.outputs
    assert (order.format, order.max_mb, order.codec) == ("webm", 20, "h265")


def test_audio_alone_is_a_sound_file() -> None:
    turn = said("extract the audio as an mp3 at 192 kbps", draft=Draft(), assets=[TALK])

    assert (turn.outputs[0].format, turn.outputs[0].audio_kbps) == ("mp3", 192)


# Honesty.


@pytest.mark.parametrize(
    "request_",
    ["What are the best export settings?", "How do I cut on the beat?", "添加配乐一定需要付费吗？",
     "先不要导出，解释一下帧率和码率的区别", "Suggest an edit structure", "字幕ってつけられる？"],
)  # fmt: skip
def test_a_question_is_answered_and_nothing_is_changed(request_: str) -> None:
    turn = said(request_)

    assert not turn.changed
    assert turn.actions == ()
    assert len(turn.reply) > 40


@pytest.mark.parametrize("request_", ["can you make it vertical?", "could you please export it?"])
def test_a_polite_order_is_no_question(request_: str) -> None:
    turn = said(request_)

    assert turn.changed or turn.actions


@pytest.mark.parametrize(
    "request_",
    ["put 'Chapter 1' at the start for 3 seconds", "wait 5 seconds", "the first 2 seconds are odd"],
)
def test_a_length_that_is_not_the_films_leaves_the_film_as_long(request_: str) -> None:
    assert said(request_).draft.duration_ms == 30_000


def test_the_looks_named_beside_captions_are_theirs() -> None:
    turn = said("add captions: bold white text at the top", draft=Draft(), assets=[TALK])

    found = [s.text for s in turn.draft.segments(TrackKind.TEXT) if s.text]
    assert {t.style for t in found} == {TextStyle.BOLD}
    assert {t.position.value for t in found if t.position} == {"top-center"}


def test_an_attached_text_is_not_passed_over_in_silence() -> None:
    turn = take_turn("make it vertical", a_promo(), PROJECT, attachment="Once upon a time")

    assert "attached" in turn.reply


def test_nonsense_is_named_word_for_word_and_the_rest_is_done() -> None:
    turn = said("make it 15 seconds and frobnicate the wibble. Remove the music")

    assert "frobnicate" in turn.reply
    assert turn.draft.duration_ms == 15_000
    assert music_of(turn.draft) == []


def test_what_is_not_understood_gets_examples() -> None:
    turn = said("frobnicate the wibble")

    assert turn.unmet == ("frobnicate the wibble",)
    assert turn.asked
    assert not turn.changed
    assert "export" in turn.reply


@pytest.mark.parametrize("request_", ["", "   ", "\n"])
def test_an_empty_request_is_said_to_be_empty(request_: str) -> None:
    turn = said(request_)

    assert turn.asked
    assert not turn.changed
    assert "empty" in turn.reply


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("speed up by 2x and make it square", "speed up"),
        ("make the colors warmer", "colors"),
        ("add a voiceover", "voiceover"),
        ("add a whoosh sound", "whoosh"),
        ("blur all faces", "blur all faces"),
        ("put my logo in the corner", "logo"),
        ("去除背景噪音", "噪音"),
    ],
)
def test_what_cannot_be_done_yet_is_said(request_: str, named: str) -> None:
    turn = said(request_)

    assert any(named in what for what in turn.unmet)
    assert named in turn.reply


def test_music_that_is_not_there_cannot_be_made() -> None:
    turn = said("add some chill background music", draft=Draft(), assets=PHOTOS)

    assert turn.unmet
    assert "upload a song" in turn.reply


def test_nothing_uploaded_is_told_and_asked_for() -> None:
    turn = take_turn("make a 30-second promo for a coffee brand", Draft(), ())

    assert turn.unmet
    assert turn.asked
    assert "upload" in turn.reply


@pytest.mark.parametrize(
    "request_",
    ["remove photo 9", "trim the first 90 seconds", "cut from 5:00 to 6:00", "make it 1 hour"],
)
def test_what_the_film_does_not_allow_changes_nothing(request_: str) -> None:
    film = said("trim the first 1 second", draft=Draft(), assets=[TALK]).draft

    turn = said(request_, draft=film, assets=[TALK])

    assert not turn.changed
    assert turn.unmet
    assert len(turn.reply) > 30


def test_the_same_request_gives_the_same_turn() -> None:
    assert said(PROMO, draft=Draft()) == said(PROMO, draft=Draft())


def test_the_reply_speaks_the_language_asked_for() -> None:
    turn = take_turn("make it 15 seconds", a_promo(), PROJECT, language="zh-CN")

    assert "完成" in turn.reply


@patiently(150)
@given(st.text(max_size=120))
def test_any_text_gets_an_answer_and_a_valid_film(text: str) -> None:
    turn = take_turn(text, a_promo(), PROJECT)

    assert turn.reply.strip()
    check(turn.draft, by_id(*PROJECT))


_WORDS = st.sampled_from(
    [
        "add", "remove", "cut", "make", "the", "title", "music", "photo", "2", "3", "last",
        "first", "'X'", "to", "at", "10", "seconds", "30%", "vertical", "crossfade", "all",
        "each", "and", ",", ".", "export", "no", "faster", "text", "caption", "swap", "0:05",
        "between", "keep", "zoom", "in", "删除", "标题", "音乐",
        "第二张", "照片", "秒", "5", "竖屏", "字幕",
        "“好”", "导出", "和",
    ]
)  # fmt: skip


@patiently(200)
@given(st.lists(_WORDS, min_size=1, max_size=14), st.booleans())
def test_any_words_of_the_field_give_a_valid_film(words: list[str], is_new: bool) -> None:
    before = Draft() if is_new else a_promo()

    turn = take_turn(" ".join(words), before, PROJECT)

    assert turn.reply.strip()
    check(turn.draft, by_id(*PROJECT))


@patiently(60)
@given(drafts(), st.lists(_WORDS, min_size=1, max_size=8))
def test_any_draft_can_be_talked_to(draft: Draft, words: list[str]) -> None:
    turn = take_turn(" ".join(words), draft, PROJECT)

    assert turn.reply.strip()
    check(turn.draft)


@pytest.mark.parametrize(
    "request_", [PROMO, "make it 15 seconds", "frobnicate", "export", "", "什么？"]
)
def test_a_reply_never_speaks_of_a_screen(request_: str) -> None:
    reply = said(request_).reply.lower()

    assert not any(word in reply for word in ("click", "drag", "button", "panel", "点击", "拖拽"))


def test_seams_of_a_longer_film_stay_in_order() -> None:
    draft = said("make it 45 seconds").draft

    assert all(a.track_range.end_ms == b.track_range.start_ms for a, b in pairwise(shots(draft)))


# The rest of what can be asked for.


@pytest.mark.parametrize(
    ("request_", "length_ms"),
    [("make it shorter", 22_500), ("make it longer", 37_500), ("延长", 37_500)],
)
def test_the_film_gets_shorter_and_longer(request_: str, length_ms: int) -> None:
    assert said(request_).draft.duration_ms == length_ms


def test_one_shot_gets_longer() -> None:
    before = shots(a_promo())[1].track_range.duration_ms

    after = shots(said("make photo 2 longer").draft)[1].track_range.duration_ms

    assert after == round(before * 1.25)


def test_each_photo_of_a_film_takes_the_time_said() -> None:
    film = said("make a slideshow", draft=Draft()).draft

    turn = said("each photo 2 seconds", draft=film)

    assert {s.track_range.duration_ms for s in shots(turn.draft)} == {2000}


def test_a_clip_is_split_where_asked() -> None:
    turn = said("split at 0:20", draft=Draft(), assets=[TALK])

    assert [s.track_range.duration_ms for s in shots(turn.draft)] == [20_000, 40_000]


def test_the_start_of_one_clip_is_cut_off() -> None:
    clips = [a_clip("c1", duration_ms=8000), a_clip("c2", duration_ms=8000)]

    turn = said("cut the first 2 seconds of clip 2", draft=Draft(), assets=clips)

    assert [s.source_start_ms for s in shots(turn.draft)] == [0, 2000]


def test_trimming_without_an_amount_takes_silence_off_the_ends() -> None:
    turn = said("trim the clip", draft=Draft(), assets=[TALK])

    assert turn.draft.duration_ms == 60_000 - 1380


def test_trimming_without_an_amount_or_silence_asks_for_one() -> None:
    turn = said("trim the clip", draft=Draft(), assets=[a_clip("c")])

    assert turn.unmet == ("trim the clip",)
    assert "how much" in turn.reply


@pytest.mark.parametrize(
    ("request_", "colour"), [("end with a black screen", "#000000"), ("开头加白屏", "#ffffff")]
)
def test_a_plain_screen_is_put_in(request_: str, colour: str) -> None:
    film = said("make a slideshow", draft=Draft()).draft

    draft = said(request_, draft=film).draft

    assert colour in {s.picture.colour for s in shots(draft)}


def test_everything_is_cleared() -> None:
    assert shots(said("start over").draft) == ()


def test_two_clips_are_swapped_without_numbers() -> None:
    clips = [a_clip("c1"), a_clip("c2")]

    assert _order(said("swap the two clips", draft=Draft(), assets=clips)) == ["c2", "c1"]


@pytest.mark.parametrize(
    "request_", ["swap the photos", "move the photo to the start", "remove photo 42", "add a photo"]
)
def test_what_is_not_told_is_asked_for(request_: str) -> None:
    turn = said(request_)

    assert not turn.changed
    assert turn.asked


def test_a_background_colour_a_dimmed_and_a_see_through_picture() -> None:
    turns = talk(
        "white background", "dim photo 2", "blur photo 3", "opacity of photo 1 at 40 %",
        draft=a_promo(),
    )  # fmt: skip
    first, second, third, *_ = shots(turns[-1].draft)

    assert turns[-1].draft.canvas.background == "#ffffff"
    assert second.picture.dim == pytest.approx(0.4)
    assert third.picture.blur > 0
    assert first.picture.opacity.at(0) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("request_", "x"), [("keep the left side of photo 2 in view", 0.25), ("focus on the face", 0.5)]
)
def test_the_focus_is_moved(request_: str, x: float) -> None:
    assert shots(said(request_).draft)[1].picture.focus[0] == pytest.approx(x)


def test_moves_come_and_go() -> None:
    still = said("no motion").draft
    moving = said("add ken burns", draft=still).draft

    assert not any(s.picture.motion for s in shots(still))
    assert all(s.picture.motion for s in shots(moving))


def test_every_other_shot_is_pushed_into() -> None:
    clips = [a_clip("c1"), a_clip("c2"), a_clip("c3")]

    draft = said("zoom punch at every cut", draft=Draft(), assets=clips).draft

    assert [s.picture.motion is not None for s in shots(draft)] == [True, False, True]


def test_a_transition_that_is_not_there_is_replaced_and_said_to_be() -> None:
    turn = said("wipe transitions")

    assert "crossfade" in turn.reply
    assert all(s.transition for s in shots(turn.draft)[1:])


def test_a_single_clip_has_no_place_for_a_transition() -> None:
    turn = said("add a crossfade", draft=Draft(), assets=[TALK])

    assert turn.unmet
    assert "only one shot" in turn.reply


def test_the_canvas_that_is_there_already_is_said_to_be() -> None:
    turn = said("16:9 at 1080p")

    assert not turn.changed
    assert "already" in turn.reply


@pytest.mark.parametrize(
    ("request_", "role"),
    [
        ("add a lower third 'Ana, baker'", TextRole.LOWER_THIRD),
        ("add a watermark 'Sample'", TextRole.WATERMARK),
        ("add a call to action 'Book now'", TextRole.END_CARD),
        ("put 'The End' at the end", TextRole.END_CARD),
        ("add the text 'Wow' to photo 2", TextRole.OVERLAY),
    ],
)
def test_words_take_the_role_they_are_for(request_: str, role: TextRole) -> None:
    words = request_.split("'")[1]

    assert words in texts(said(request_).draft, role)


def test_a_text_covers_the_stretch_asked_for() -> None:
    turn = said("add the text 'Wow' from 0:05 to 0:09")

    (found,) = [
        s for s in turn.draft.segments(TrackKind.TEXT) if s.text and s.text.content == "Wow"
    ]
    assert (found.track_range.start_ms, found.track_range.end_ms) == (5000, 9000)


def test_a_name_that_nobody_gave_is_a_placeholder_and_asked_for() -> None:
    turn = said("add a lower third with my name")

    assert turn.asked
    assert "Your Name" in turn.reply


@pytest.mark.parametrize("request_", ["add text overlays", "add section titles"])
def test_words_that_are_wanted_come_from_the_names_of_files(request_: str) -> None:
    film = said("make a slideshow", draft=Draft()).draft

    assert "Sunset" in texts(said(request_, draft=film).draft)


@pytest.mark.parametrize("request_", ["add text overlays", "add section titles", "add a watermark"])
def test_words_that_nobody_knows_are_asked_for(request_: str) -> None:
    turn = said(request_, draft=Draft(), assets=[a_clip("clip-1")])

    assert turn.unmet
    assert "quotes" in turn.reply


def test_a_title_without_words_is_named_after_a_file() -> None:
    film = said("make a slideshow", draft=Draft()).draft

    turn = said("add a title", draft=film)

    assert texts(turn.draft, TextRole.TITLE) == ["Aitzgorri"]
    assert "Aitzgorri" in turn.reply


def test_captions_can_be_made_large() -> None:
    turn = said("create captions in large letters", draft=Draft(), assets=[TALK])

    assert {s.text.scale for s in turn.draft.segments(TrackKind.TEXT) if s.text} == {1.3}


def test_music_of_another_name_is_not_pretended() -> None:
    turn = said("add jazzy background music")

    assert not turn.changed
    assert "song.m4a" in turn.reply
    assert turn.unmet


def test_the_music_is_replaced_by_a_named_file() -> None:
    turn = said("replace the music with other.m4a", assets=[*PROJECT, a_song("other")])

    assert [m.asset_id for m in music_of(turn.draft)] == ["other"]


def test_short_music_is_laid_until_the_end() -> None:
    silent = said("remove the music").draft
    short = a_song("short", duration_ms=12_000)

    turn = said("add short.m4a as background music", draft=silent, assets=[*PROJECT, short])

    assert music_of(turn.draft)[-1].track_range.end_ms == 30_000
    assert len(music_of(turn.draft)) == 3


def test_the_sound_of_one_clip_is_muted_and_turned_down() -> None:
    clips = [a_clip("c1"), a_clip("c2")]

    turns = talk("mute clip 2", "lower the sound of clip 1", assets=clips)

    first, second = shots(turns[-1].draft)
    assert second.sound.is_muted
    assert first.sound.gain_db.at(0) == -4


@pytest.mark.parametrize("request_", ["music at 30 %", "fade the music in: fade in the music"])
def test_without_music_there_is_nothing_to_set(request_: str) -> None:
    turn = said(request_, draft=Draft(), assets=PHOTOS)

    assert turn.unmet
    assert "no music" in turn.reply


def test_the_loudness_is_brought_to_that_of_the_web() -> None:
    assert said("normalize the audio").draft.loudness_lufs == -14
