"""Drafts that come as files, with real media beside them."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from saycut.bootstrap import engine_of, workshop_of
from saycut.engine import (
    AssetNotNamed,
    DraftUnreadable,
    Engine,
    FilesRefused,
    MediaNotGiven,
    Progress,
    Supplied,
    read_draft,
    render_draft,
    supply,
)
from saycut.engine.drafts import DRAFT_BYTES_MAX, assigned
from saycut.errors import SaycutError
from saycut.render import ShapeMismatch
from saycut.settings import Settings
from saycut.store import ContentChanged, NameTaken
from saycut.timeline import InvalidDraft, WireError

LABELS = {"a1": "one.jpg", "a2": ""}
SMALL = {"w": 160, "h": 90, "r": 10}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "cache")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    with engine_of(settings) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.png" for name in ("one", "two")]
    for number, path in enumerate(paths):
        noise = np.random.default_rng(number).integers(0, 255, (90, 160, 3), np.uint8)
        cv2.imwrite(str(path), noise)
    return paths


def a_wire(*asset_ids: str, **more: Any) -> dict[str, Any]:
    """A draft of one second an asset, small and quick to render."""
    segments = [
        {"id": f"s{number}", "s": 1000 * number, "d": 1000, "a": asset_id, "m": {"name": "x.png"}}
        for number, asset_id in enumerate(asset_ids)
    ]
    return {"t": [{"id": "t1", "tt": 0, "sg": segments}], "c": SMALL, **more}


def written(folder: Path, wire: object) -> Path:
    path = folder / "draft.json"
    path.write_text(json.dumps(wire), "utf-8")
    return path


def supplied(folder: Path, wire: object, *words: Path) -> Supplied:
    return supply(read_draft(written(folder, wire)), words, worker_count=2, max_pixels=None)


def with_first_segment(**changed: Any) -> dict[str, Any]:
    wire = a_wire("a1")
    wire["t"][0]["sg"][0] |= changed
    return wire


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"t": [], "later": ' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"t": [], "later": NaN}',
        b'{"t": [], "later": 1e999}',
        b'{"t": [], "later": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_that_all_of_us_can_write_again_is_refused(
    tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "draft.json"
    path.write_bytes(text)

    with pytest.raises(DraftUnreadable, match=r"draft\.json") as refused:
        read_draft(path)

    assert len(str(refused.value)) < 400 + len(str(tmp_path))


@pytest.mark.parametrize(
    "place",
    [lambda folder: folder / "gone.json", lambda folder: folder, lambda _: Path("/dev/zero")],
)
def test_a_draft_that_cannot_be_read_or_has_no_end_is_refused(
    tmp_path: Path, place: Callable[[Path], Path]
) -> None:
    with pytest.raises(DraftUnreadable):
        read_draft(place(tmp_path))


def test_the_largest_file_has_as_many_bytes_as_said(tmp_path: Path) -> None:
    path = written(tmp_path, a_wire("a1"))
    os.truncate(path, DRAFT_BYTES_MAX + 1)

    with pytest.raises(DraftUnreadable, match=str(DRAFT_BYTES_MAX)):
        read_draft(path)


@pytest.mark.parametrize(
    ("wire", "place"),
    [
        ([], "the draft"),
        ({"t": 1}, "t"),
        (with_first_segment(s="1s"), "t[0].sg[0].s"),
        (with_first_segment(s=10**3000), "t[0].sg[0].s"),
        (with_first_segment(d=1e300), "t[0].sg[0].d"),
        (with_first_segment(sp=10**3000), "t[0].sg[0].sp"),
        (with_first_segment(sp="1/0"), "t[0].sg[0].sp"),
        (with_first_segment(a=["a1"]), "t[0].sg[0].a"),
    ],
)
def test_a_value_that_does_not_belong_is_named_by_its_path(
    tmp_path: Path, wire: object, place: str
) -> None:
    with pytest.raises(WireError) as refused:
        read_draft(written(tmp_path, wire))

    assert str(refused.value).startswith(f"{place}: ")
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "wire",
    [
        a_wire("a1", c={"w": 10**9, "h": 90}),
        with_first_segment(d=-5),
        with_first_segment(s=2**52),
        with_first_segment(a=None),
    ],
)
def test_a_broken_rule_is_found_before_any_file_is_asked_for(tmp_path: Path, wire: object) -> None:
    with pytest.raises(InvalidDraft):
        read_draft(written(tmp_path, wire))


def test_a_draft_tells_which_assets_it_needs_and_their_names(tmp_path: Path) -> None:
    file = read_draft(written(tmp_path, a_wire("a10", "a2", "a10")))

    assert file.labels == {"a2": "x.png", "a10": "x.png"}
    assert list(file.labels) == ["a2", "a10"]


def test_texts_become_such_as_every_file_and_database_takes(tmp_path: Path) -> None:
    text = '{"t": [{"id": "t\\ud800\\u0000", "tt": 7, "sg": []}], "m": {"\\ud800": "\\udc00"}}'
    (tmp_path / "draft.json").write_text(text)

    draft = read_draft(tmp_path / "draft.json").draft

    assert draft.tracks[0].id == "t\ufffd\ufffd"
    assert draft.extra == {"m": {"\ufffd": "\ufffd"}}


def test_words_are_files_in_order_or_say_which_asset_they_are(tmp_path: Path) -> None:
    words = [Path("a2=two=2.jpg"), Path("one.jpg"), Path("a7=unused.jpg")]

    given = assigned(words, LABELS)

    assert given == [
        ("a2", Path("two=2.jpg")),
        (None, Path("one.jpg")),
        ("a7", Path("unused.jpg")),
    ]


def test_a_file_that_is_called_like_a_word_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a1=one.jpg"
    path.touch()
    monkeypatch.chdir(tmp_path)

    assert assigned([Path("a1=one.jpg")], LABELS) == [(None, Path("a1=one.jpg"))]


@pytest.mark.parametrize("words", [["b1=one.jpg"], ["a1="], ["=x"], ["a1=x.jpg", "a1=y.jpg"]])
def test_a_word_for_no_asset_is_refused_with_the_ids(words: list[str]) -> None:
    with pytest.raises(AssetNotNamed, match="a1, a2"):
        assigned([Path(word) for word in words], LABELS)


def test_missing_files_are_named_with_all_that_is_needed(
    tmp_path: Path, photos: list[Path]
) -> None:
    with pytest.raises(MediaNotGiven, match=r"needs a1 \(x\.png\), a3 .* none is a3") as refused:
        supplied(tmp_path, a_wire("a1", "a3"), *photos)

    assert refused.value.missing == ("a3",)


def test_the_same_content_counts_once_unless_it_is_said_to_be_another(
    tmp_path: Path, photos: list[Path]
) -> None:
    one, two = photos
    named = Path(f"a3={one}")

    made = supplied(tmp_path, a_wire("a1", "a2", "a3"), one, one, two, named)

    assert {i: file.path for i, file in made.taken.items()} == {"a1": one, "a2": two, "a3": one}
    assert [asset.id for asset in made.assets.values()] == list(made.assets)
    with pytest.raises(MediaNotGiven):
        supplied(tmp_path, a_wire("a1", "a2"), one, one)


def test_files_that_are_bad_or_do_not_fit_are_refused(tmp_path: Path, photos: list[Path]) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(FilesRefused, match=r"notes\.txt"):
        supplied(tmp_path, a_wire("a1"), photos[0], tmp_path / "notes.txt")
    sound_track = a_wire("a1")
    sound_track["t"][0]["tt"] = 1
    with pytest.raises(InvalidDraft, match="has no sound"):
        supplied(tmp_path, sound_track, photos[0])


def test_another_shape_is_refused_before_anything_is_rendered(
    tmp_path: Path, photos: list[Path], settings: Settings
) -> None:
    made = supplied(tmp_path, a_wire("a1"), photos[0])

    with pytest.raises(ShapeMismatch):
        render_draft(made, tmp_path / "film.mp4", workshop_of(settings), size=(90, 160))

    assert not settings.cache_folder.exists()


def test_a_file_that_changes_meanwhile_leaves_no_film_and_no_chunk(
    tmp_path: Path, photos: list[Path], settings: Settings
) -> None:
    one, two = photos
    made = supplied(tmp_path, a_wire("a1"), one)

    def change(_: Progress) -> None:
        one.write_bytes(two.read_bytes())

    with pytest.raises(ContentChanged, match=r"one\.png"):
        render_draft(made, tmp_path / "film.mp4", workshop_of(settings), progress=change)

    assert not (tmp_path / "film.mp4").exists()
    assert not [path for path in settings.cache_folder.rglob("*") if path.is_file()]


def test_an_imported_draft_gets_the_ids_of_a_project(
    engine: Engine, tmp_path: Path, photos: list[Path]
) -> None:
    one, two = photos
    file = read_draft(written(tmp_path, a_wire("zz", "a9", "yy", later=[1])))
    words = [Path(f"a9={two}"), Path(f"zz={one}"), Path(f"yy={one}")]

    snapshot = engine.import_draft(file, words)

    assert [(a.id, a.name) for a in snapshot.assets.values()] == [
        ("a1", "two.png"),
        ("a2", "one.png"),
    ]
    assert [s.asset_id for s in snapshot.draft.segments()] == ["a2", "a1", "a2"]
    assert snapshot.wire["later"] == [1]
    assert (snapshot.project.name, snapshot.project.current) == ("draft", 1)


def test_an_import_that_fails_leaves_no_project_and_no_media(
    engine: Engine, tmp_path: Path, photos: list[Path]
) -> None:
    file = read_draft(written(tmp_path, a_wire("a1")))
    engine.import_draft(file, photos[:1], name="May")
    kept = set((tmp_path / "data").rglob("*"))

    with pytest.raises(NameTaken):
        engine.import_draft(file, photos[1:], name="May")
    with pytest.raises(SaycutError):
        engine.import_draft(file, [tmp_path / "gone.png"])

    assert len(engine.projects()) == 1
    assert {path for path in (tmp_path / "data").rglob("*") if path.is_file()} <= kept
