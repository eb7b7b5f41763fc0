"""Opening the database: how SQLite is set up, its tables brought up to date, its errors named."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from saycut.errors import SaycutError
from saycut.store.errors import (
    DamagedDatabase,
    DatabaseNotReached,
    DataFolderUnusable,
    NewerData,
    ValueNotTaken,
)
from saycut.store.schema import HEAD

__all__ = ["Database", "is_current", "open_database"]

# WAL lets readers go on while one writes. FULL makes a commit outlast a power cut: a turn
# commits once, and a person does not notice the few milliseconds.
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 5000",
)


# Threads that may talk to the database at the same time; a server has some forty.
_POOL_SIZE: Final = 10
_POOL_OVERFLOW: Final = 40


# What a transaction that only reads asks of SQLite (True) and of Postgres, whose default would
# show each query what was committed just before it.
_READS: Final[dict[bool, dict[str, Any]]] = {
    True: {"saycut_reads": True},
    False: {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class Database:
    """An open database: transactions that write, and ones that only read."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite lets one write at a time; who waits here waits in turn and without a limit of
        # time, where its own busy handler would sleep, try again and give up.
        self._writer: AbstractContextManager[object] = Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose writes happen together or not at all.

        Raises:
            DamagedDatabase, DataFolderUnusable: what the database said of its file.
            ValueNotTaken: what it said of a text or a number.
        """
        with self._writer, self._named(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection whose reads agree with each other; it waits for no writer.

        Raises:
            DamagedDatabase, DataFolderUnusable: as `writing`.
        """
        reader = self.engine.execution_options(**_READS[self.is_sqlite])
        with self._named(), reader.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            raise ValueNotTaken from error
        except DatabaseError as error:
            if told := _about_the_file(self.engine, error):
                raise told from error
            raise


def open_database(url: str | URL) -> Database:
    """Give the database with its tables up to date; a new one is made.

    Raises:
        NewerData: a newer version of this program wrote it.
        DamagedDatabase: the file holds no database, or a broken one.
        DataFolderUnusable: the file cannot be read or written.
        DatabaseNotReached: the address is of another kind, or nobody answers or lets us in there.
    """
    engine = create_engine(_known(url), pool_size=_POOL_SIZE, max_overflow=_POOL_OVERFLOW)
    database = Database(engine)
    if database.is_sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    _refuse_empty(engine)
    try:
        with database.writing() as connection:
            if not database.is_sqlite:
                # Several servers may start at the same moment: one of them migrates.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
            revision = _revision(connection)
            if revision != HEAD:
                _migrate(connection, revision)
    except OperationalError as error:
        database.close()
        if database.is_sqlite:
            raise
        # The first line says why; those below it guess.
        reason = str(error.orig).strip().split("\n")[0]
        raise DatabaseNotReached(str(engine.url), reason) from error
    except BaseException:
        database.close()
        raise
    return database


def is_current(url: URL) -> bool:
    """Tell whether there is an SQLite database whose tables are up to date; it stays as it is."""
    if not Path(url.database or "").is_file():
        return False
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return _revision(connection) == HEAD
    except DatabaseError:
        # Whoever opens it says what is wrong.
        return False
    finally:
        engine.dispose()


# Any number that nothing else on the database server locks: "saycut" in ASCII.
_MIGRATING: Final = int.from_bytes(b"saycut", "big")


def _known(address: str | URL) -> URL:
    """Give the address with our driver: people write `postgres://` and `postgresql://`."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        # It may hold a password, wherever that stands in it.
        raise DatabaseNotReached("that was named", "it is no address of one") from error
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("postgresql", "sqlite"):
        raise DatabaseNotReached(str(url), f"{url.drivername} is not one that can be used")
    return url


# What SQLite calls its errors, by how they begin; the longer names only add detail.
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_UNUSABLE: Final = (
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
    "SQLITE_PERM",
    "SQLITE_AUTH",
)


def _about_the_file(engine: Engine, error: DatabaseError) -> SaycutError | None:
    """Tell what is wrong with the file of the database; None when it is something else."""
    name = getattr(error.orig, "sqlite_errorname", "")
    path = Path(engine.url.database or "")
    if name.startswith(_DAMAGED):
        return DamagedDatabase(path, str(error.orig))
    if name.startswith(_UNUSABLE):
        return DataFolderUnusable(path.parent, str(error.orig))
    return None


def _refuse_empty(engine: Engine) -> None:
    # SQLite takes a file without a byte for a new database; we never leave one behind, so
    # this one lost its projects, and saying that there are none would hide it.
    path = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite" and path.is_file() and path.stat().st_size == 0:
        raise DamagedDatabase(path, "it is empty")


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
    is_reader = connection.get_execution_options().get("saycut_reads", False)
    connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")


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
