"""How often one user may call: a bucket for each, which fills again as time goes by."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import ClassVar, Final

from saycut.errors import SaycutError

__all__ = ["CalledTooOften", "Rates"]

# Who has not called for so long that their bucket is full need not be remembered; this many
# others are.
_USERS_MAX: Final = 10_000
_MINUTE_S: Final = 60.0


class CalledTooOften(SaycutError):
    """A user called more often than one may."""

    code: ClassVar[int] = 429

    def __init__(self, per_minute: int, retry_after_s: float) -> None:
        super().__init__(
            f"you called more than {per_minute} times in a minute: wait "
            f"{max(1, round(retry_after_s))} s; watch an export with ?wait=25 rather than often"
        )
        self.retry_after_s = retry_after_s


class Rates:
    """Counts the calls of each user on this server; for any number of threads."""

    def __init__(self, per_minute: int, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`per_minute` calls may come at once; after them one every 60 / `per_minute` s."""
        self._per_minute = per_minute
        self._clock_s = clock_s
        self._lock = Lock()
        # What is left for each user, and when that was so.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, user_id: str) -> None:
        """Count a call.

        Raises:
            CalledTooOften: there were too many.
        """
        now_s = self._clock_s()
        pace = self._per_minute / _MINUTE_S
        with self._lock:
            left, at_s = self._left.pop(user_id, (float(self._per_minute), now_s))
            left = min(self._per_minute, left + (now_s - at_s) * pace)
            is_too_often = left < 1
            self._left[user_id] = (left if is_too_often else left - 1, now_s)
            if len(self._left) > _USERS_MAX:
                self._left.popitem(last=False)
        if is_too_often:
            raise CalledTooOften(self._per_minute, (1 - left) / pace)
