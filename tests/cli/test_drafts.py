"""`probe`, `render` and `import` as people run them, on real files."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.cli.command import Cli
from tests.cli.conftest import BAD_FILES

REQUEST = "make a 6-second slideshow with crossfades, 2 seconds a photo, the title 'Golden Hour'"
SMALL = ("--size", "320x180")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, photos: Sequence[Path], song: Path
) -> tuple[Cli, dict[str, Any]]:
    """A film of three photos and a song with its draft, made once; nothing changes it."""
    cli = Cli(tmp_path_factory.mktemp("made"))
    outputs = ("-o", "film.mp4", *SMALL, "--draft", "draft.json", "--json")
    result = cli("make", *photos, song, "-p", REQUEST, *outputs)
    assert result.code == 0, result.err + result.out
    return cli, result.json


@pytest.fixture
def draft(made: tuple[Cli, dict[str, Any]], cli: Cli) -> Path:
    """Its draft, in the working folder of a command with empty folders."""
    return Path(shutil.copy(made[0].work / "draft.json", cli.work / "draft.json"))


def pictures_of(film: Path) -> np.ndarray[Any, Any]:
    with av.open(film) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return np.stack(frames).astype(np.int16)


def test_a_draft_and_its_media_give_the_film_again_without_a_project(
    made: tuple[Cli, dict[str, Any]], cli: Cli, draft: Path, photos: Sequence[Path], song: Path
) -> None:
    rendered = cli("render", draft, *photos, song, "-o", "again.mp4", "--json")

    assert rendered.code == 0, rendered.err + rendered.out
    told, before = rendered.json, made[1]
    assert told["export"]["frame_count"] == before["export"]["frame_count"] == 180
    assert told["export"]["cached_chunks"] == 0
    assert told["timeline"] == before["timeline"]
    assert not [check for check in told["export"]["checks"] if check["state"] == "fail"]
    again, first = pictures_of(cli.work / "again.mp4"), pictures_of(made[0].work / "film.mp4")
    assert np.array_equal(again, first)
    assert not (cli.folder / "data").exists()
    assert not list(cli.work.glob(".*"))


def test_a_film_that_was_exported_is_rendered_from_its_parts(
    made: tuple[Cli, dict[str, Any]], tmp_path: Path, photos: Sequence[Path], song: Path
) -> None:
    output = tmp_path / "again.mp4"

    rendered = made[0]("render", "draft.json", *photos, song, "-o", output, "--json")

    export = rendered.json["export"]
    assert export["cached_chunks"] == export["chunk_count"]
    assert output.stat().st_size == export["size_bytes"]


def test_people_read_the_timeline_the_checks_and_how_to_go_on(
    cli: Cli, draft: Path, photos: Sequence[Path], song: Path
) -> None:
    rendered = cli("render", draft, *photos, song, "--size", "160x90")

    assert rendered.code == 0, rendered.err
    for part in ("Timeline (", "Checked:", "golden-hour.mp4: 6 s, 160x90", "saycut import "):
        assert part in rendered.out
    assert "180/180 frames" in rendered.err
    assert (cli.work / "golden-hour.mp4").is_file()


def test_an_asset_can_be_another_file_than_the_order_says(
    made: tuple[Cli, dict[str, Any]], cli: Cli, draft: Path, photos: Sequence[Path], song: Path
) -> None:
    one, two, three = photos
    swapped = (f"a3={one}", three, two, song)

    rendered = cli("render", draft, *swapped, "-o", "swapped.mp4", "--json")

    assert rendered.code == 0, rendered.err + rendered.out
    names = [file["name"] for file in rendered.json["files"]]
    assert sorted(names) == ["p1.jpg", "p2.jpg", "p3.jpg", "song.wav"]
    first = pictures_of(made[0].work / "film.mp4")
    other = pictures_of(cli.work / "swapped.mp4")
    assert np.abs(other - first).mean() > 3


def test_missing_media_are_named_with_the_names_of_the_draft(
    cli: Cli, draft: Path, photos: Sequence[Path], song: Path
) -> None:
    refused = cli("render", draft, *photos, "-o", "film.mp4", "--json")

    assert refused.code == 2
    error = refused.json["error"]
    assert error["code"] == 4707
    assert "none is a4 (song.wav)" in error["message"]
    assert not list(cli.work.glob("*.mp4"))


def test_bad_media_are_named_and_nothing_is_made(
    cli: Cli, draft: Path, photos: Sequence[Path], tmp_path: Path
) -> None:
    BAD_FILES["short.jpg"](tmp_path / "short.jpg")
    media = (*photos, tmp_path / "short.jpg")

    rendered = cli("render", draft, *media, "-o", "film.mp4")
    imported = cli("import", draft, *media)

    for refused in (rendered, imported):
        assert refused.code == 3, refused.err
        assert "short.jpg: cannot read" in refused.err
    assert not list(cli.work.glob("*.mp4"))
    assert cli("projects", "--json").json["projects"] == []


@pytest.mark.parametrize(
    ("text", "exit_code", "code"),
    [
        ("{", 2, 4709),
        ('{"t": 1}', 4, 4105),
        ('{"t": [], "c": {"w": 1000000, "h": 90}}', 4, 4104),
        ('{"t": [{"id": "t", "tt": 0, "sg": [{"id": "s", "s": 1e300, "d": 1}]}]}', 4, 4105),
        ('{"t": [{"id": "t", "tt": 0, "sg": [{"id": "s", "s": 0, "d": 1, "a": "q"}]}]}', 2, 4707),
    ],
)
def test_a_bad_draft_is_refused_with_a_code_by_both_commands(
    cli: Cli, photos: Sequence[Path], text: str, exit_code: int, code: int
) -> None:
    (cli.work / "bad.json").write_text(text)

    rendered = cli("render", "bad.json", photos[0], "-o", "film.mp4", "--json")
    imported = cli("import", "bad.json", photos[0], "--json")

    for refused in (rendered, imported):
        assert (refused.code, refused.json["error"]["code"]) == (exit_code, code)
    assert [path.name for path in cli.work.iterdir()] == ["bad.json"]


def test_a_draft_that_shows_nothing_gives_no_film(cli: Cli) -> None:
    (cli.work / "empty.json").write_text('{"t": []}')

    refused = cli("render", "empty.json", "-o", "film.mp4")

    assert refused.code == 5
    assert "nothing to render" in refused.err


def test_the_film_never_goes_over_its_own_media(
    made: tuple[Cli, dict[str, Any]], cli: Cli, draft: Path
) -> None:
    clip = Path(shutil.copy(made[0].work / "film.mp4", cli.work / "clip.mp4"))
    before = clip.read_bytes()

    refused = cli("render", draft, "a1=clip.mp4", "-o", "clip.mp4")

    assert refused.code == 2
    assert "files to make the film from" in refused.err
    assert clip.read_bytes() == before


def test_an_imported_draft_is_edited_and_exported_like_any_project(
    cli: Cli, draft: Path, photos: Sequence[Path], song: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.png"
    cv2.imwrite(str(new), np.full((180, 320, 3), 200, np.uint8))

    imported = cli("import", draft, *photos, song, "--project", "May", "--json")
    edited = cli("edit", "May", new, "-p", "add the new photo at the end for 2 seconds", "--json")
    exported = cli("export", "May", "-o", "may.mp4", "--json")

    assert imported.code == 0, imported.err + imported.out
    assert (imported.json["project"]["name"], imported.json["project"]["version"]) == ("May", 1)
    assert imported.json["duration_s"] == 6
    assert edited.code == 0, edited.err + edited.out
    assert [file["id"] for file in edited.json["files"]] == ["a1", "a2", "a3", "a4", "a5"]
    assert exported.code == 0, exported.err
    assert exported.json["export"]["frame_count"] == round(30 * edited.json["duration_s"]) > 180
    assert cli("undo", "May", "--json").json["duration_s"] == 6
    assert cli("undo", "May").code == 6


def test_an_import_is_named_after_its_title_and_keeps_the_draft(
    cli: Cli, draft: Path, photos: Sequence[Path], song: Path
) -> None:
    imported = cli("import", draft, *photos, song)

    assert imported.code == 0, imported.err
    assert '"Golden Hour", version 1' in imported.out
    assert cli("show", "Golden Hour", "--draft", "same.json").code == 0
    assert json.loads((cli.work / "same.json").read_text()) == json.loads(draft.read_text())


def test_probe_tells_what_photos_clips_and_songs_are(
    made: tuple[Cli, dict[str, Any]], cli: Cli, photos: Sequence[Path], song: Path, tmp_path: Path
) -> None:
    clip, logo = made[0].work / "film.mp4", tmp_path / "logo.png"
    picture = np.full((90, 160, 4), 120, np.uint8)
    picture[:45, :, 3] = 0
    cv2.imwrite(str(logo), picture)

    probed = cli("probe", photos[0], clip, song, logo, photos[0], "--json")

    assert probed.code == 0, probed.err
    assert probed.json["bad"] == 0
    photo, film, tone, transparent, again = probed.json["files"]
    assert (photo["kind"], photo["type"], photo["name"]) == ("image", "jpg", "p1.jpg")
    assert (photo["width"], photo["height"], photo["duration_s"]) == (640, 360, 0)
    assert photo["size_bytes"] == photos[0].stat().st_size
    assert all(colour.startswith("#") for colour in photo["found"]["palette"])
    assert (film["kind"], film["type"], film["fps"]) == ("video", "mp4", 30)
    assert (film["duration_s"], film["has_audio"], film["width"]) == (6, True, 320)
    assert (tone["kind"], tone["type"], tone["duration_s"]) == ("audio", "wav", 8)
    assert tone["found"]["tempo_bpm"] == pytest.approx(120, abs=1)
    assert len(tone["found"]["beats_ms"]) == pytest.approx(16, abs=1)
    assert tone["found"]["loudness_lufs"] < 0
    assert (transparent["has_alpha"], photo["has_alpha"]) == (True, False)
    assert again == photo
    assert not (cli.folder / "data").exists()
    assert not (cli.folder / "cache").exists()


def test_probe_names_bad_files_with_their_reason_beside_the_good_ones(
    cli: Cli, photos: Sequence[Path], tmp_path: Path
) -> None:
    for name, make in BAD_FILES.items():
        make(tmp_path / name)
    bad_files = [tmp_path / name for name in BAD_FILES]

    probed = cli("probe", *bad_files, photos[0], "--json")
    read = cli("probe", *bad_files, photos[0])

    assert probed.code == read.code == 3
    *bad, good = probed.json["files"]
    assert [Path(told["path"]) for told in bad] == bad_files
    assert probed.json["bad"] == len(bad_files)
    assert all(4200 < told["error"]["code"] < 4300 for told in bad)
    assert good["kind"] == "image"
    lines = read.out.splitlines()
    assert lines[: len(bad)] == [f"{told['path']}: {told['error']['message']}" for told in bad]
    assert lines[len(bad)].startswith(f"{photos[0]}: photo (jpg), 640x360, ")


def test_probe_without_files_is_a_wrong_command_line(cli: Cli) -> None:
    refused = cli("probe")

    assert refused.code == 2
    assert "FILES" in refused.err


@pytest.mark.parametrize("command", ["probe", "render", "import"])
def test_the_help_teaches_by_example(cli: Cli, command: str) -> None:
    shown = cli(command, "--help")

    assert shown.code == 0
    assert f"\n  saycut {command} " in shown.out
