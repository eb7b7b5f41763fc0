"""Any sequence of calls of the ledger, with crashes, against its rules in the plainest words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from saycut.errors import SaycutError
from saycut.store import (
    Credits,
    EntryKeyReused,
    HoldEnded,
    NotEnoughCredits,
    Store,
    UnknownHold,
)


def a_user(store: Store) -> str:
    with store.transaction() as tx:
        return tx.users.create_anonymous().id


@dataclass
class Model:
    """What must be true, for the users "a" and "b"."""

    available: dict[str, int] = field(default_factory=lambda: {"a": 0, "b": 0})
    frozen: dict[str, int] = field(default_factory=lambda: {"a": 0, "b": 0})
    grants: dict[str, tuple[str, int]] = field(default_factory=dict)
    # id -> who held, amount, state, what was spent, who it belongs to by now
    holds: dict[str, tuple[str, int, str, int, str]] = field(default_factory=dict)
    moves: dict[str, str] = field(default_factory=dict)

    def copy(self) -> "Model":
        return replace(
            self,
            available=dict(self.available),
            frozen=dict(self.frozen),
            grants=dict(self.grants),
            holds=dict(self.holds),
            moves=dict(self.moves),
        )

    def grant(self, key: str, user: str, amount: int) -> type[Exception] | None:
        if key in self.grants:
            return None if self.grants[key] == (user, amount) else EntryKeyReused
        self.grants[key] = (user, amount)
        self.available[user] += amount
        return None

    def hold(self, key: str, user: str, amount: int) -> type[Exception] | None:
        if key in self.holds:
            return None if self.holds[key][:2] == (user, amount) else EntryKeyReused
        if self.available[user] < amount:
            return NotEnoughCredits
        self.holds[key] = (user, amount, "held", 0, user)
        self.available[user] -= amount
        self.frozen[user] += amount
        return None

    def capture(self, key: str, _: str, amount: int) -> type[Exception] | None:
        if key not in self.holds:
            return UnknownHold
        _, held, state, spent, _ = self.holds[key]
        if amount > held:
            return ValueError
        if state == "captured":
            return None if spent == amount else EntryKeyReused
        return self._end(key, "captured", amount)

    def release(self, key: str, _: str, __: int) -> type[Exception] | None:
        if key not in self.holds:
            return UnknownHold
        return None if self.holds[key][2] == "released" else self._end(key, "released", 0)

    def move(self, key: str, giver: str, _: int) -> type[Exception] | None:
        if key in self.moves:
            return None if self.moves[key] == giver else EntryKeyReused
        self.moves[key] = giver
        taker = "b" if giver == "a" else "a"
        for amounts in (self.available, self.frozen):
            amounts[taker] += amounts[giver]
            amounts[giver] = 0
        for name, (by, held, state, spent, owner) in self.holds.items():
            if owner == giver and state == "held":
                self.holds[name] = (by, held, state, spent, taker)
        return None

    def _end(self, key: str, state: str, spent: int) -> type[Exception] | None:
        by, held, before, _, owner = self.holds[key]
        if before != "held":
            return HoldEnded
        self.holds[key] = (by, held, state, spent, owner)
        self.frozen[owner] -= held
        self.available[owner] += held - spent
        return None


STEPS = st.tuples(
    st.sampled_from(["grant", "hold", "hold", "capture", "release", "move"]),
    st.sampled_from(["k1", "k2", "k3"]),
    st.sampled_from(["a", "b"]),
    st.integers(1, 8),
)


class Crash(Exception):
    """Stands for whatever ends a transaction in the middle."""


class Ledger(RuleBasedStateMachine):
    """Transactions of several calls that are committed, abandoned, or lose their connection."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.model = Model()
        self.users = {name: a_user(store) for name in ("a", "b")}

    @rule(
        steps=st.lists(STEPS, min_size=1, max_size=4),
        end=st.sampled_from(["commit", "commit", "commit", "abandon", "disconnect"]),
    )
    def transact(self, steps: list[tuple[str, str, str, int]], end: str) -> None:
        after = self.model.copy()
        with self._crashing(end), self.store.transaction() as tx:
            for name, key, user, amount in steps:
                expected = getattr(after, name)(key, user, amount)
                assert self._called(tx.credits, name, key, user, amount) == expected
            if end == "abandon":
                raise Crash
            if end == "disconnect":
                disconnect(tx.connection)
        if end == "commit":
            self.model = after

    @invariant()
    def everything_agrees_with_the_model(self) -> None:
        with self.store.reading() as tx:
            held = {hold.id: hold for hold in tx.credits.held()}
            for name, user_id in self.users.items():
                balance = tx.credits.balance(user_id)
                entries = tx.credits.history(user_id, 1000)
                mine = [hold.amount for hold in held.values() if hold.user_id == user_id]
                assert balance.available == self.model.available[name]
                assert balance.frozen == self.model.frozen[name] == sum(mine)
                changes_total = ("grant", "capture", "move")
                assert balance.total == sum(e.amount for e in entries if e.kind in changes_total)
                assert len({entry.key for entry in entries}) == len(entries)

    def _called(
        self, ledger: Credits, name: str, key: str, user: str, amount: int
    ) -> type[Exception] | None:
        # Keys of a user of this example alone: the database is shared with other examples.
        own_key, user_id = f"{self.users['a']}:{key}", self.users[user]
        other_id = self.users["b" if user == "a" else "a"]
        calls: dict[str, Callable[[], Any]] = {
            "grant": lambda: ledger.grant(user_id, amount, key=own_key),
            "hold": lambda: ledger.hold(own_key, user_id, amount),
            "capture": lambda: ledger.capture(own_key, amount),
            "release": lambda: ledger.release(own_key),
            "move": lambda: ledger.move(user_id, other_id, key=own_key),
        }
        try:
            calls[name]()
        except (SaycutError, ValueError) as error:
            return type(error)
        return None

    @contextmanager
    def _crashing(self, end: str) -> Iterator[None]:
        if end == "commit":
            yield
            return
        with pytest.raises((Crash, DBAPIError)):
            yield


def disconnect(connection: Any) -> None:
    """End a connection behind the back of whoever uses it, as a lost network or server would."""
    if connection.dialect.name == "postgresql":
        number = connection.scalar(text("SELECT pg_backend_pid()"))
        with connection.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
        connection.execute(text("SELECT 1"))
    else:
        connection.connection.dbapi_connection.close()
        connection.execute(text("SELECT 1"))


def test_any_calls_with_any_crashes_keep_the_ledger_right(store: Store) -> None:
    class OfStore(Ledger):
        def __init__(self) -> None:
            super().__init__(store)

    run_state_machine_as_test(
        OfStore,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
