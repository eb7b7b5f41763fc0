"""Who lives and who is gone, and whose work is taken over."""

from collections.abc import Iterator

import pytest
from dbos import DBOS

from saycut.engine import Engine
from saycut.jobs import ServerTwice
from saycut.jobs import presence as presence_module
from saycut.jobs.presence import presence_of
from saycut.store import Database, Turn, open_database
from tests.databases import PostgresServer
from tests.jobs.conftest import StartJobs
from tests.jobs.films import a_long_film, a_project, an_order, ended, export_of, until


def a_turn_of(engine: Engine, server_id: str) -> None:
    with engine.store.transaction() as tx:
        turn = Turn("t1", "p1", "local", "key", "f", "make it", "running", server_id, 0, None)
        tx.turns.begin(turn)


@pytest.fixture
def databases(postgres: PostgresServer) -> Iterator[list[Database]]:
    with postgres.database() as url:
        opened = [open_database(url) for _ in range(2)]
        yield opened
        for database in opened:
            database.close()


def test_a_server_is_gone_once_its_connection_is(databases: list[Database]) -> None:
    one, other = presence_of(databases[0], "one"), presence_of(databases[1], "other")
    one.take()
    other.take()

    with other.gone("one") as is_gone:
        assert not is_gone
    one.close()
    with other.gone("one") as is_gone:
        assert is_gone
        # Nobody comes back while its work is given to others.
        assert not presence_of(databases[0], "one").renew()
    other.close()


def test_an_id_is_one_servers_alone(
    databases: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence_module, "_TAKE_S", 0.1)
    first = presence_of(databases[0], "one")
    first.take()

    with pytest.raises(ServerTwice, match="data folder of its own"):
        presence_of(databases[1], "one").take()
    first.close()


def test_a_lock_that_was_lost_is_taken_again(databases: list[Database]) -> None:
    one, other = presence_of(databases[0], "one"), presence_of(databases[1], "other")
    one.take()
    other.take()
    with databases[1].writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_locks "
            "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )

    assert one.renew()
    assert other.renew()

    with other.gone("one") as is_gone:
        assert not is_gone
    one.close()
    other.close()


def test_turns_of_servers_that_are_gone_are_told_of(engine: Engine, start: StartJobs) -> None:
    a_turn_of(engine, "gone")

    assert start().servers_gone() == {"gone"}


def test_turns_of_this_server_are_not(engine: Engine, start: StartJobs) -> None:
    a_turn_of(engine, engine.folder.server_id)

    assert start().servers_gone() == frozenset()


def test_a_server_is_known_until_its_work_was_taken_over(engine: Engine, start: StartJobs) -> None:
    with engine.store.transaction() as tx:
        tx.servers.seen("gone")

    jobs = start()
    jobs.watch()

    with engine.store.reading() as tx:
        assert [server.id for server in tx.servers.list()] == [engine.folder.server_id]


def test_an_export_whose_workflow_was_stopped_from_outside_is_made_all_the_same(
    engine: Engine, start: StartJobs
) -> None:
    a_project(engine, "p2")
    jobs = start(exports_at_once=1)
    first = an_order(engine, jobs, "render_1", draft=a_long_film()).uid
    until(lambda: export_of(engine, first).progress > 0)
    waiting = an_order(engine, jobs, "render_2", project_id="p2").uid
    until(lambda: DBOS.get_workflow_status(waiting))

    DBOS.cancel_workflow(waiting)
    jobs.watch()
    jobs.cancel(first)

    assert ended(engine, waiting).state == "completed"


def test_an_order_that_no_version_understands_fails_with_words(
    engine: Engine, start: StartJobs
) -> None:
    jobs = start()
    with engine.store.transaction() as tx:
        uid = tx.exports.order(
            user_id="local",
            export_id="render_1",
            project_id="p1",
            fingerprint="f",
            draft={"t": "what no version ever wrote"},
            options={"format": "mp4"},
        ).uid
    jobs.wake()

    export = ended(engine, uid)

    assert export.state == "failed"
    assert export.error
