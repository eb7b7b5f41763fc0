from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, text

from saycut.store import LOCAL_USER, Store, open_database
from saycut.store.schema import HEAD, metadata, projects, versions
from saycut.timeline import Canvas, Draft
from saycut.timeline.wire import draft_to_wire


def migrations(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "saycut.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def an_old_database(url: str) -> None:
    """A database of the first version, with a project of two versions in it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "0001")
        project = {"id": "p1", "name": "été 夏", "created_ms": 1_700_000_000_000, "current": 2}
        connection.execute(insert(projects).values(project))
        for number in (1, 2):
            row = {
                "project_id": "p1",
                "number": number,
                "parent": number - 1 or None,
                "draft": draft_to_wire(Draft(canvas=Canvas(width=1000 * number))),
                "request": "cut it",
                "reply": "done",
                "created_ms": 1_700_000_000_000 + number,
            }
            connection.execute(insert(versions).values(row))
    engine.dispose()


def test_migrations_lead_to_exactly_the_tables_of_the_schema(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []


def test_a_project_of_the_first_version_is_the_local_users_and_whole(database_url: str) -> None:
    an_old_database(database_url)

    store = Store(open_database(database_url))

    with store.transaction() as tx:
        found = tx.projects.find("été 夏", LOCAL_USER)
        assert (found.id, found.owner_id, found.current) == ("p1", LOCAL_USER, 2)
        assert found.created_ms == found.updated_ms == 1_700_000_000_000
        assert [v.draft.canvas.width for v in tx.projects.history("p1")] == [1000, 2000]
        assert tx.users.get(LOCAL_USER).kind == "local"
        tx.projects.write("p1", base=2, draft=Draft(), request="", reply="")
        assert tx.projects.get("p1").revision == found.revision + 1
    store.close()


def test_servers_that_start_at_once_on_an_old_database_migrate_it_once(database_url: str) -> None:
    an_old_database(database_url)
    count = 6
    ready = Barrier(count)

    def start(_: int) -> str:
        ready.wait()
        store = Store(open_database(database_url))
        try:
            with store.reading() as tx:
                return tx.projects.get("p1").owner_id
        finally:
            store.close()

    with ThreadPoolExecutor(count) as threads:
        assert list(threads.map(start, range(count))) == [LOCAL_USER] * count


def test_going_back_and_forth_keeps_the_projects(database_url: str) -> None:
    an_old_database(database_url)
    open_database(database_url).close()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0001")
        assert connection.scalar(text("SELECT name FROM projects")) == "été 夏"
    engine.dispose()

    store = Store(open_database(database_url))

    with store.reading() as tx:
        assert tx.projects.get("p1").owner_id == LOCAL_USER
        assert len(tx.projects.history("p1")) == 2
    store.close()
