"""How often which client did what: a count for each day, client and action."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select, text

from saycut.store.schema import usage

__all__ = ["Usage"]


class Usage:
    """Counts of use, within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, skill: str, version: str, platform: str, action: str, times: int = 1) -> None:
        """Count an action of a client today (UTC)."""
        row = {
            "day": datetime.now(UTC).date().isoformat(),
            "skill": skill,
            "version": version,
            "platform": platform,
            "action": action,
        }
        more = text(
            "INSERT INTO usage (day, skill, version, platform, action, count) "
            "VALUES (:day, :skill, :version, :platform, :action, :times) "
            "ON CONFLICT (day, skill, version, platform, action) "
            "DO UPDATE SET count = usage.count + :times"
        )
        self._connection.execute(more, {**row, "times": times})

    def since(self, day: str) -> tuple[dict[str, str | int], ...]:
        """Give the rows from a day (`2026-11-24`) on, the newest first."""
        rows = select(usage).where(usage.c.day >= day).order_by(usage.c.day.desc(), usage.c.skill)
        return tuple(dict(row._mapping) for row in self._connection.execute(rows))
