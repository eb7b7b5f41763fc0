"""Whole commands in processes of their own, on small films."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from saycut.store import FolderLock
from tests.cli.command import Cli, Result

REQUEST = "make a 2-second slideshow with crossfades and the title 'Golden Hour'"
SMALL = ("--size", "320x180")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, photos: Sequence[Path], song: Path
) -> tuple[Cli, Result]:
    """A project with its film, made once; tests that change it work on a copy."""
    cli = Cli(tmp_path_factory.mktemp("made"))
    draft = cli.work / "draft.json"
    outputs: list[str | Path] = ["-o", "film.mp4", *SMALL, "--draft", draft, "--json"]
    return cli, cli("make", *photos, song, "-p", REQUEST, *outputs)


@pytest.fixture
def copy(made: tuple[Cli, Result], tmp_path: Path) -> tuple[Cli, str]:
    """A copy of that project, and its id."""
    cli, result = made
    shutil.copytree(cli.folder, tmp_path, dirs_exist_ok=True)
    return Cli(tmp_path), result.json["project"]["id"]


def projects_of(cli: Cli) -> list[str]:
    return [project["id"] for project in cli("projects", "--json").json["projects"]]


def test_photos_music_and_a_sentence_become_a_verified_film(made: tuple[Cli, Result]) -> None:
    cli, result = made

    assert result.code == 0, result.err
    with av.open(cli.work / "film.mp4") as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.codec_context.width, picture.codec_context.height) == (320, 180)
        assert picture.codec_context.name == "h264"
        assert sound.codec_context.name == "aac"
        frames = sum(1 for _ in film.decode(picture))
    assert frames == 60
    export = result.json["export"]
    assert Path(export["path"]) == Path("film.mp4")
    assert export["frame_count"] == 60
    assert export["checks"]
    assert not [check for check in export["checks"] if check["state"] == "fail"]


def test_the_result_tells_what_was_done_and_where_to_go_on(made: tuple[Cli, Result]) -> None:
    _, result = made

    told = result.json
    assert told["reply"]
    assert told["timeline"].startswith("Timeline (")
    assert told["duration_s"] == 2
    assert [file["name"] for file in told["files"]] == ["p1.jpg", "p2.jpg", "p3.jpg", "song.wav"]
    assert told["project"]["version"] == 2
    assert any(told["project"]["id"] in step for step in told["next"])


def test_the_draft_is_written_as_json_with_names_for_readers(made: tuple[Cli, Result]) -> None:
    cli, _ = made

    draft = json.loads((cli.work / "draft.json").read_text())

    assert draft["d"] == 2000
    assert draft["t"]


def test_show_tells_the_same_timeline(made: tuple[Cli, Result]) -> None:
    cli, result = made

    shown = cli("show", result.json["project"]["id"])

    assert shown.code == 0
    assert shown.out.startswith(result.json["timeline"])


def test_people_read_the_reply_the_timeline_the_checks_and_the_next_steps(
    copy: tuple[Cli, str],
) -> None:
    cli, project = copy

    told = cli("edit", project, "-p", "make it 1 second", "-o", "short.mp4")

    assert told.code == 0, told.err
    for part in ("Timeline (", "Checked:", "short.mp4: 1 s, 320x180", f"saycut undo {project}"):
        assert part in told.out
    assert "30/30 frames" in told.err


def test_undo_and_redo_move_between_the_versions(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    assert cli("edit", project, "-p", "make it 1 second", "--json").json["duration_s"] == 1

    assert cli("undo", project, "--json").json["duration_s"] == 2
    assert cli("redo", project, "--json").json["duration_s"] == 1
    nothing = cli("redo", project)

    assert nothing.code == 6
    assert "nothing to redo" in nothing.err


def test_readers_that_leave_do_not_cost_the_film(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    with cli.start("export", project, "-o", "film.mp4") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stderr.close()

    assert process.returncode == 0
    assert (cli.work / "film.mp4").is_file()


def test_output_that_is_closed_or_full_is_no_crash(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    saycut = f"{sys.executable} -m saycut show {project} --json"

    closed = subprocess.run(["sh", "-c", f"{saycut} >&-"], env=cli.environment)
    full = subprocess.run(
        ["sh", "-c", f"{saycut} >/dev/full"], env=cli.environment, capture_output=True, text=True
    )

    assert closed.returncode == 0
    assert full.returncode == 1
    assert full.stderr.splitlines() == [
        "saycut: cannot write to stdout: No space left on device; send it elsewhere"
    ]


def test_a_format_that_is_not_made_is_said_not_to_be(copy: tuple[Cli, str]) -> None:
    cli, project = copy

    told = cli("edit", project, "-p", "export as webm at most 9000 MB", "-o", "film.mp4", "--json")

    assert told.code == 0, told.err
    assert [what for what in told.json["unmet"] if "MP4" in what]


def test_an_export_again_takes_every_chunk_from_the_cache(copy: tuple[Cli, str]) -> None:
    cli, project = copy

    export = cli("export", project, "--json").json["export"]

    assert export["cached_chunks"] == export["chunk_count"]
    assert Path(export["path"]) == Path("golden-hour.mp4")
    assert (cli.work / "golden-hour.mp4").stat().st_size == export["size_bytes"]


def test_a_request_may_come_from_stdin(cli: Cli, photos: Sequence[Path]) -> None:
    result = cli("make", *photos, "-p", "-", *SMALL, "--json", stdin=f"{REQUEST}\n")

    assert result.code == 0, result.err + result.out
    assert result.json["duration_s"] == 2


def test_a_request_that_is_not_understood_changes_nothing(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    before = cli("show", project).out

    refused = cli("edit", project, "-p", "flurble the wobbly quux")

    assert refused.code == 4
    assert refused.err.strip()
    assert cli("show", project).out == before


def test_a_name_that_is_taken_is_refused_before_any_work(
    copy: tuple[Cli, str], photos: Sequence[Path]
) -> None:
    cli, project = copy

    refused = cli("make", *photos, "-p", REQUEST, "--project", "Golden Hour")

    assert refused.code == 6
    assert project in refused.err
    assert projects_of(cli) == [project]


def test_while_one_process_works_another_is_told_who(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    with FolderLock(cli.folder / "data"):
        refused = cli("show", project)

    assert refused.code == 6
    assert "is using it" in refused.err


def test_all_bad_files_are_named_at_once_and_can_be_skipped(
    cli: Cli, photos: Sequence[Path], tmp_path: Path
) -> None:
    (tmp_path / "empty.mp4").touch()
    bad = (tmp_path / "empty.mp4", tmp_path / "gone.jpg")

    refused = cli("make", *photos, *bad, "-p", REQUEST, *SMALL, "--json")
    made = cli("make", *photos, *bad, "-p", REQUEST, *SMALL, "--json", "--skip-bad")

    assert refused.code == 3
    assert "empty.mp4" in refused.json["error"]["message"]
    assert "gone.jpg" in refused.json["error"]["message"]
    assert made.code == 0
    assert [Path(skipped["path"]).name for skipped in made.json["skipped"]] == [
        "empty.mp4",
        "gone.jpg",
    ]


def test_a_film_is_never_written_over_one_of_its_own_files(
    cli: Cli, made: tuple[Cli, Result], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    shutil.copy(made[0].work / "film.mp4", clip)
    before = clip.read_bytes()

    refused = cli("make", clip, "-p", REQUEST, "-o", clip)

    assert refused.code == 2
    assert clip.read_bytes() == before


def test_being_ended_leaves_nothing_half_written_and_the_next_run_goes_on(
    cli: Cli, photos: Sequence[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    request = REQUEST.replace("2-second", "30-second")
    with cli.start("make", *photos, "-p", request, "-o", "film.mp4", *SMALL) as process:
        assert process.stderr is not None
        said = iter(process.stderr.readline, "")
        next(line for line in said if " 50%" in line)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()

    assert process.returncode == 143
    assert list(temporary.iterdir()) == []
    assert list(cli.work.iterdir()) == []
    (project,) = projects_of(cli)
    assert f"saycut export {project} -o film.mp4 --size 320x180" in err
    resumed = cli("export", project, "-o", "film.mp4", "--json").json["export"]
    assert resumed["cached_chunks"] > 0
    assert resumed["frame_count"] == 900


def test_planning_writes_one_record_a_case_even_for_a_broken_one(cli: Cli) -> None:
    media = [{"name": "p1.jpg", "kind": "image", "width": 2560, "height": 1440}]
    cases = [
        {"id": "one", "text": "make a 10-second slideshow", "lang": "en", "media": media},
        {"id": "broken"},
    ]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    (cli.work / "cases.jsonl").write_text(lines)

    planned = cli("plan", "cases.jsonl", "-o", "facts.jsonl", "--json")

    facts = [json.loads(line) for line in (cli.work / "facts.jsonl").read_text().splitlines()]
    assert planned.json | {"path": ""} == {"path": "", "cases": 2, "failed": 1}
    assert [record["id"] for record in facts] == ["one", "broken"]
    assert facts[0]["duration_s"] == 10
    assert facts[1]["error"].startswith("line 2: text and media missing")
    assert not (cli.folder / "data").exists()


def test_ctrl_c_ends_with_130_and_tells_how_to_go_on(copy: tuple[Cli, str]) -> None:
    cli, project = copy
    with cli.start("export", project, "-o", "my film.mp4", "--size", "1280x720") as process:
        assert process.stderr is not None
        said = iter(process.stderr.readline, "")
        next(line for line in said if " 0%" in line)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()

    assert process.returncode == 130
    assert f"saycut export {project} -o 'my film.mp4' --size 1280x720" in err
    assert not (cli.work / "my film.mp4").exists()
