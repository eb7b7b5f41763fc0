"""Exports from the order to the file, on both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from saycut.engine import Engine
from saycut.jobs import Jobs, JobsOptions
from tests.jobs.films import a_project, a_short_film, an_order, ended, export_of, open_engine, until


@pytest.fixture
def engine(tmp_path: Path, database_url: str) -> Iterator[Engine]:
    with open_engine(tmp_path, database_url) as opened:
        a_project(opened)
        yield opened


@pytest.fixture
def jobs(engine: Engine) -> Iterator[Jobs]:
    working = Jobs(engine, JobsOptions(poll_s=0.05))
    working.launch()
    yield working
    working.close()


def test_an_order_becomes_a_verified_film(engine: Engine, jobs: Jobs) -> None:
    export = ended(engine, an_order(engine, jobs).uid)

    assert export.state == "completed", export.error
    assert (export.width, export.height, export.duration_ms) == (160, 90, 500)
    assert export.digest is not None
    assert export.report is not None
    assert {check["state"] for check in export.report["checks"]} <= {"pass", "unsettled"}
    with av.open(str(engine.blobs.path_of(export.digest))) as film:
        assert sum(1 for _ in film.decode(video=0)) == 15
