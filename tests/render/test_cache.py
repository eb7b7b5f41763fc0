import os
from pathlib import Path

import pytest

from saycut.render import FolderCache


def test_what_was_put_comes_back_also_for_another_process_of_the_folder(tmp_path: Path) -> None:
    FolderCache(tmp_path, 1000).put("abc.mp4", b"frames")

    assert FolderCache(tmp_path, 1000).get("abc.mp4") == b"frames"
    assert FolderCache(tmp_path, 1000).get("other") is None


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, 1000)
    for age_s, name in ((300, "aa-old"), (200, "bb-read"), (100, "cc-new")):
        cache.put(name, bytes(300))
        path = next(tmp_path.glob(f"chunks/*/{name}"))
        os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    cache.get("bb-read")

    cache.put("dd-newest", bytes(300))

    assert cache.get("aa-old") is None
    assert all(cache.get(name) is not None for name in ("bb-read", "dd-newest"))


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, 1000)
    (tmp_path / "chunks" / "aa" / "aa-name").mkdir(parents=True)

    with pytest.raises(OSError, match="aa-name"):
        cache.put("aa-name", b"frames")

    assert [p.name for p in (tmp_path / "chunks" / "aa").iterdir()] == ["aa-name"]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "photos" / "cat.jpg"
    mine.parent.mkdir()
    mine.write_bytes(bytes(5000))
    cache = FolderCache(tmp_path, 1000)

    cache.put("aa", bytes(900))
    cache.put("bb", bytes(900))

    assert mine.exists()
    assert [cache.has(name) for name in ("aa", "bb")] == [False, True]
