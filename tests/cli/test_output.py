import os
from pathlib import Path

import pytest

from saycut.cli.errors import OutputRefused
from saycut.cli.output import check_film_path, check_json_path, free_path, write_text


def test_a_new_mp4_in_a_folder_that_is_there_is_taken(tmp_path: Path) -> None:
    check_film_path(tmp_path / "film.MP4", [])


def test_an_older_film_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"older")

    check_film_path(tmp_path / "film.mp4", [tmp_path / "photo.jpg"])


@pytest.mark.parametrize("name", ["film.avi", "film", "film.mp4.txt", ".mp4"])
def test_another_format_is_refused_with_the_one_there_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputRefused, match=r"\.mp4"):
        check_film_path(tmp_path / name, [])


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputRefused, match=r"no folder .*missing"):
        check_film_path(tmp_path / "missing" / "film.mp4", [])


def test_a_folder_is_not_taken_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()

    with pytest.raises(OutputRefused, match="is a folder"):
        check_film_path(tmp_path / "film.mp4", [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(OutputRefused, match="cannot be written"):
        check_json_path(tmp_path / "draft.json", [])


def test_a_film_never_overwrites_what_it_is_made_from_whatever_the_name(tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(b"the only copy")
    (tmp_path / "link.mp4").symlink_to(source)

    for output in (source, tmp_path / "link.mp4", tmp_path / "." / "clip.mp4"):
        with pytest.raises(OutputRefused, match="one of the files"):
            check_film_path(output, [tmp_path / "gone.jpg", source])


def test_a_name_nobody_typed_never_overwrites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "golden-hour.mp4").write_bytes(b"")
    (tmp_path / "golden-hour-2.mp4").write_bytes(b"")

    assert free_path("Golden Hour!") == Path("golden-hour-3.mp4")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("夏の思い出", "夏の思い出.mp4"),
        ("../../etc/passwd", "etc-passwd.mp4"),
        ("a\x00b\nc", "a-b-c.mp4"),
        ("...", "film.mp4"),
        ("", "film.mp4"),
        ("x" * 300, "x" * 50 + ".mp4"),
    ],
)
def test_a_name_becomes_one_plain_file_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert free_path(name) == Path(expected)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "draft.json"
    target.write_text("older")

    with pytest.raises(UnicodeEncodeError):
        write_text(target, "new \ud800")

    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]
    write_text(target, "new")
    assert target.read_text() == "new"


def test_a_draft_is_never_written_over_a_photo_or_the_film(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"the only copy")
    (tmp_path / "link.json").symlink_to(photo)
    (tmp_path / "film.json").symlink_to(tmp_path / "film.mp4")

    with pytest.raises(OutputRefused, match=r"\.json"):
        check_json_path(photo, [photo])
    with pytest.raises(OutputRefused, match="files that are read"):
        check_json_path(tmp_path / "link.json", [photo])
    with pytest.raises(OutputRefused, match="film goes there"):
        check_json_path(tmp_path / "film.json", [photo], tmp_path / "film.mp4")


@pytest.mark.parametrize("length", [246, 250, 255, 256])
def test_a_name_too_long_for_the_file_under_way_is_refused_up_front(
    tmp_path: Path, length: int
) -> None:
    with pytest.raises(OutputRefused, match="too long"):
        check_film_path(tmp_path / ("x" * length + ".mp4"), [])

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_from_anybody_is_refused() -> None:
    with pytest.raises(OutputRefused, match="cannot be written"):
        check_film_path(Path("/proc/q.mp4"), [])


def test_a_pipe_is_not_replaced_by_a_film(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "film.mp4")

    with pytest.raises(OutputRefused, match="not a regular file"):
        check_film_path(tmp_path / "film.mp4", [])
