from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from threading import Thread
from typing import Any

import av
import numpy as np
import pytest

from saycut.media import MediaError, probe
from saycut.render import (
    ChunkFailed,
    Encoding,
    ExportFailed,
    ExportReport,
    ExportSettings,
    FolderCache,
    Progress,
    ShapeMismatch,
    State,
    WorkerPool,
    export,
    plan_render,
)
from saycut.render.chunks import chunks_of
from saycut.render.film import check_film
from saycut.timeline import Asset, Canvas, Draft, Sound, SoundRole
from tests.builders import a_caption, a_draft, a_segment
from tests.media_files import a_picture, click_track, numbered_clip, write_photo, write_wav
from tests.render.test_pool import Gates, heard

CANVAS = Canvas(320, 180)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(2)
    yield made
    made.close()


@dataclass
class Studio:
    """A folder with media, a cache and an export into it."""

    folder: Path
    pool: WorkerPool
    assets: dict[str, Asset]
    paths: dict[str, Path]

    def export(self, draft: Draft, name: str = "film.mp4", **others: Any) -> ExportReport:
        cache = FolderCache(self.folder / "cache", 1 << 30)
        return export(
            draft,
            self.assets,
            self.paths,
            self.folder / name,
            cache=cache,
            pool=self.pool,
            **others,
        )

    def files(self) -> list[str]:
        return sorted(p.name for p in self.folder.iterdir() if p.name != "cache")


@pytest.fixture
def studio(pool: WorkerPool, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    media = tmp_path_factory.mktemp("media")
    files = {
        "photo": write_photo(media / "photo.jpg", a_picture(640, 360)),
        "clip": numbered_clip(media / "clip.mp4", frame_count=90),
        "song": write_wav(media / "song.wav", click_track(8, [0.5 * n for n in range(16)])),
    }
    assets = {name: replace(probe(path, path.name), id=name) for name, path in files.items()}
    return Studio(tmp_path, pool, assets, files)


def a_promo(words: str = "Now open") -> Draft:
    """Six seconds, three chunks: two photos, a title in the first and a text in the last chunk."""
    song = a_segment(
        "m",
        asset_id="song",
        duration_ms=6000,
        sound=Sound(fade_out_ms=1000, role=SoundRole.MUSIC),
    )
    return a_draft(
        a_segment("a", duration_ms=3000),
        a_segment("b", start_ms=3000, duration_ms=3000),
        texts=(
            a_caption("x1", "Golden Hour", start_ms=200, duration_ms=1500),
            a_caption("x2", words, start_ms=4200, duration_ms=1500),
        ),
        sounds=(song,),
        canvas=CANVAS,
    )


def test_a_film_is_what_was_planned_and_passes_verification(studio: Studio) -> None:
    report = studio.export(a_promo())

    with av.open(report.path) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.average_rate) == (320, 180, Fraction(30))
        assert video.codec_context.colorspace == 1
        assert sum(1 for _ in film.decode(video=0)) == report.frame_count == 180
    assert {check.state for check in report.checks} <= {State.PASS, State.UNSETTLED}
    assert report.size_bytes == report.path.stat().st_size
    assert studio.files() == ["film.mp4"]


def test_the_index_stands_before_the_pictures_so_that_playing_starts_at_once(
    studio: Studio,
) -> None:
    data = studio.export(a_promo()).path.read_bytes()

    assert data.index(b"moov") < data.index(b"mdat")


def test_nothing_is_rendered_twice(studio: Studio) -> None:
    first = studio.export(a_promo())
    before = first.path.read_bytes()

    second = studio.export(a_promo())

    assert (first.chunk_count, first.cached_chunks) == (3, 0)
    assert second.cached_chunks == 3
    assert second.path.read_bytes() == before


def test_a_changed_text_costs_the_chunk_it_is_in(studio: Studio) -> None:
    studio.export(a_promo())

    report = studio.export(a_promo("Open today"))

    assert report.chunk_count - report.cached_chunks == 1


def test_chunks_that_left_the_cache_are_made_again(studio: Studio) -> None:
    studio.export(a_promo())
    for path in sorted((studio.folder / "cache").rglob("*")):
        if path.is_file() and int(path.name[0], 16) % 2:
            path.unlink()

    report = studio.export(a_promo())

    assert report.frame_count == 180


def test_damage_in_the_cache_is_found_and_mended_by_the_next_export(studio: Studio) -> None:
    studio.export(a_promo())
    for path in (studio.folder / "cache").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2] + b"junk" + data[len(data) // 2 :])

    for _ in range(5):
        try:
            report = studio.export(a_promo())
        except ChunkFailed as error:
            assert "damaged data, now removed" in str(error)
        else:
            break

    assert all(check.state is not State.FAIL for check in report.checks)


def test_a_chunk_that_is_not_as_composed_is_not_kept(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever the decoder gives is then too far from what was composed.
    strict = replace(a_promo(), loudness_lufs=-20.0)
    monkeypatch.setattr("saycut.render.verify.Verdict.is_sound", False)

    with pytest.raises(ExportFailed, match="not as composed"):
        studio.export(strict)
    monkeypatch.undo()

    assert studio.export(strict).cached_chunks < 3
    assert studio.files() == ["film.mp4"]


def test_a_name_with_a_colon_is_a_file(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(studio.folder)

    report = studio.export(a_promo(), "take 2: final.mp4")

    assert report.path.exists()


def test_what_changes_no_pixel_renders_nothing(studio: Studio) -> None:
    studio.export(a_promo())
    renamed = a_promo()
    first, second = renamed.tracks[0].segments
    track = renamed.tracks[0].with_segments((replace(first, name="Opening", id="other"), second))

    report = studio.export(renamed.with_track(track))

    assert report.cached_chunks == report.chunk_count


def test_an_export_that_was_stopped_leaves_no_file_and_goes_on_where_it_was(
    studio: Studio,
) -> None:
    def stop(progress: Progress) -> None:
        # More than two workers hold in hand, so one chunk of the three is finished.
        if progress.done_frames > 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.export(a_promo(), progress=stop)
    left_behind = studio.files()
    report = studio.export(a_promo())

    assert left_behind == []
    assert report.cached_chunks >= 1


class Cancelled(Exception):
    """What a caller raises who wants no more of an export."""


def test_an_export_can_be_stopped_while_it_waits_for_its_turn(studio: Studio) -> None:
    studio.pool = WorkerPool(1)
    gates = Gates(studio.folder)
    other = studio.pool.run(gates.jobs("gate"))
    worker = heard(other).amount
    told: list[Progress] = []

    def stop(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        studio.export(a_promo(), progress=stop)
    left_behind = studio.files()
    gates.open("gate")

    assert [p.done_frames for p in told] == [0, 0, 0]
    assert left_behind == []
    assert heard(other).result[1] == worker
    assert studio.export(a_promo()).frame_count == 180
    studio.pool.close()


def test_an_export_stopped_while_it_is_joined_leaves_no_file(studio: Studio) -> None:
    joins: list[Progress] = []

    def stop(progress: Progress) -> None:
        joins.extend([progress] if progress.stage == "join" else [])
        if len(joins) == 3:
            assert studio.files() != []
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.export(a_promo(), progress=stop)

    assert studio.files() == []
    assert studio.export(a_promo()).cached_chunks == 3


def test_exports_side_by_side_make_the_films_they_make_alone(studio: Studio) -> None:
    names = ["one", "two", "three"]
    alone = {name: studio.export(a_promo(name)).path.read_bytes() for name in names}
    reports: dict[str, ExportReport] = {}
    # A cache of its own for each, so that each renders all of its film.
    rooms = {name: replace(studio, folder=studio.folder / name) for name in names}

    def make(name: str) -> None:
        rooms[name].folder.mkdir()
        reports[name] = rooms[name].export(a_promo(name))

    threads = [Thread(target=make, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert {name: reports[name].path.read_bytes() for name in names} == alone
    assert [reports[name].cached_chunks for name in names] == [0, 0, 0]


def test_progress_only_grows_and_ends_with_all_frames(studio: Studio) -> None:
    told: list[Progress] = []

    studio.export(a_promo(), progress=told.append)

    done = [p.done_frames for p in told]
    assert done == sorted(done)
    assert (done[0], done[-1], told[-1].total_frames) == (0, 180, 180)
    assert told[-1].stage == "join"


def test_a_film_without_sound_has_no_sound_stream(studio: Studio) -> None:
    report = studio.export(a_draft(a_segment("a", duration_ms=500), canvas=CANVAS))

    with av.open(report.path) as film:
        assert not film.streams.audio
    assert report.loudness_lufs is None
    assert report.frame_count == 15


def test_a_smaller_export_has_the_same_shape(studio: Studio) -> None:
    report = studio.export(a_promo(), settings=ExportSettings(size_px=(160, 90)))

    assert (report.width, report.height) == (160, 90)
    with pytest.raises(ShapeMismatch, match="shape 16:9"):
        studio.export(a_promo(), settings=ExportSettings(size_px=(100, 200)))


def test_an_export_over_an_older_file_replaces_it_at_the_end_only(studio: Studio) -> None:
    target = studio.folder / "film.mp4"
    target.write_bytes(b"the old film")

    def check(progress: Progress) -> None:
        assert target.read_bytes() == b"the old film"

    studio.export(a_promo(), progress=check)

    assert target.stat().st_size > 1000


def test_a_clip_that_broke_after_it_was_added_is_named(studio: Studio) -> None:
    studio.paths["clip"] = studio.folder / "broken.mp4"
    studio.paths["clip"].write_bytes(b"not a clip at all")
    draft = a_draft(a_segment("c", asset_id="clip", duration_ms=1000), canvas=CANVAS)

    with pytest.raises((MediaError, ChunkFailed)):
        studio.export(draft)

    assert studio.files() == ["broken.mp4"]


def test_a_file_with_a_missing_frame_is_not_passed(studio: Studio) -> None:
    report = studio.export(a_promo())
    longer = a_draft(a_segment("a", duration_ms=6034), canvas=CANVAS)
    chunks = list(chunks_of(plan_render(longer, studio.assets, CANVAS), Encoding()))

    failed = [c.name for c in check_film(report.path, chunks, None) if c.state is State.FAIL]

    assert "length" in failed
    assert "sound" in failed
    assert ExportFailed(failed).code == 4304


def test_a_text_really_is_on_the_picture(studio: Studio) -> None:
    with_text = studio.export(a_promo(), "with.mp4")
    bare = replace(
        a_promo(), tracks=tuple(t for t in a_promo().tracks if not any(s.text for s in t.segments))
    )
    without = studio.export(bare, "without.mp4")

    one, other = (_frame(report.path, 30) for report in (with_text, without))

    changed = np.abs(one.astype(int) - other).max(axis=1) > 40
    assert changed[90:].any()
    assert not changed[:60].any()


def test_texts_of_every_script_render(studio: Studio) -> None:
    words = a_caption("x", "早上好 صباح الخير Доброе 🌅", duration_ms=500)
    draft = a_draft(a_segment("a", duration_ms=500), texts=(words,), canvas=CANVAS)

    assert studio.export(draft).frame_count == 15


def test_a_character_that_no_font_has_is_named(studio: Studio) -> None:
    words = a_caption("x", "now \U0001fbf8 open", duration_ms=500)
    draft = a_draft(a_segment("a", duration_ms=500), texts=(words,), canvas=CANVAS)

    (check,) = (c for c in studio.export(draft).checks if c.name == "letters")

    assert check.state is State.UNSETTLED
    assert "U+1FBF8" in check.detail
    assert not [c for c in studio.export(a_promo()).checks if c.name == "letters"]


def _frame(path: Path, number: int) -> Any:
    with av.open(path) as film:
        for index, frame in enumerate(film.decode(video=0)):
            if index == number:
                return frame.to_ndarray(format="gray")
    raise AssertionError(number)
