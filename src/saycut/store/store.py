"""The database as a whole: transactions in which all that is kept can be read and written."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from saycut.store.attempts import Attempts
from saycut.store.credits import Credits
from saycut.store.database import Database
from saycut.store.exports import Exports
from saycut.store.projects import Projects, word_of
from saycut.store.retention import Retention
from saycut.store.secrets import Secrets
from saycut.store.servers import Servers
from saycut.store.tokens import Tokens
from saycut.store.turns import Turns
from saycut.store.uploads import Uploads
from saycut.store.usage import Usage
from saycut.store.users import Users
from saycut.store.words import holding_words

__all__ = ["Store", "Transaction"]


class Store:
    """All that is kept in one database; for any number of threads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Give a view in which all reads agree and all writes happen together or not at all.

        Raises:
            DamagedDatabase, DataFolderUnusable: the database cannot be read or written.
        """
        with self.database.writing() as connection:
            yield Transaction(connection)

    @contextmanager
    def reading(self) -> Iterator["Transaction"]:
        """Give a view in which all reads agree; it waits for no writer, and writes nothing.

        Raises:
            DamagedDatabase, DataFolderUnusable: the database cannot be read.
        """
        with self.database.reading() as connection:
            yield Transaction(connection)

    @contextmanager
    def keeping(self, digests: Iterable[str]) -> Iterator[None]:
        """Let nobody on another server give contents up that are about to be kept.

        See `Projects.lock_unused`.
        """
        with holding_words(self.database, map(word_of, digests)):
            yield

    def close(self) -> None:
        self.database.close()


class Transaction:
    """Reads and writes by what they are of; made by `Store.transaction`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def attempts(self) -> Attempts:
        return Attempts(self.connection)

    @property
    def credits(self) -> Credits:
        return Credits(self.connection)

    @property
    def exports(self) -> Exports:
        return Exports(self.connection)

    @property
    def projects(self) -> Projects:
        return Projects(self.connection)

    @property
    def retention(self) -> Retention:
        return Retention(self.connection)

    @property
    def secrets(self) -> Secrets:
        return Secrets(self.connection)

    @property
    def servers(self) -> Servers:
        return Servers(self.connection)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.connection)

    @property
    def turns(self) -> Turns:
        return Turns(self.connection)

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.connection)

    @property
    def usage(self) -> Usage:
        return Usage(self.connection)

    @property
    def users(self) -> Users:
        return Users(self.connection)
