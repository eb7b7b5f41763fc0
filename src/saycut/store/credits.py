"""Credits: a ledger whose entries are only added, and the balances that follow from them.

An entry has a key that is booked once: the same call again changes nothing and gives what
the first one gave, another amount under the same key is refused.

    kind      amount     what it does
    grant       +n       credits come from outside
    hold        -n       available -> frozen, for work under way
    capture     -n       frozen -> spent; what is left of the hold is released
    release     +n       frozen -> available
    move      -n, +n     from one user to another, holds under way included

    held --> captured | released       a hold ends once

A user's total is the sum of their grants, moves and captures; what is frozen is the sum of
their holds that have not ended. The row of a balance is the lock: whoever moves credits of a
user holds it first, so entries, holds and balance always tell the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from saycut.errors import SaycutError
from saycut.store.errors import UnknownUser
from saycut.store.projects import now_ms
from saycut.store.schema import balances, credit_entries, holds

__all__ = [
    "Balance",
    "Credits",
    "Entry",
    "EntryKeyReused",
    "Hold",
    "HoldEnded",
    "NotEnoughCredits",
    "UnknownHold",
]

_HELD: Final = "held"
_CAPTURED: Final = "captured"
_RELEASED: Final = "released"

# Far from what a column of 64 bits holds, however many are added up.
_AMOUNT_MAX: Final = 10**12


class NotEnoughCredits(SaycutError):
    """A user has fewer credits available than are to be held."""

    code: ClassVar[int] = 2001

    def __init__(self, needed: int, balance: "Balance") -> None:
        super().__init__(
            f"not enough credits: this needs {needed}, and {balance.available} are available "
            f"({balance.frozen} more are held by work under way); get more credits, or wait "
            "until that work is done"
        )
        self.needed = needed
        self.balance = balance


class EntryKeyReused(SaycutError):
    """A movement of credits was booked under that key, and it was another one."""

    code: ClassVar[int] = 409

    def __init__(self, key: str, booked: int, amount: int) -> None:
        super().__init__(
            f"cannot book {amount} credits as {key!r}: another movement, of {booked}, was booked "
            "under that key; use a new key for each movement, and the same one only to repeat it"
        )
        self.key = key


class UnknownHold(SaycutError):
    """No credits were ever held under that id."""

    code: ClassVar[int] = 4905

    def __init__(self, hold_id: str) -> None:
        super().__init__(
            f"no hold {hold_id!r}: hold credits under that id before they are spent or given back"
        )


class HoldEnded(SaycutError):
    """A hold ended the other way."""

    code: ClassVar[int] = 4906

    def __init__(self, hold: "Hold", asked: str) -> None:
        super().__init__(
            f"cannot {asked} hold {hold.id!r}: it was {hold.state} already; look at the history "
            "of the user, and use a new hold for other work"
        )
        self.state = hold.state


@dataclass(frozen=True, slots=True)
class Balance:
    """What a user has: `frozen` is held by work under way."""

    available: int = 0
    frozen: int = 0

    @property
    def total(self) -> int:
        return self.available + self.frozen


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits set aside for work; `state` is held, captured or released."""

    id: str
    user_id: str
    amount: int
    state: str
    created_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement; the table above tells the sign of `amount`."""

    user_id: str
    kind: str
    amount: int
    key: str
    note: str
    created_ms: int


class Credits:
    """The ledger within a transaction. A call that raises leaves nothing of itself behind."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def balance(self, user_id: str) -> Balance:
        """Give what a user has; nothing when they never had any."""
        row = self._connection.execute(
            select(balances).where(balances.c.user_id == user_id)
        ).one_or_none()
        return Balance(row.available, row.frozen) if row is not None else Balance()

    def history(self, user_id: str, limit: int = 100) -> tuple[Entry, ...]:
        """Give the movements of a user's credits, the newest first."""
        fits = credit_entries.c.user_id == user_id
        rows = select(credit_entries).where(fits).order_by(credit_entries.c.id.desc()).limit(limit)
        return tuple(_entry(row) for row in self._connection.execute(rows))

    def held(self, older_than_ms: int = 0) -> tuple[Hold, ...]:
        """Give the holds that have not ended, those made at least so long ago, oldest first."""
        fits = (holds.c.state == _HELD) & (holds.c.created_ms <= now_ms() - older_than_ms)
        rows = select(holds).where(fits).order_by(holds.c.created_ms, holds.c.id)
        return tuple(_hold(row) for row in self._connection.execute(rows))

    def get_hold(self, hold_id: str) -> Hold:
        """Raises UnknownHold."""
        return self._find(hold_id)

    def lock(self, user_id: str) -> None:
        """Hold the balance of a user until the transaction ends; one is made where there is none.

        Raises:
            UnknownUser
        """
        held = select(balances.c.user_id).where(balances.c.user_id == user_id).with_for_update()
        if self._connection.execute(held).one_or_none() is not None:
            return
        created = text(
            "INSERT INTO balances (user_id, available, frozen) VALUES (:user_id, 0, 0) "
            "ON CONFLICT (user_id) DO NOTHING"
        )
        try:
            self._connection.execute(created, {"user_id": user_id})
        except IntegrityError as error:
            raise UnknownUser(user_id) from error
        self._connection.execute(held).one()

    def grant(self, user_id: str, amount: int, *, key: str, note: str = "") -> Entry:
        """Give credits to a user, once for each key.

        Raises:
            UnknownUser
            EntryKeyReused: the key was used for another user or amount.
        """
        _check_amount(amount)
        with self._all_or_nothing():
            self.lock(user_id)
            entry, is_new = self._book("grant", user_id, amount, key, note)
            if is_new:
                self._change(user_id, available=amount)
            return entry

    def hold(self, hold_id: str, user_id: str, amount: int, *, note: str = "") -> Hold:
        """Set credits aside for work. The same call again gives the hold, ended or not.

        Raises:
            UnknownUser
            NotEnoughCredits: fewer are available.
            EntryKeyReused: the id was used for another user or amount.
        """
        _check_amount(amount)
        with self._all_or_nothing():
            self.lock(user_id)
            _, is_new = self._book("hold", user_id, -amount, hold_id, note)
            if is_new:
                if not self._change(user_id, available=-amount, frozen=amount):
                    raise NotEnoughCredits(amount, self.balance(user_id))
                row = {"id": hold_id, "user_id": user_id, "amount": amount, "state": _HELD}
                self._connection.execute(insert(holds).values(**row, created_ms=now_ms()))
            return self._find(hold_id)

    def capture(self, hold_id: str, amount: int | None = None) -> Hold:
        """Spend what was held, or a part of it and give back the rest.

        Raises:
            UnknownHold
            HoldEnded: it was released.
            EntryKeyReused: it was captured with another amount.
        """
        with self._all_or_nothing():
            hold = self._locked(hold_id)
            spent = hold.amount if amount is None else amount
            if not 1 <= spent <= hold.amount:
                raise ValueError(f"a capture of a hold of {hold.amount} is 1 to that, not {spent}")
            if hold.state == _CAPTURED:
                self._check_same(f"capture:{hold_id}", -spent)
                return hold
            return self._end(hold, _CAPTURED, spent)

    def release(self, hold_id: str) -> Hold:
        """Give back what was held.

        Raises:
            UnknownHold
            HoldEnded: it was captured.
        """
        with self._all_or_nothing():
            hold = self._locked(hold_id)
            return hold if hold.state == _RELEASED else self._end(hold, _RELEASED, 0)

    def move(self, from_id: str, to_id: str, *, key: str) -> int:
        """Give all credits of a user to another, with the holds under way; gives how many.

        Once for each key: the same call again moves nothing, whatever came since.

        Raises:
            UnknownUser
            EntryKeyReused: the key was used for other users.
        """
        with self._all_or_nothing():
            # In one order, so that two moves never wait for each other.
            for user_id in sorted((from_id, to_id)):
                self.lock(user_id)
            if (booked := self._entry(f"move:{key}:in")) is not None:
                self._book("move", from_id, -booked.amount, f"{key}:out", "")
                self._book("move", to_id, booked.amount, f"{key}:in", "")
                return booked.amount
            moved = self.balance(from_id)
            self._book("move", from_id, -moved.total, f"{key}:out", "")
            self._book("move", to_id, moved.total, f"{key}:in", "")
            self._change(from_id, available=-moved.available, frozen=-moved.frozen)
            self._change(to_id, available=moved.available, frozen=moved.frozen)
            under_way = (holds.c.user_id == from_id) & (holds.c.state == _HELD)
            self._connection.execute(update(holds).where(under_way).values(user_id=to_id))
            return moved.total

    def _end(self, hold: Hold, state: str, spent: int) -> Hold:
        if hold.state != _HELD:
            raise HoldEnded(hold, "capture" if state == _CAPTURED else "release")
        rest = hold.amount - spent
        if spent:
            self._book("capture", hold.user_id, -spent, hold.id, "")
        if rest:
            self._book("release", hold.user_id, rest, hold.id, "")
        self._change(hold.user_id, available=rest, frozen=-hold.amount)
        ended = update(holds).where(holds.c.id == hold.id, holds.c.state == _HELD)
        self._connection.execute(ended.values(state=state, ended_ms=now_ms()))
        return self._find(hold.id)

    def _book(
        self, kind: str, user_id: str, amount: int, name: str, note: str
    ) -> tuple[Entry, bool]:
        """Add an entry, or give the same one that is there; True where it was added."""
        key = f"{kind}:{name}"
        known = self._entry(key)
        if known is not None:
            if (known.user_id, known.amount) != (user_id, amount):
                raise EntryKeyReused(key, known.amount, amount)
            return known, False
        entry = Entry(user_id, kind, amount, key, note, now_ms())
        row = {name: getattr(entry, name) for name in Entry.__slots__}
        try:
            self._connection.execute(insert(credit_entries).values(row))
        except IntegrityError as error:
            # Booked for another user since we looked: for the same one, the lock keeps us apart.
            raise EntryKeyReused(key, 0, amount) from error
        return entry, True

    def _check_same(self, key: str, amount: int) -> None:
        known = self._entry(key)
        if known is None or known.amount != amount:
            raise EntryKeyReused(key, known.amount if known else 0, amount)

    def _entry(self, key: str) -> Entry | None:
        rows = select(credit_entries).where(credit_entries.c.key == key)
        row = self._connection.execute(rows).one_or_none()
        return _entry(row) if row is not None else None

    def _change(self, user_id: str, *, available: int = 0, frozen: int = 0) -> bool:
        """Change a balance; False, and nothing changed, where it would fall below nothing."""
        column = balances.c
        fits = (column.user_id == user_id) & (column.available + available >= 0)
        changed = update(balances).where(fits, column.frozen + frozen >= 0)
        values = {"available": column.available + available, "frozen": column.frozen + frozen}
        return self._connection.execute(changed.values(values)).rowcount == 1

    def _locked(self, hold_id: str) -> Hold:
        """Give a hold with the balance of its user locked."""
        hold = self._find(hold_id)
        while True:
            self.lock(hold.user_id)
            again = self._find(hold_id)
            if again.user_id == hold.user_id:
                return again
            hold = again  # it was moved to another user while we waited

    def _find(self, hold_id: str) -> Hold:
        row = self._connection.execute(select(holds).where(holds.c.id == hold_id)).one_or_none()
        if row is None:
            raise UnknownHold(hold_id)
        return _hold(row)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        # Whoever catches an error of ours and goes on in the same transaction keeps no half.
        with self._connection.begin_nested():
            yield


def _check_amount(amount: int) -> None:
    if not 1 <= amount <= _AMOUNT_MAX:
        raise ValueError(f"an amount of credits is 1 to {_AMOUNT_MAX}, not {amount}")


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.user_id, row.kind, row.amount, row.key, row.note, row.created_ms)


def _hold(row: Row[Any]) -> Hold:
    return Hold(row.id, row.user_id, row.amount, row.state, row.created_ms, row.ended_ms)
