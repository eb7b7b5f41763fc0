"""Small films for tests of exports, and waiting for what happens to them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from saycut.engine import Engine, Given, Workshop
from saycut.jobs import Jobs
from saycut.store import DataFolder, Export
from saycut.timeline import Canvas, Draft, Motion, Picture, Rect
from tests.builders import a_draft, a_film, a_segment
from tests.media_files import a_picture, write_photo

__all__ = [
    "a_long_film",
    "a_project",
    "a_short_film",
    "an_order",
    "ended",
    "export_of",
    "open_engine",
    "until",
]

DEADLINE_S: Final = 40.0

T = TypeVar("T")


def open_engine(folder: Path, database_url: str | None = None, *, name: str = "data") -> Engine:
    """The engine of a server; those of other names share its media and its finished parts."""
    workshop = Workshop(cache_folder=folder / "cache", worker_count=2)
    opened = DataFolder(
        folder / name, database_url=database_url, blobs_url=(folder / "blobs").as_uri()
    )
    return Engine(opened, workshop)


def a_project(engine: Engine, project_id: str = "p1", *, user_id: str = "local") -> str:
    """A project with one photo, `a1`."""
    photo = write_photo(engine.folder.path / f"{project_id}.jpg", a_picture(160, 90))
    with engine.store.transaction() as tx:
        tx.projects.create(project_id, "Golden Hour", Draft(), owner_id=user_id)
    engine.keep(project_id, engine.inspect([Given(photo, "golden.jpg")]).taken)
    return project_id


def a_short_film(*lengths_ms: int) -> Draft:
    return a_film(*(lengths_ms or (500,)), asset_id="a1", canvas=Canvas(160, 90))


def a_long_film(duration_ms: int = 120_000) -> Draft:
    """A film that moves all the time, so no part is like another; it takes some seconds."""
    moving = Picture(motion=Motion(start=Rect(0, 0, 1, 1), end=Rect(0.25, 0.25, 0.5, 0.5)))
    segment = a_segment(asset_id="a1", duration_ms=duration_ms, picture=moving)
    return a_draft(segment, canvas=Canvas(320, 180))


def an_order(
    engine: Engine,
    jobs: Jobs,
    export_id: str = "render_1",
    *,
    project_id: str = "p1",
    draft: Draft | None = None,
    webhook: str | None = None,
    **output: object,
) -> Export:
    with engine.store.transaction() as tx:
        export = jobs.order(
            tx,
            user_id="local",
            export_id=export_id,
            project_id=project_id,
            draft=draft or a_short_film(),
            output=output,
            webhook=webhook,
        )
    jobs.wake()
    return export


def export_of(engine: Engine, uid: str) -> Export:
    with engine.store.reading() as tx:
        export = tx.exports.by_uid(uid)
    assert export is not None
    return export


def ended(engine: Engine, uid: str) -> Export:
    """The export once it has ended."""
    return until(lambda: e if (e := export_of(engine, uid)).has_ended else None)


def until(look: Callable[[], T | None], deadline_s: float = DEADLINE_S) -> T:
    """What `look` gives once it gives something."""
    deadline = time.monotonic() + deadline_s
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return seen
