"""Files that arrived are moved to where they are kept, and others do not give them up meanwhile."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from saycut.bootstrap import engine_of
from saycut.engine import Engine, Given, Taken, new_id
from saycut.settings import Settings
from saycut.store import Project, Transaction
from saycut.timeline import Draft


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "cache")
    with engine_of(settings) as opened:
        yield opened


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.full((90, 160, 3), 90, np.uint8))
    return path


def a_project(engine: Engine) -> str:
    project_id = new_id()
    with engine.store.transaction() as tx:
        tx.projects.create(project_id, "film", Draft())
    return project_id


def arrived(engine: Engine, photo: Path) -> Taken:
    path = engine.blobs.incoming()
    shutil.copyfile(photo, path)
    (taken,) = engine.inspect([Given(path, "photo.png", is_incoming=True)]).taken
    return taken


def test_a_file_that_arrived_is_moved_and_never_copied(engine: Engine, photo: Path) -> None:
    taken = arrived(engine, photo)
    inode = taken.path.stat().st_ino

    (asset,) = engine.keep(a_project(engine), [taken])

    assert not taken.path.exists()
    assert engine.blobs.path_of(asset.digest).stat().st_ino == inode


def test_a_refusal_while_keeping_gives_the_file_up(engine: Engine, photo: Path) -> None:
    taken = arrived(engine, photo)

    def refuse(_tx: Transaction, _project: Project) -> None:
        raise ValueError("too much")

    with pytest.raises(ValueError, match="too much"):
        engine.keep(a_project(engine), [taken], check=refuse)
    assert not engine.blobs.has(taken.asset.digest)


def test_removing_a_project_leaves_what_another_is_being_given(engine: Engine, photo: Path) -> None:
    old, new = a_project(engine), a_project(engine)
    (asset,) = engine.keep(old, [arrived(engine, photo)])
    taken = arrived(engine, photo)
    is_kept, is_removed = threading.Event(), threading.Event()
    adopt = engine.blobs.adopt

    def adopt_and_wait(path: Path, digest: str) -> None:
        adopt(path, digest)
        is_kept.set()
        assert is_removed.wait(20)

    engine.blobs.adopt = adopt_and_wait  # type: ignore[method-assign]
    keeping = threading.Thread(target=engine.keep, args=(new, [taken]))
    keeping.start()
    assert is_kept.wait(20)
    engine.remove(old)
    is_removed.set()
    keeping.join()

    assert engine.blobs.is_whole(asset.digest)
    assert engine.show(new).assets["a1"].digest == asset.digest


def test_what_nobody_keeps_in_the_end_is_given_up(engine: Engine, photo: Path) -> None:
    project_id = a_project(engine)
    (asset,) = engine.keep(project_id, [arrived(engine, photo)])

    engine.remove(project_id)

    assert not engine.blobs.has(asset.digest)
