"""The engine in this process, on real files."""

import os
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from saycut.bootstrap import engine_of
from saycut.engine import (
    BadName,
    CacheUnusable,
    Done,
    Engine,
    FilesRefused,
    FilmNotWritten,
    MediaLost,
    NotDone,
    NoTemporaryFolder,
)
from saycut.engine.intake import Given, take_in
from saycut.render import ShapeMismatch
from saycut.settings import Settings
from saycut.store import Blobs, NameTaken, NothingToUndo, Projects, StaleBase
from saycut.timeline import AssetKind

REQUEST = "make a 4-second slideshow with crossfades and the title 'Golden Hour'"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "cache")
    with engine_of(settings) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"photo{number}.jpg" for number in (1, 2)]
    for number, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((90, 160, 3), 60 + 80 * number, np.uint8))
    return paths


@pytest.fixture
def song(tmp_path: Path) -> Path:
    rate_hz = 48_000
    moments = np.arange(6 * rate_hz) / rate_hz
    clicks = 0.7 * np.exp(-60 * (moments % 0.5)) * np.sin(2 * np.pi * 1000 * moments)
    with wave.open(str(tmp_path / "song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((clicks * 32767).astype("<i2").tobytes())
    return tmp_path / "song.wav"


def made(engine: Engine, photos: list[Path]) -> Done:
    return engine.make(REQUEST, photos, size=(320, 180))


def test_the_same_content_under_two_names_counts_once_in_the_order_given(
    photos: list[Path], tmp_path: Path
) -> None:
    twin = tmp_path / "twin.jpg"
    twin.write_bytes(photos[0].read_bytes())

    given = [Given(path, path.name) for path in (photos[1], photos[0], twin)]

    intake = take_in(given, worker_count=2, max_pixels=1_000_000)

    assert [taken.path for taken in intake.taken] == [photos[1], photos[0]]


def test_music_is_listened_to_when_it_is_taken_in(song: Path) -> None:
    (taken,) = take_in([Given(song, "song.wav")], worker_count=1, max_pixels=1_000_000).taken

    assert taken.asset.kind is AssetKind.AUDIO
    assert taken.asset.facts.tempo_bpm == pytest.approx(120, abs=1)
    assert taken.asset.facts.loudness_lufs is not None


def test_all_bad_files_are_told_at_once(engine: Engine, photos: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()

    with pytest.raises(FilesRefused) as refused:
        engine.make(REQUEST, [tmp_path / "gone.jpg", *photos, tmp_path / "empty.jpg"])

    assert [refusal.path.name for refusal in refused.value.refused] == ["gone.jpg", "empty.jpg"]


def test_with_nothing_but_bad_files_there_is_nothing_to_go_on_with(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(FilesRefused):
        engine.make(REQUEST, [tmp_path / "gone.jpg"], skip_bad=True)


def test_a_new_project_begins_with_its_canvas_and_can_be_undone_to_it(
    engine: Engine, photos: list[Path]
) -> None:
    done = made(engine, photos)

    first = engine.undo(done.snapshot.project.id)

    assert (first.draft.canvas.width, first.draft.canvas.height) == (320, 180)
    assert first.draft.duration_ms == 0
    assert list(first.assets) == ["a1", "a2"]
    with pytest.raises(NothingToUndo):
        engine.undo(done.snapshot.project.id)
    assert engine.redo(done.snapshot.project.id).draft == done.snapshot.draft


def test_a_project_is_named_after_its_title(engine: Engine, photos: list[Path]) -> None:
    assert made(engine, photos).snapshot.project.name == "Golden Hour"
    assert engine.show("Golden Hour").draft.duration_ms == 4000


def test_a_name_that_is_taken_is_refused(engine: Engine, photos: list[Path]) -> None:
    made(engine, photos)

    with pytest.raises(NameTaken, match="Golden Hour"):
        engine.make(REQUEST, photos, name="Golden Hour")


def test_a_request_nobody_understands_makes_no_project_and_keeps_no_file(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(NotDone) as refused:
        engine.make("flurble the wobbly quux", photos)

    assert refused.value.turn.reply
    assert engine.projects() == ()
    assert not [path for path in (tmp_path / "data" / "blobs").rglob("*") if path.is_file()]


def test_a_turn_may_bring_files_and_known_ones_are_not_added_again(
    engine: Engine, photos: list[Path], song: Path
) -> None:
    project = made(engine, photos).snapshot.project

    done = engine.turn(project.id, "make it 3 seconds", [photos[0], song])

    assert [asset.name for asset in done.snapshot.assets.values()] == [
        "photo1.jpg",
        "photo2.jpg",
        "song.wav",
    ]
    assert done.is_changed
    assert done.snapshot.project.current == 3


def test_a_project_survives_the_loss_of_the_files_it_was_made_from(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    snapshot = made(engine, photos).snapshot
    for photo in photos:
        photo.unlink()

    report = engine.export(snapshot, tmp_path / "film.mp4")

    assert report.frame_count == 120
    assert (tmp_path / "film.mp4").stat().st_size == report.size_bytes


def test_an_edit_loses_against_one_that_was_saved_while_it_was_planned(
    engine: Engine, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made(engine, photos).snapshot.project
    real = Blobs.put

    def undone_meanwhile(self: Blobs, path: Path, digest: str) -> None:
        real(self, path, digest)
        engine.undo(project.id)

    monkeypatch.setattr(Blobs, "put", undone_meanwhile)
    other = photos[0].with_name("other.jpg")
    cv2.imwrite(str(other), np.full((90, 160, 3), 200, np.uint8))

    with pytest.raises(StaleBase):
        engine.turn(project.id, "make it 3 seconds", [other])

    assert len(engine.show(project.id).assets) == 2


def files_kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "data" / "blobs").rglob("*") if path.is_file()]


def test_a_name_that_several_films_share_is_taken_too(engine: Engine, photos: list[Path]) -> None:
    for _ in range(2):
        made(engine, photos)

    with pytest.raises(NameTaken):
        engine.make(REQUEST, photos, name="Golden\nHour")
    with pytest.raises(BadName):
        engine.make(REQUEST, photos, name=" \n")


def test_a_size_of_another_shape_is_refused_before_anything_is_kept(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(ShapeMismatch):
        engine.make(f"{REQUEST}, vertical", photos, size=(320, 180))
    assert engine.projects() == ()
    assert files_kept(tmp_path) == []

    project = made(engine, photos).snapshot.project
    with pytest.raises(ShapeMismatch):
        engine.turn(project.id, "make it vertical", size=(640, 360))

    assert engine.show(project.id).project.current == project.current


def test_names_and_words_that_are_not_utf_8_are_kept_with_marks(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    odd = photos[0].rename(tmp_path / os.fsdecode(b"b\xffd\n1.jpg"))

    done = engine.make(f"{REQUEST} caf\udce9", [odd, photos[1]], size=(320, 180))

    names = [asset.name for asset in engine.show(done.snapshot.project.id).assets.values()]
    assert names == ["b\ufffdd 1.jpg", "photo2.jpg"]


def test_files_of_a_turn_that_fails_are_not_kept(
    engine: Engine, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the database fell over")

    monkeypatch.setattr(Projects, "write", broken)

    with pytest.raises(RuntimeError):
        made(engine, photos)

    assert files_kept(tmp_path) == []


def test_a_pipe_is_said_to_be_no_regular_file(engine: Engine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")

    with pytest.raises(FilesRefused, match="not a regular file"):
        engine.make(REQUEST, [tmp_path / "pipe.mp4"])


def test_a_damaged_copy_is_named_as_people_know_it_and_can_be_given_again(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    snapshot = made(engine, photos).snapshot
    for copy in files_kept(tmp_path):
        copy.write_bytes(b"\xff\xd8" + bytes(copy.stat().st_size - 2))

    with pytest.raises(MediaLost) as lost:
        engine.export(snapshot, tmp_path / "film.mp4")
    assert "photo1.jpg" in lost.value.names
    assert not [copy for copy in files_kept(tmp_path) if copy.name in str(lost.value)]

    engine.turn(snapshot.project.id, "make it 1 second", photos)
    again = engine.show(snapshot.project.id)
    assert engine.export(again, tmp_path / "film.mp4").frame_count == 30


def test_a_disk_that_cannot_be_written_is_told_from_the_other_one(
    photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings = Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "file")
    with engine_of(settings) as engine:
        snapshot = made(engine, photos).snapshot
        with pytest.raises(CacheUnusable, match=r"file: .*SAYCUT_CACHE"):
            engine.export(snapshot, tmp_path / "film.mp4")
    with (
        engine_of(replace(settings, cache_folder=tmp_path / "cache")) as engine,
        pytest.raises(FilmNotWritten, match=r"gone.film\.mp4: .*-o"),
    ):
        engine.export(snapshot, tmp_path / "gone" / "film.mp4")


def test_an_engine_that_fails_to_start_gives_the_folder_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "cache")
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        with pytest.raises(NoTemporaryFolder, match="TMPDIR"):
            engine_of(settings)

    engine_of(settings).close()
