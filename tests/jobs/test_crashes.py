"""Servers that end at any moment: nothing that was ordered is lost, and nothing is made twice."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import av
import pytest

from saycut.store import Export, Store, open_database
from tests.databases import PostgresServer
from tests.jobs.films import a_project, open_engine, until

ROOT: Final = Path(__file__).parents[2]
FILM_MS: Final = 4000
KILLS: Final = 4


class Server:
    """A running `tests.jobs.server`."""

    def __init__(
        self, folder: Path, database_url: str, name: str = "data", *, is_upgraded: bool = False
    ) -> None:
        environment = os.environ | ({"UPGRADED": "1"} if is_upgraded else {})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.server", str(folder), database_url, name],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear("working")

    def order(self, export_id: str, project_id: str, duration_ms: int = FILM_MS) -> None:
        order = {"id": export_id, "project_id": project_id, "duration_ms": duration_ms}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self._hear("ordered")

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        """Let it end by itself."""
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0

    def _hear(self, word: str) -> None:
        assert self._process.stdout
        assert self._process.stdout.readline().strip() == word


@contextmanager
def a_place(folder: Path, database_url: str, *project_ids: str) -> Iterator[Store]:
    """Projects for servers to work on, and their rows as they are meanwhile."""
    with open_engine(folder, database_url) as engine:
        for project_id in project_ids:
            a_project(engine, project_id)
    store = Store(open_database(database_url))
    yield store
    store.close()


def exports_of(store: Store) -> tuple[Export, ...]:
    with store.reading() as tx:
        return tx.exports.of_owner("local")


def all_ended(store: Store) -> tuple[Export, ...] | None:
    exports = exports_of(store)
    return exports if all(export.has_ended for export in exports) else None


def progress_of(store: Store) -> int:
    return sum(export.progress for export in exports_of(store))


def wait_for_progress(store: Store, percent: int) -> None:
    before = progress_of(store)
    until(lambda: progress_of(store) > before + percent or all_ended(store))


def check_films(folder: Path, exports: tuple[Export, ...], *, photo_count: int = 1) -> None:
    kept = {path.name: path for path in (folder / "blobs").glob("??/*")}
    for export in exports:
        assert export.state == "completed", export.error
        assert export.digest is not None
        content = kept[export.digest].read_bytes()
        assert sha256(content).hexdigest() == export.digest
        assert len(content) == export.size_bytes
        with av.open(str(kept[export.digest])) as film:
            frame_count = sum(1 for _ in film.decode(video=0))
        assert export.duration_ms is not None
        assert frame_count == round(export.duration_ms * 30 / 1000)
    # Neither a half nor a second film of anything is left.
    assert len(kept) == len({export.digest for export in exports}) + photo_count


def test_killed_again_and_again_it_makes_all_that_was_ordered_once(
    tmp_path: Path, database_url: str
) -> None:
    chance = random.Random(7)
    with a_place(tmp_path, database_url, "p1", "p2") as store:
        server = Server(tmp_path, database_url)
        for number in range(6):
            # Each of its own length, so that no two films have the same content.
            server.order(f"render_{number}", f"p{number % 2 + 1}", FILM_MS + 100 * number)
        for kill in range(KILLS):
            wait_for_progress(store, chance.randrange(20, 60))
            server.kill()
            server = Server(tmp_path, database_url, is_upgraded=kill >= KILLS // 2)
        # The same orders once more are no new ones.
        for number in range(6):
            server.order(f"render_{number}", f"p{number % 2 + 1}", FILM_MS + 100 * number)
        exports = until(lambda: all_ended(store), deadline_s=120)
        server.end()

    assert [export.id for export in exports] == [f"render_{number}" for number in range(6)]
    check_films(tmp_path, exports)
    assert any(export.report and export.report["cached_chunks"] for export in exports)


def test_an_export_goes_on_across_an_upgrade(tmp_path: Path, database_url: str) -> None:
    with a_place(tmp_path, database_url, "p1") as store:
        server = Server(tmp_path, database_url)
        server.order("waiting", "p1")
        server.kill()
        server = Server(tmp_path, database_url, is_upgraded=True)
        exports = until(lambda: all_ended(store))
        server.end()

    check_films(tmp_path, exports)


@pytest.mark.parametrize("is_late", [False, True])
def test_another_server_finishes_what_a_killed_one_was_at(
    tmp_path: Path, postgres: PostgresServer, is_late: bool
) -> None:
    """`is_late`: the other one starts when the first is gone already."""
    with postgres.database() as url, a_place(tmp_path, url, "p1", "p2") as store:
        first = Server(tmp_path, url, "first")
        second = None if is_late else Server(tmp_path, url, "second")
        for number in range(4):
            first.order(f"render_{number}", f"p{number % 2 + 1}", FILM_MS + 100 * number)
        until(lambda: progress_of(store) > 30)
        first.kill()
        second = second or Server(tmp_path, url, "second")
        exports = until(lambda: all_ended(store), deadline_s=90)
        second.end()

    check_films(tmp_path, exports)
