"""Locks by words, for what no single row stands for; they hold across servers on one database.

On SQLite there is one server, and one transaction writes at a time: nothing is to be locked.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from sqlalchemy import Connection, text

from saycut.store.database import Database

__all__ = ["holding_words", "lock_word", "try_lock_word"]

_KEY: Final = "hashtextextended(:word, 0)"
# Each holder keeps a connection, and needs another for its transaction: never all of them.
_holders: Final = BoundedSemaphore(10)


def lock_word(connection: Connection, word: str) -> None:
    """Let transactions that name the same word follow each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_KEY})"), {"word": word})


def try_lock_word(connection: Connection, word: str) -> bool:
    """Lock a word until the transaction ends; False where somebody is `holding_words`."""
    if connection.dialect.name != "postgresql":
        return True
    lock = text(f"SELECT pg_try_advisory_xact_lock({_KEY})")
    return bool(connection.scalar(lock, {"word": word}))


@contextmanager
def holding_words(database: Database, words: Iterable[str]) -> Iterator[None]:
    """Keep words from being locked, outside of any transaction; any number of holders may do so."""
    if database.is_sqlite:
        yield
        return
    with _holders, database.engine.connect() as connection:
        # No transaction stays open: that would keep the database from cleaning up.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            for word in sorted(set(words)):
                lock = text(f"SELECT pg_advisory_lock_shared({_KEY})")
                connection.execute(lock, {"word": word})
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))
