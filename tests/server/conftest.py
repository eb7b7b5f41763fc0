from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from tests.server.running import Server, data_of


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Gives a function that starts servers, which end with the test."""
    servers: list[Server] = []

    def start(*options: str, name: str = "server", **environment: str) -> Server:
        server = Server(tmp_path / name, options, environment)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One open server for a module: everything works at once, without a token."""
    server = Server(tmp_path_factory.mktemp("open")).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with accounts, tokens and limits for a module."""
    environment = {"SAYCUT_TOKENS_PER_ADDRESS": "1000"}
    server = Server(tmp_path_factory.mktemp("closed"), ("--no-open",), environment).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three small photos of different colours and textures."""
    folder = tmp_path_factory.mktemp("photos")
    noise = np.random.default_rng(11)
    paths = []
    for number, colour in enumerate([(40, 90, 200), (60, 170, 80), (190, 120, 40)], 1):
        coarse = noise.integers(0, 90, (9, 16, 3), dtype=np.uint8)
        picture = cv2.resize(coarse, (320, 180), interpolation=cv2.INTER_CUBIC)
        picture = cv2.add(picture, np.array(colour, np.float64))
        paths.append(folder / f"p{number}.jpg")
        cv2.imwrite(str(paths[-1]), picture)
    return paths


@pytest.fixture
def new_session() -> Callable[[httpx.Client], str]:
    """Gives a function that makes a session and tells its id."""

    def make(client: httpx.Client) -> str:
        answer = client.post("/api/tasks/me/with-session/nemo_agent", json={})
        return str(data_of(answer)["session_id"])

    return make
