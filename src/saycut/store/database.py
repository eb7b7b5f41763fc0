"""Opening the database: how SQLite is set up, and bringing its tables up to date."""

from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from saycut.store.errors import NewerData
from saycut.store.schema import HEAD

__all__ = ["open_database"]

# WAL lets readers go on while one writes. FULL makes a commit outlast a power cut: a turn
# commits once, and a person does not notice the few milliseconds.
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 5000",
)


def open_database(url: str | URL) -> Engine:
    """Give the database with its tables up to date; a new one is made.

    Raises:
        NewerData: a newer version of this program wrote it.
    """
    engine = create_engine(make_url(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.begin() as connection:
        revision = _revision(connection)
        if revision != HEAD:
            _migrate(connection, revision)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver begins transactions late, after the first reads; we begin them ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads and then writes fails when another wrote in between, whatever
    # the timeout; taking the write lock at once makes it wait instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return number


def _migrate(connection: Connection, revision: str | None) -> None:
    # Loaded only here: it takes as long to import as all the rest of a short command.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "saycut.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise NewerData(revision)
    command.upgrade(config, "head")
