"""One moment by which all of a request is over: names, connections, redirects and bytes."""

import time
from dataclasses import dataclass

from saycut.fetch.errors import DeadlinePassed

__all__ = ["Deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, and what is said once it has passed."""

    subject: str
    limit_s: float
    ends_at_s: float

    @classmethod
    def after(cls, limit_s: float, subject: str) -> "Deadline":
        return cls(subject, limit_s, time.monotonic() + limit_s)

    def remaining_s(self) -> float:
        """Give the time that is left, always more than none.

        Raises:
            DeadlinePassed: there is none.
        """
        remaining_s = self.ends_at_s - time.monotonic()
        if remaining_s <= 0:
            raise self.passed()
        return remaining_s

    def passed(self) -> DeadlinePassed:
        return DeadlinePassed(self.subject, self.limit_s)
