from pathlib import Path

import pytest

from saycut.cli.dropped import line_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with files whose names are hard to type."""
    for name in ("beach.jpg", "My Photos/a b.jpg", "My Photos/it's.png", "notes.txt", "歌.mp3"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_line_without_files_is_left_as_it_is(folder: Path) -> None:
    for text in (
        "make it 10 seconds",
        "put the title 'beach.jpg' at the start",
        "that's all folks, it's \"done\"",
        "show https://example.org on the end card",
        "open notes.txt",
        "use gone.jpg",
        "",
    ):
        assert line_of(text) == line_of(text, known=())
        assert line_of(text).text == text
        assert line_of(text).files == ()


@pytest.mark.parametrize(
    "line",
    [
        "{folder}/My Photos/a b.jpg",
        "'{folder}/My Photos/a b.jpg'",
        '"{folder}/My Photos/a b.jpg" ',
        "{folder}/My\\ Photos/a\\ b.jpg ",
        "file://{folder}/My%20Photos/a%20b.jpg",
    ],
)
def test_a_dropped_file_is_found_however_the_terminal_writes_it(folder: Path, line: str) -> None:
    found = line_of(line.format(folder=folder))

    assert found.files == (folder / "My Photos" / "a b.jpg",)
    assert found.text == ""


def test_words_around_files_name_them_by_their_labels(folder: Path) -> None:
    found = line_of(f"put '{folder}/My Photos/a b.jpg' first, then beach.jpg with 歌.mp3")

    assert found.text == "put a b.jpg first, then beach.jpg with 歌.mp3"
    assert found.files == (folder / "My Photos" / "a b.jpg", Path("beach.jpg"), Path("歌.mp3"))


def test_a_name_that_is_there_already_is_only_a_word(folder: Path) -> None:
    assert line_of("put beach.jpg first", known={"beach.jpg"}).files == ()


def test_addresses_of_media_are_files(folder: Path) -> None:
    found = line_of("add https://example.org/a%20clip.mp4?x=1 at the end")

    assert found.files == ("https://example.org/a%20clip.mp4?x=1",)
    assert found.text == "add a clip.mp4 at the end"


def test_several_files_alone_leave_no_words(folder: Path) -> None:
    found = line_of(f"{folder}/beach.jpg {folder}/歌.mp3")

    assert len(found.files) == 2
    assert found.text == ""
