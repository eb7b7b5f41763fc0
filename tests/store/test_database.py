from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, inspect, text

from saycut.store import (
    DamagedDatabase,
    Database,
    DatabaseNotReached,
    NewerData,
    Store,
    open_database,
)
from saycut.timeline import Draft


def a_database(tmp_path: Path) -> Database:
    return open_database(URL.create("sqlite", database=str(tmp_path / "a.db")))


def pragma(database: Database, name: str) -> Any:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_sqlite_commits_durably_lets_readers_in_and_checks_references(tmp_path: Path) -> None:
    database = a_database(tmp_path)

    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    first = a_database(tmp_path)
    with first.writing() as connection:
        connection.execute(
            text("INSERT INTO projects (id, name, created_ms, current) VALUES ('p1', 'Film', 0, 1)")
        )
    first.close()

    second = a_database(tmp_path)

    with second.reading() as connection:
        assert connection.scalar(text("SELECT name FROM projects")) == "Film"


def test_all_reads_of_one_view_agree_whatever_is_written_meanwhile(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())

    with store.reading() as seen:
        assert seen.projects.get("p1").name == "Film"
        with store.transaction() as tx:
            tx.projects.rename("p1", "Other")

        assert seen.projects.get("p1").name == "Film"
        assert seen.projects.current("p1").number == 1
    with store.reading() as seen:
        assert seen.projects.get("p1").name == "Other"


def test_a_reader_of_a_project_waits_for_no_writer_of_it(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())

    with store.transaction() as tx:
        tx.projects.write("p1", base=1, draft=Draft(), request="cut it", reply="")
        with store.reading() as seen:
            assert seen.projects.current("p1").number == 1


def test_writers_see_what_was_committed_after_readers_used_their_connection(store: Store) -> None:
    for number in range(3):
        with store.transaction() as tx:
            tx.projects.create(f"p{number}", "Film", Draft())
        with store.reading() as seen:
            assert len(seen.projects.recent()) == number + 1


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    newer = a_database(tmp_path)
    with newer.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer.close()
    before = (tmp_path / "a.db").read_bytes()

    with pytest.raises(NewerData, match="9999"):
        a_database(tmp_path)

    assert (tmp_path / "a.db").read_bytes() == before


def test_a_migration_that_fails_leaves_no_table_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = URL.create("sqlite", database=str(tmp_path / "a.db"))

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            open_database(url)

    with open_database(url).reading() as connection:
        assert set(inspect(connection).get_table_names()) >= {"projects", "versions", "assets"}


@pytest.mark.parametrize("content", [b"", b"not a database at all, whatever its name says " * 100])
def test_a_file_that_holds_no_database_is_named_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)

    with pytest.raises(DamagedDatabase, match=r"a\.db.*SAYCUT_DATA"):
        a_database(tmp_path)

    assert path.read_bytes() == content


def test_damage_that_shows_only_later_is_named_too(tmp_path: Path) -> None:
    a_database(tmp_path).close()
    path = tmp_path / "a.db"
    pages = bytearray(path.read_bytes())
    # The first page, which holds the schema, stays: opening finds nothing wrong.
    pages[4096:] = b"\xee" * len(pages[4096:])
    path.write_bytes(pages)

    with pytest.raises(DamagedDatabase, match=r"a\.db"), a_database(tmp_path).reading() as open_:
        open_.execute(text("SELECT * FROM projects")).all()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        # Port 1 is nobody's.
        ("postgresql://anna:secret@127.0.0.1:1/films", "127.0.0.1:1/films: connection failed"),
        ("mysql://anna:secret@127.0.0.1/films", "mysql is not one that can be used"),
        ("secret", "it is no address of one"),
    ],
)
def test_a_database_that_cannot_be_opened_is_named_without_its_password(
    address: str, told: str
) -> None:
    with pytest.raises(DatabaseNotReached) as caught:
        open_database(address)

    assert told in str(caught.value)
    assert "secret" not in str(caught.value)
