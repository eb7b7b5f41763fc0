"""Keys made at the first start, the same for all servers of a database."""

import secrets as random_source
from typing import Final

from sqlalchemy import Connection, select, text

from saycut.store.projects import now_ms
from saycut.store.schema import secrets

__all__ = ["Secrets"]

_KEY_BYTES: Final = 32


class Secrets:
    """Keys by name, within a transaction that writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def key(self, name: str) -> bytes:
        """Give the key of that name: 32 random bytes, made when it is first asked for."""
        # Several servers may start at the same moment: the first one's key is everybody's.
        created = text(
            "INSERT INTO secrets (name, value, created_ms) VALUES (:name, :value, :created_ms) "
            "ON CONFLICT (name) DO NOTHING"
        )
        value = random_source.token_hex(_KEY_BYTES)
        row = {"name": name, "value": value, "created_ms": now_ms()}
        self._connection.execute(created, row)
        kept = select(secrets.c.value).where(secrets.c.name == name)
        return bytes.fromhex(self._connection.execute(kept).scalar_one())
