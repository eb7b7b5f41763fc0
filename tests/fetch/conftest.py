from collections.abc import Iterator

import pytest

from tests.fetch.servers import Outward, Server, page, saying, serving, watching


@pytest.fixture
def outward() -> Iterator[Outward]:
    with watching() as seen:
        yield seen


@pytest.fixture(scope="session")
def canary() -> Iterator[Server]:
    """A server inside that would answer: it must never be reached."""
    with serving(saying(page(b"the secret of an internal service"))) as server:
        yield server
