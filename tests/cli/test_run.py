import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from saycut.cli.run import run


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYCUT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SAYCUT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def test_no_words_at_all_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0

    out = capsys.readouterr().out
    assert "Examples:" in out
    assert "Exit codes:" in out


def test_the_help_of_every_command_shows_how_it_is_used(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("make", "edit", "export", "plan"):
        assert run([command, "--help"]) == 0
        assert f"saycut {command} " in capsys.readouterr().out.split("\n", 1)[1]


def test_the_help_loads_nothing_that_only_work_needs() -> None:
    script = "import sys; from saycut.cli.run import run; run(['--help']); "
    script += "print([m for m in ('av', 'cv2', 'numpy', 'sqlalchemy', 'rich') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["make", "a.jpg"], "--prompt"),
        (["frobnicate"], "frobnicate"),
        (["make", "--frobnicate"], "--frobnicate"),
        (["show"], "PROJECT"),
        (["make", "-p", "x", "-o", "film.avi"], ".mp4"),
        (["make", "-p", "x", "-o", "gone/film.mp4"], "no folder"),
        (["make", "-p", "x", "--draft", "gone/draft.json"], "no folder"),
        (["make", "-p", "x", "--size", "big"], "1080x1920"),
        (["make", "-p", "x", "--size", ""], "1080x1920"),
        (["make", "", "-p", "x"], "empty word"),
        (["plan", "gone.jsonl", "-o", "facts.jsonl"], "gone.jsonl"),
    ],
)
def test_a_wrong_command_line_leaves_with_2_and_says_what_to_write(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2

    out, err = capsys.readouterr()
    assert says in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_with_json_an_error_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "nowhere", "--json"]) == 6

    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert error["code"] == 4401
    assert "nowhere" in error["message"]
    assert err == ""


def test_a_wrong_command_line_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["make", "--json"]) == 2

    assert json.loads(capsys.readouterr().out)["error"]["code"] == 2


def test_a_setting_that_is_no_number_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAYCUT_WORKERS", "many")

    assert run(["projects"]) == 2

    assert "SAYCUT_WORKERS" in capsys.readouterr().err


def test_an_empty_folder_of_projects_tells_how_to_begin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["projects"]) == 0

    assert "saycut make" in capsys.readouterr().out


def test_json_may_be_asked_for_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", "projects"]) == 0

    assert json.loads(capsys.readouterr().out) == {"projects": []}


def test_a_list_of_projects_loads_no_decoder_and_no_planner() -> None:
    script = "import sys; from saycut.cli.run import run; run(['projects']); "
    script += "heavy = ('av', 'cv2', 'saycut.agent', 'saycut.render'); "
    script += "print([m for m in heavy if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert shown.stdout.splitlines()[-1] == "[]"


def test_a_broken_database_is_a_fault_of_the_machine_and_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "saycut.db").touch()

    assert run(["projects"]) == 1

    assert "saycut.db: it is empty" in capsys.readouterr().err
    assert (tmp_path / "data" / "saycut.db").exists()


@pytest.mark.parametrize(
    ("lines", "says"), [("\n[1]\n", "line 2 holds [1]"), ('{}\n{"id"\n', "line 2 is no JSON")]
)
def test_a_file_of_cases_is_refused_with_the_line(
    tmp_path: Path, lines: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cases.jsonl").write_text(lines)

    assert run(["plan", "cases.jsonl", "-o", "facts.jsonl"]) == 2

    assert says in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "undo", "redo", "export"])
def test_a_project_that_is_not_there_leaves_with_6(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "nowhere"]) == 6

    assert "saycut projects" in capsys.readouterr().err


@pytest.mark.parametrize("request_text", ["", "  \n "])
def test_an_empty_request_leaves_with_4(
    request_text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["make", "photo.jpg", "-p", request_text]) == 4

    assert "empty request" in capsys.readouterr().err


def test_a_bad_file_stops_before_anything_is_made(
    photos: Sequence[Path], bad_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["make", str(photos[0]), str(bad_file), "-p", "a slideshow", "-o", "film.mp4"])

    assert code == 3
    err = capsys.readouterr().err
    assert bad_file.name in err
    assert "--skip-bad" in err
    assert not (tmp_path / "film.mp4").exists()
    assert run(["projects", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"projects": []}


def test_a_name_with_control_characters_does_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["make", "a\x1b[2J\x07.jpg", "-p", "a slideshow"]) == 3

    err = capsys.readouterr().err
    assert "a[2J.jpg" in err
    assert "\x1b" not in err
    assert "\x07" not in err
