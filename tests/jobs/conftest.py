from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from saycut.engine import Engine
from saycut.jobs import Jobs, JobsOptions
from tests.jobs.films import a_project, open_engine

StartJobs = Callable[..., Jobs]


@pytest.fixture
def engine(tmp_path: Path, database_url: str) -> Iterator[Engine]:
    """An engine with the project `p1`."""
    with open_engine(tmp_path, database_url) as opened:
        a_project(opened)
        yield opened


@pytest.fixture
def start(engine: Engine) -> Iterator[StartJobs]:
    """Launches jobs with these options, and closes them at the end."""
    with ExitStack() as opened:

        def launched(**options: object) -> Jobs:
            jobs = Jobs(engine, JobsOptions(**{"poll_s": 0.05, **options}))  # type: ignore[arg-type]
            jobs.launch()
            opened.callback(jobs.close)
            return jobs

        yield launched
