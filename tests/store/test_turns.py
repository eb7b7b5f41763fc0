"""Turns of one project, whoever else writes it at the same time."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from saycut.store import Store, Turn
from saycut.timeline import Draft


@pytest.fixture
def turn(store: Store) -> Turn:
    """A turn that runs, of an anonymous user."""
    with store.transaction() as tx:
        user_id = tx.users.create_anonymous().id
        tx.projects.create("p1", "film", Draft(), owner_id=user_id)
        new = Turn("t1", "p1", user_id, "k", "print", "status", "running", "server", 0, None)
        begun, _ = tx.turns.begin(new)
    return begun


def wait_until_one_waits(store: Store) -> None:
    """Return once a transaction waits for a lock of another."""
    if store.database.is_sqlite:
        return  # who writes there waits in turn from the start
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s:
        with store.reading() as tx:
            if tx.connection.scalar(waiting):
                return
    raise AssertionError("nobody waits")


def test_a_turn_can_end_while_its_project_is_taken_over(store: Store, turn: Turn) -> None:
    with store.transaction() as tx:
        account_id = tx.users.create_account("anna@example.org", "hash").id

    def take_over() -> None:
        with store.transaction() as tx:
            tx.users.merge(turn.user_id, account_id)

    with ThreadPoolExecutor() as pool:
        with store.transaction() as tx:
            assert tx.turns.end(turn.id, "done")
            taken = pool.submit(take_over)
            wait_until_one_waits(store)
            tx.turns.log(turn.project_id, turn.id, {"text": "done"})
        taken.result()

    with store.reading() as tx:
        assert tx.projects.get("p1").owner_id == account_id
        assert [event.payload for event in tx.turns.events("p1")] == [{"text": "done"}]


def test_a_turn_can_end_while_its_project_is_deleted(store: Store, turn: Turn) -> None:
    def delete() -> None:
        with store.transaction() as tx:
            tx.projects.remove("p1")

    with ThreadPoolExecutor() as pool:
        with store.transaction() as tx:
            assert tx.turns.end(turn.id, "done")
            deleted = pool.submit(delete)
            wait_until_one_waits(store)
            tx.turns.log(turn.project_id, turn.id, {"text": "done"})
        deleted.result()

    with store.transaction() as tx:
        assert tx.turns.find(turn.id) is None
        assert not tx.turns.end(turn.id, "done")
