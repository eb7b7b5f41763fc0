"""What has been kept for long enough, whoever it belongs to."""

from sqlalchemy import Connection, delete, select

from saycut.store.schema import attempts, projects, users

__all__ = ["Retention"]


class Retention:
    """Finds and removes what has aged, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def left_projects(self, before_ms: int) -> tuple[str, ...]:
        """Give the projects of anonymous users that have not changed since then."""
        rows = (
            select(projects.c.id)
            .join(users, users.c.id == projects.c.user_id)
            .where(users.c.kind == "anonymous", projects.c.updated_ms < before_ms)
        )
        return tuple(self._connection.scalars(rows))

    def forget_attempts(self, before_ms: int) -> int:
        """Remove what was counted against limits before then; gives how many there were."""
        aged = delete(attempts).where(attempts.c.at_ms < before_ms)
        return self._connection.execute(aged).rowcount
