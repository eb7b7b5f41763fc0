"""Films made from uploads: what a person who posts one may rely on, whatever was uploaded."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.agent.direction import Brief, FilmKind, accent_of, ordered, position_for
from saycut.agent.recipes import film_of
from saycut.agent.retiming import closing_of, retimed
from saycut.edit.framing import picture_for
from saycut.edit.motions import kind_of
from saycut.timeline import (
    Asset,
    Canvas,
    Easing,
    Facts,
    Fit,
    Motion,
    Position,
    Rect,
    TextRole,
    TrackKind,
    TransitionKind,
    Word,
)
from saycut.timeline.validate import check
from tests.agent.projects import PHOTOS, PROJECT, SONG, beats, music_of, shots, texts, title
from tests.builders import a_clip, a_photo, a_song, by_id
from tests.strategies import patiently

UPRIGHT = Canvas(1080, 1920)
A_PROMO = Brief(kind=FilmKind.PROMO, title="Golden Hour", closing="Come along", shows_names=True)
_SHAPES = ((2560, 1707), (4032, 3024), (1704, 2560), (1000, 1000), (5000, 1800), (1080, 1920))


@st.composite
def _photos(draw: st.DrawFn) -> list[Asset]:
    shapes = draw(st.lists(st.sampled_from(_SHAPES), min_size=1, max_size=30))
    names = draw(st.sampled_from(["beach", "photo-", "IMG_000", "old-town-square-"]))
    face = st.sampled_from([(), (Rect(0.4, 0.3, 0.2, 0.2),), (Rect(0.05, 0.05, 0.9, 0.9),)])
    return [
        a_photo(f"a{n}", name=f"{names}{n}.jpg", width=w, height=h, faces=draw(face))
        for n, (w, h) in enumerate(shapes, 1)
    ]


_durations = st.integers(5_000, 120_000)
_canvases = st.sampled_from([Canvas(), UPRIGHT, Canvas(1080, 1080)])
_songs = st.sampled_from([(), (SONG,), (a_song("short", duration_ms=9_000, facts=beats(9_000)),)])


def _brief(kind: FilmKind, duration_ms: int) -> Brief:
    if kind is FilmKind.PROMO:
        return Brief(
            kind=kind,
            duration_ms=duration_ms,
            title="Golden Hour",
            closing="Come along",
            shows_names=True,
        )
    return Brief(kind=kind, duration_ms=duration_ms)


@patiently(60)
@given(_photos(), _durations, _canvases, _songs, st.sampled_from(FilmKind))
def test_any_film_is_valid_and_exactly_as_long_as_asked(
    photos: list[Asset], duration_ms: int, canvas: Canvas, songs: tuple[Asset, ...], kind: FilmKind
) -> None:
    assets = [*photos, *songs]

    film = film_of(_brief(kind, duration_ms), assets, canvas)

    check(film.draft, by_id(*assets))
    assert film.draft.duration_ms == duration_ms
    assert all(
        a.track_range.end_ms == b.track_range.start_ms for a, b in pairwise(shots(film.draft))
    )
    assert all(s.track_range.end_ms <= duration_ms for s in film.draft.segments())


@patiently(40)
@given(_photos(), st.integers(10_000, 60_000))
def test_seams_of_a_promo_lie_on_the_beat(photos: list[Asset], duration_ms: int) -> None:
    song = a_song("song", duration_ms=120_000, facts=beats(120_000))

    draft = film_of(_brief(FilmKind.PROMO, duration_ms), [*photos, song], Canvas()).draft

    for shot in shots(draft)[1:]:
        assert min(abs(shot.track_range.start_ms - b) for b in song.facts.beats_ms) <= 40


@patiently(40)
@given(_photos(), _durations, _canvases)
def test_no_two_shots_in_a_row_move_alike(
    photos: list[Asset], duration_ms: int, canvas: Canvas
) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), photos, canvas).draft

    moves = [s.picture.motion and kind_of(s.picture.motion) for s in shots(draft)]
    assert not any(a and a is b for a, b in pairwise(moves))


@patiently(40)
@given(_photos(), _durations, _canvases)
def test_moves_are_slow(photos: list[Asset], duration_ms: int, canvas: Canvas) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), photos, canvas).draft

    for shot in shots(draft):
        if shot.picture.motion:
            mean = _travel(shot.picture.motion) / (shot.track_range.duration_ms / 1000)
            assert mean * 1.5 <= 0.041  # easing is half as fast again in its middle


@patiently(40)
@given(_photos(), st.integers(8_000, 120_000))
def test_transitions_leave_three_quarters_of_every_shot(
    photos: list[Asset], duration_ms: int
) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), photos, Canvas()).draft

    for before, shot in pairwise(shots(draft)):
        if shot.transition:
            shorter = min(before.track_range.duration_ms, shot.track_range.duration_ms)
            assert shot.transition.duration_ms <= min(1000, shorter / 4)
            assert shot.transition.kind is TransitionKind.CROSSFADE


@patiently(40)
@given(_photos(), st.integers(8_000, 120_000), _songs)
def test_words_stand_still_while_shots_change(
    photos: list[Asset], duration_ms: int, songs: tuple[Asset, ...]
) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), [*photos, *songs], Canvas()).draft

    written = sorted(
        (s for s in draft.segments(TrackKind.TEXT)), key=lambda s: s.track_range.start_ms
    )
    assert title(draft).track_range.start_ms <= 2000
    assert all(a.track_range.end_ms <= b.track_range.start_ms for a, b in pairwise(written))
    for text in written:
        for shot in shots(draft):
            if shot.transition:
                half = shot.transition.duration_ms // 2
                seam = shot.track_range.start_ms
                is_apart = (
                    text.track_range.end_ms <= seam - half
                    or text.track_range.start_ms >= seam + half
                )
                assert is_apart


@patiently(30)
@given(_photos(), st.integers(8_000, 120_000))
def test_a_promo_closes_with_a_card_long_enough_to_read(
    photos: list[Asset], duration_ms: int
) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), photos, Canvas()).draft

    card = closing_of(draft)
    assert card is not None
    assert card.shot.track_range.duration_ms >= 2_500
    assert card.shot.picture.dim > 0
    assert card.shot.picture.blur > 0
    assert card.text.track_range.end_ms == duration_ms


def test_a_slideshow_shows_every_photo_once_for_an_even_time() -> None:
    draft = film_of(Brief(kind=FilmKind.SLIDESHOW, duration_ms=20_000), PHOTOS, Canvas()).draft

    assert [s.asset_id for s in shots(draft)] == [p.id for p in PHOTOS]
    assert {s.track_range.duration_ms for s in shots(draft)} == {4000}
    assert texts(draft) == []


def test_each_photo_lasts_as_long_as_asked() -> None:
    draft = film_of(Brief(kind=FilmKind.SLIDESHOW, shot_ms=3000), PROJECT, Canvas()).draft

    assert {s.track_range.duration_ms for s in shots(draft)} == {3000}


def test_a_promo_of_five_photos_tells_them_with_names_and_a_card() -> None:
    draft = film_of(A_PROMO, PROJECT, Canvas()).draft

    assert draft.duration_ms == 30_000
    assert texts(draft, TextRole.TITLE) == ["Golden Hour"]
    assert texts(draft, TextRole.END_CARD) == ["Come along"]
    assert len(texts(draft, TextRole.LOWER_THIRD)) == 4
    assert all(2500 <= s.track_range.duration_ms <= 6000 for s in shots(draft))
    assert len({t.text.style for t in draft.segments(TrackKind.TEXT) if t.text}) == 1


def test_a_portrait_neither_opens_nor_closes_a_landscape_film() -> None:
    portrait = a_photo("p", name="tower.jpg", width=1000, height=2000)

    for place in range(3):
        photos = [a_photo("x", name="sea.jpg"), a_photo("y", name="hills.jpg", width=4000)]
        photos.insert(place, portrait)
        assert ordered(photos, Canvas())[1].id == "p"


def test_numbered_files_keep_their_order() -> None:
    photos = [a_photo(f"a{n}", name=f"day-{n}.jpg", width=2000 * n) for n in (1, 2, 3)]

    assert ordered(photos, Canvas()) == photos


def test_a_portrait_photo_stands_whole_on_a_landscape_film() -> None:
    draft = film_of(A_PROMO, PROJECT, Canvas()).draft

    portrait = next(s for s in shots(draft) if s.asset_id == "a3")
    assert portrait.picture.fit is Fit.CONTAIN


def test_landscapes_fill_an_upright_film() -> None:
    draft = film_of(A_PROMO, PROJECT, UPRIGHT).draft

    assert {s.picture.fit for s in shots(draft)} == {Fit.COVER}


def test_a_photo_shown_again_is_shown_closer() -> None:
    photos = [a_photo("a1", width=6000, height=4000), a_photo("a2", width=6000, height=4000)]

    draft = film_of(Brief(kind=FilmKind.PROMO, duration_ms=30_000, closing="X"), photos, Canvas())

    again = [s for s in shots(draft.draft) if s.asset_id == "a1"][1]
    assert again.picture.motion is not None
    assert max(again.picture.motion.start.width, again.picture.motion.end.width) < 0.8


def test_pictures_without_time_are_left_out_and_named() -> None:
    photos = [a_photo(f"a{n}", name=f"{n}.jpg") for n in range(1, 31)]

    film = film_of(_brief(FilmKind.PROMO, 10_000), photos, Canvas())

    shown = {s.asset_id for s in shots(film.draft)}
    assert {p.id for p in photos} - shown == {a.id for a in film.left_out}
    assert len(film.left_out) > 0


def test_music_starts_at_once_and_dies_away_at_the_end() -> None:
    (music,) = music_of(film_of(A_PROMO, PROJECT, Canvas()).draft)

    assert music.track_range.start_ms == 0
    assert music.track_range.end_ms == 30_000
    assert music.sound.fade_in_ms <= 300
    assert music.sound.fade_out_ms >= 1500
    assert music.sound.gain_db.at(0) == 0


@pytest.mark.parametrize("seconds", [8, 10])
def test_beats_after_the_end_of_a_short_promo_do_not_change_its_cut(seconds: int) -> None:
    brief = replace(A_PROMO, duration_ms=1000 * seconds)
    as_long = a_song("as-long", duration_ms=1000 * seconds, facts=beats(1000 * seconds))

    film = film_of(brief, PROJECT, Canvas())

    assert [s.track_range for s in shots(film.draft)] == [
        s.track_range for s in shots(film_of(brief, (*PHOTOS, as_long), Canvas()).draft)
    ]
    assert len(shots(film.draft)) >= 3


def test_music_that_is_too_short_plays_again() -> None:
    song = a_song("short", duration_ms=12_000)

    played = music_of(film_of(A_PROMO, [*PHOTOS, song], Canvas()).draft)

    assert [m.track_range.duration_ms for m in played] == [12_000, 12_000, 6_000]
    assert [m.sound.fade_out_ms > 0 for m in played] == [False, False, True]


def test_music_makes_room_for_speech_and_clips_for_music() -> None:
    speaking = a_clip("talk", facts=Facts(words=(Word("hi", 500, 900),)))
    waves = a_clip("waves")

    loud = film_of(Brief(), [speaking, SONG], Canvas()).draft
    soft = film_of(Brief(), [waves, SONG], Canvas()).draft

    assert music_of(loud)[0].sound.gain_db.at(0) <= -10
    assert shots(loud)[0].sound.gain_db.at(0) == 0
    assert shots(soft)[0].sound.gain_db.at(0) <= -10


def test_clips_play_whole_when_nobody_names_a_length() -> None:
    clips = [a_clip("c1", duration_ms=8000), a_clip("c2", duration_ms=5000)]

    draft = film_of(Brief(transition=None), clips, Canvas()).draft

    assert [s.track_range.duration_ms for s in shots(draft)] == [8000, 5000]
    assert [s.source_start_ms for s in shots(draft)] == [0, 0]


@patiently(40)
@given(st.lists(st.integers(700, 60_000), min_size=1, max_size=8), _durations)
def test_clips_never_play_beyond_their_end(lengths: list[int], duration_ms: int) -> None:
    clips = [a_clip(f"c{n}", duration_ms=ms) for n, ms in enumerate(lengths, 1)]

    draft = film_of(_brief(FilmKind.PROMO, duration_ms), clips, Canvas()).draft

    known = by_id(*clips)
    content = [s for s in shots(draft) if not s.picture.dim]
    if sum(lengths) >= duration_ms:
        for shot in content:  # borders are rounded to whole milliseconds
            assert shot.source_range.end_ms <= known[str(shot.asset_id)].duration_ms + 1
    assert draft.duration_ms == duration_ms


def test_words_stay_off_faces() -> None:
    canvas = Canvas()
    middle = a_photo("m", width=1920, height=1080, faces=(Rect(0.4, 0.4, 0.2, 0.2),))
    low = a_photo("l", width=1920, height=1080, faces=(Rect(0.4, 0.76, 0.2, 0.2),))

    assert position_for(TextRole.TITLE, middle, picture_for(middle, canvas), canvas) is (
        Position.BOTTOM_CENTER
    )
    assert position_for(TextRole.LOWER_THIRD, low, picture_for(low, canvas), canvas) is (
        Position.TOP_CENTER
    )
    assert position_for(TextRole.TITLE, low, picture_for(low, canvas), canvas) is None


def test_the_accent_is_the_liveliest_colour_and_light() -> None:
    lively = a_photo("p", facts=Facts(palette=("#223322", "#a03010")))
    dull = a_photo("q", facts=Facts(palette=("#808080",)))

    accent = accent_of([dull, lively])

    assert accent is not None
    assert accent[1:3] > accent[3:5]
    assert accent_of([dull]) is None


def test_a_film_made_shorter_keeps_the_beat_and_its_card() -> None:
    draft = film_of(A_PROMO, PROJECT, Canvas()).draft

    lengths = retimed(draft, by_id(*PROJECT), 15_000)

    assert lengths is not None
    assert sum(lengths) == 15_000
    assert lengths[-1] >= 2_000


def test_clips_have_no_free_lengths() -> None:
    clip = a_clip("c")
    draft = film_of(Brief(), [clip], Canvas()).draft

    assert retimed(draft, by_id(clip), 5000) is None


@pytest.mark.parametrize("kind", FilmKind)
def test_one_photo_makes_a_film(kind: FilmKind) -> None:
    draft = film_of(_brief(kind, 10_000), [PHOTOS[0]], Canvas()).draft

    assert draft.duration_ms == 10_000


def _travel(move: Motion) -> float:
    return max(
        abs(move.end.width - move.start.width) / max(move.start.width, move.end.width),
        abs(move.end.x - move.start.x),
        abs(move.end.y - move.start.y),
    )


@pytest.mark.parametrize("step_ms", [333, 462, 700])
@pytest.mark.parametrize("kind", [FilmKind.PROMO, FilmKind.SLIDESHOW])
def test_many_photos_in_little_time_are_thinned_out_and_cut_evenly(
    kind: FilmKind, step_ms: int
) -> None:
    photos = [a_photo(f"a{n}", name=f"p{n}.jpg") for n in range(17)]
    song = a_song(facts=beats(step_ms=step_ms))

    film = film_of(_brief(kind, 30_000), [*photos, song], Canvas())

    lengths = [s.track_range.duration_ms for s in shots(film.draft)]
    assert min(lengths) >= max(1_790, 2 * step_ms)
    assert len({round(ms / step_ms) for ms in lengths[1:-1]}) == 1
    assert film.left_out


def test_captions_are_shown_only_when_all_of_them_can_be_read() -> None:
    photos = [a_photo(f"a{n}", name=f"{name}.jpg") for n, name in enumerate(["hut", "lake", "top"])]

    long = film_of(_brief(FilmKind.PROMO, 20_000), photos, Canvas())
    short = film_of(_brief(FilmKind.PROMO, 9_000), photos, Canvas())

    assert texts(long.draft, TextRole.LOWER_THIRD) == ["Lake", "Top"]
    assert texts(short.draft, TextRole.LOWER_THIRD) == []
    assert long.is_readable
    assert not short.is_readable


@patiently(40)
@given(_photos(), st.integers(9_000, 120_000), _songs)
def test_the_last_words_rest_for_two_seconds(
    photos: list[Asset], duration_ms: int, songs: tuple[Asset, ...]
) -> None:
    draft = film_of(_brief(FilmKind.PROMO, duration_ms), [*photos, *songs], Canvas()).draft

    card = closing_of(draft)
    assert card is not None
    assert card.text.track_range.duration_ms >= 700 + 2_000
    assert card.text.track_range.end_ms == duration_ms


@pytest.mark.parametrize("songs", [(), (SONG,)])
def test_fast_is_a_picture_every_two_seconds(songs: tuple[Asset, ...]) -> None:
    brief = Brief(duration_ms=15_000, pace=0.5)

    draft = film_of(brief, [*PHOTOS, *songs], Canvas()).draft

    lengths = [s.track_range.duration_ms for s in shots(draft)]
    assert all(1_800 <= ms <= 2_500 for ms in lengths[1:-1])
    assert len(lengths) > len(PHOTOS)
    assert {s.transition.duration_ms for s in shots(draft) if s.transition} == {250}


def test_a_photo_shown_three_times_is_framed_in_three_ways() -> None:
    photos = [a_photo("a1", width=6000, height=4000), a_photo("a2", width=6000, height=4000)]

    draft = film_of(Brief(duration_ms=15_000, pace=0.5), photos, Canvas()).draft

    again = [s.picture.motion for s in shots(draft) if s.asset_id == "a1"]
    assert len(again) >= 3
    assert len({m.start for m in again if m}) == len(again)


def test_a_photo_does_not_dissolve_into_itself() -> None:
    draft = film_of(Brief(duration_ms=20_000), PHOTOS[:1], Canvas()).draft

    assert all(s.transition is None for s in shots(draft))


def test_small_photos_stand_whole_and_still_and_neither_open_nor_close() -> None:
    small = a_photo("tiny", name="tiny.jpg", width=451, height=300)

    for kind in FilmKind:
        for photos in ([small, *PHOTOS], [*PHOTOS, small]):
            draft = film_of(_brief(kind, 30_000), photos, Canvas()).draft

            order = [s.asset_id for s in shots(draft)]
            assert order[0] != "tiny"
            assert order[-1] != "tiny"
            shot = shots(draft)[order.index("tiny")]
            assert shot.picture.fit is Fit.CONTAIN
            assert shot.picture.motion is None


@pytest.mark.parametrize(
    ("focus", "place"),
    [((0.5, 0.5), Position.BOTTOM_CENTER), ((0.5, 0.8), None), ((0.5, 0.62), Position.TOP_CENTER)],
)
def test_a_title_stands_away_from_the_subject(
    focus: tuple[float, float], place: Position | None
) -> None:
    photo = a_photo("cat", width=1920, height=1080, focus=focus)

    found = position_for(TextRole.TITLE, photo, picture_for(photo, Canvas()), Canvas())

    assert found is place


def test_the_accent_is_warm_where_there_is_a_warm_colour() -> None:
    sky = a_photo("sky", facts=Facts(palette=("#2060f0", "#30b030", "#d08020")))
    dull = a_photo("dull", facts=Facts(palette=("#7088a0", "#909090")))

    accent = accent_of([sky, dull])

    assert accent is not None
    red, green, blue = (int(accent[i : i + 2], 16) for i in (1, 3, 5))
    assert red > green > blue
    assert accent_of([dull]) is None


def test_moves_of_a_film_run_on_through_its_seams() -> None:
    moves = [s.picture.motion for s in shots(film_of(A_PROMO, PROJECT, Canvas()).draft)]

    assert {m.easing for m in moves if m} == {Easing.LINEAR}
