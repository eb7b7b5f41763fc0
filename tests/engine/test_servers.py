"""Two servers over one database and one place of media: neither takes what the other needs."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from saycut.engine import Engine, Given, Workshop
from saycut.store import DataFolder, Project, Transaction
from saycut.timeline import Draft
from tests.databases import PostgresServer
from tests.media_files import a_picture, write_photo


@pytest.fixture
def servers(tmp_path: Path, postgres: PostgresServer) -> Iterator[tuple[Engine, Engine]]:
    with ExitStack() as opened:
        url = opened.enter_context(postgres.database())
        blobs = (tmp_path / "blobs").as_uri()

        def server(name: str) -> Engine:
            folder = DataFolder(tmp_path / name, database_url=url, blobs_url=blobs)
            workshop = Workshop(cache_folder=tmp_path / "cache")
            return opened.enter_context(Engine(folder, workshop))

        yield server("one"), server("two")


def test_a_file_that_one_server_keeps_is_not_given_up_by_another(
    servers: tuple[Engine, Engine], tmp_path: Path
) -> None:
    one, two = servers
    photo = write_photo(tmp_path / "p.png", a_picture(160, 90))
    for engine, project_id in ((one, "p1"), (two, "p2")):
        with engine.store.transaction() as tx:
            tx.projects.create(project_id, project_id, Draft())
    taken = one.inspect([Given(photo, "p.png")]).taken
    two.keep("p2", taken)

    def removed_elsewhere(_tx: Transaction, _project: Project) -> None:
        two.remove("p2")

    (asset,) = one.keep("p1", taken, check=removed_elsewhere)

    assert one.blobs.is_whole(asset.digest)
    one.remove("p1")
    assert not two.blobs.has(asset.digest)
