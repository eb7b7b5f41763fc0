from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from saycut.client import Client, Patience
from tests.client.hosted import Hosted, running

# Real ones wait minutes.
QUICK = Patience(
    still_working_s=0.2,
    timeout_s=1.0,
    dead_line_s=5.0,
    pause_s=0.01,
    pause_max_s=0.05,
    poll_s=0.01,
    watch_s=0.3,
    rate_limit_s=0.2,
)


@pytest.fixture
def hosted() -> Iterator[Hosted]:
    with running(Hosted()) as hosted:
        yield hosted


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Gives a function that makes quick clients; they end with the test."""
    with ExitStack() as opened:

        def make(url: str, **options: object) -> Client:
            given = {"config_folder": tmp_path / "config", "patience": QUICK, **options}
            return opened.enter_context(Client(url, **given))  # type: ignore[arg-type]

        yield make


@pytest.fixture
def client(hosted: Hosted, connect: Callable[..., Client]) -> Client:
    """A client of the misbehaving backend."""
    return connect(hosted.url)
