"""What is limited per subject and time: how often something was tried, and when it may be again.

A subject is an address, an account, whatever is counted. An attempt that raises in the same
transaction is not counted, since it is rolled back with the rest.
"""

import ipaddress
from typing import ClassVar, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from saycut.errors import SaycutError
from saycut.store.projects import now_ms
from saycut.store.schema import attempts
from saycut.store.words import lock_word

__all__ = ["Attempts", "TooManyAttempts", "address_key"]

# A home or a machine of one's own is given at least so much of IPv6: who holds one address of
# it holds all, and would count as another visitor each time.
_IPV6_PREFIX_BITS: Final = 64


class TooManyAttempts(SaycutError):
    """Something was tried too often; it may be again after `retry_after_s`."""

    code: ClassVar[int] = 429

    def __init__(self, kind: str, limit: int, window_ms: int, retry_after_ms: int) -> None:
        self.retry_after_s = max(1, -(-retry_after_ms // 1000))
        super().__init__(
            f"too many attempts ({kind}): at most {limit} in {_span(window_ms)}; "
            f"try again in {self.retry_after_s} s"
        )


class Attempts:
    """Counts of attempts within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, kind: str, subject: str, window_ms: int) -> int:
        """Give how many attempts of that kind a subject made in the last `window_ms`."""
        fits = _of(kind, subject) & (attempts.c.at_ms > now_ms() - window_ms)
        return self._connection.scalar(select(func.count()).where(fits)) or 0

    def record(self, kind: str, subject: str) -> None:
        """Count an attempt."""
        row = {"kind": kind, "subject": subject, "at_ms": now_ms()}
        self._connection.execute(insert(attempts).values(row))

    def check(self, kind: str, subject: str, *, limit: int, window_ms: int) -> None:
        """Return when one more attempt may be made. Attempts at the same moment wait in turn.

        Raises:
            TooManyAttempts: `limit` of them were made in the last `window_ms`.
        """
        lock_word(self._connection, f"attempts {kind} {subject}")
        moments = select(attempts.c.at_ms).where(_of(kind, subject))
        newest_first = moments.order_by(attempts.c.at_ms.desc()).offset(limit - 1).limit(1)
        # The one that has to grow old before there is room for another.
        at_ms = self._connection.scalar(newest_first)
        if at_ms is not None and (left_ms := at_ms + window_ms - now_ms()) > 0:
            raise TooManyAttempts(kind, limit, window_ms, left_ms)

    def take(self, kind: str, subject: str, *, limit: int, window_ms: int) -> None:
        """Check and count an attempt; those of the subject that no longer matter are dropped.

        Raises:
            TooManyAttempts: as `check`.
        """
        self.check(kind, subject, limit=limit, window_ms=window_ms)
        old = attempts.c.at_ms <= now_ms() - window_ms
        self._connection.execute(delete(attempts).where(_of(kind, subject) & old))
        self.record(kind, subject)

    def forget(self, kind: str, subject: str) -> None:
        """Drop the attempts of a subject, such as wrong passwords once the right one came."""
        self._connection.execute(delete(attempts).where(_of(kind, subject)))

    def withdraw(self, kind: str, subject: str) -> None:
        """Drop the newest attempt of a subject: it turned out to be none."""
        newest = select(func.max(attempts.c.id)).where(_of(kind, subject)).scalar_subquery()
        self._connection.execute(delete(attempts).where(attempts.c.id == newest))


def address_key(address: str) -> str:
    """Give what an address is counted under: IPv4 as it is, IPv6 by its network of 64 bits.

    An IPv4 address that was mapped into IPv6 counts as itself, and what is no address at all
    (a Unix socket has none) as one subject, "unknown".
    """
    try:
        parsed = ipaddress.ip_address(address.strip().strip("[]").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX_BITS), strict=False))


def _of(kind: str, subject: str) -> ColumnElement[bool]:
    return (attempts.c.kind == kind) & (attempts.c.subject == subject)


def _span(window_ms: int) -> str:
    units = (("days", 86_400_000), ("hours", 3_600_000), ("minutes", 60_000))
    for name, size_ms in units:
        if window_ms >= size_ms and window_ms % size_ms == 0:
            return f"{window_ms // size_ms} {name}"
    return f"{window_ms / 1000:g} s"
