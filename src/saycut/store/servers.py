"""Servers that work, or worked, on this database; whether one is alive its lock tells."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, text

from saycut.store.projects import now_ms
from saycut.store.schema import servers

__all__ = ["Server", "Servers"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server by the id of its data folder; `seen_ms` is when it last said that it works."""

    id: str
    started_ms: int
    seen_ms: int


class Servers:
    """Reads and writes of servers within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, server_id: str) -> None:
        """Note that a server works now; a new one is added."""
        now = text(
            "INSERT INTO servers (id, started_ms, seen_ms) VALUES (:id, :now_ms, :now_ms) "
            "ON CONFLICT (id) DO UPDATE SET seen_ms = :now_ms"
        )
        self._connection.execute(now, {"id": server_id, "now_ms": now_ms()})

    def list(self) -> tuple[Server, ...]:
        """Give all servers, the one that started last first."""
        rows = select(servers).order_by(servers.c.started_ms.desc(), servers.c.id)
        return tuple(Server(**row._mapping) for row in self._connection.execute(rows))

    def forget(self, server_id: str) -> None:
        """Remove a server whose work others have taken over."""
        self._connection.execute(delete(servers).where(servers.c.id == server_id))
