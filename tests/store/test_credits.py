import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from saycut.store import (
    Balance,
    Credits,
    EntryKeyReused,
    HoldEnded,
    NotEnoughCredits,
    Store,
    UnknownHold,
    UnknownUser,
)


def a_user(store: Store, granted: int = 0) -> str:
    """A user who was granted so many credits."""
    with store.transaction() as tx:
        user_id = tx.users.create_anonymous().id
        if granted:
            tx.credits.grant(user_id, granted, key=f"welcome:{user_id}")
    return user_id


def balance_of(store: Store, user_id: str) -> Balance:
    with store.reading() as tx:
        return tx.credits.balance(user_id)


def test_a_user_who_never_had_credits_has_none(store: Store) -> None:
    assert balance_of(store, a_user(store)) == Balance(available=0, frozen=0)


def test_the_same_grant_is_given_once(store: Store) -> None:
    user_id = a_user(store)

    with store.transaction() as tx:
        first = tx.credits.grant(user_id, 100, key="k", note="from the house")
    with store.transaction() as tx:
        again = tx.credits.grant(user_id, 100, key="k", note="from the house")

    assert again == first
    assert balance_of(store, user_id).total == 100


@pytest.mark.parametrize("amount", [0, -5, 10**12 + 1])
def test_an_amount_that_makes_no_sense_is_refused(store: Store, amount: int) -> None:
    user_id = a_user(store, 100)

    with store.transaction() as tx, pytest.raises(ValueError, match=str(amount)):
        tx.credits.grant(user_id, amount, key="k")
    with store.transaction() as tx, pytest.raises(ValueError, match=str(amount)):
        tx.credits.hold("h", user_id, amount)


def test_another_amount_or_user_under_a_key_is_refused(store: Store) -> None:
    user_id, other_id = a_user(store), a_user(store)
    with store.transaction() as tx:
        tx.credits.grant(user_id, 100, key="k")

    with store.transaction() as tx, pytest.raises(EntryKeyReused, match="101"):
        tx.credits.grant(user_id, 101, key="k")
    with store.transaction() as tx, pytest.raises(EntryKeyReused):
        tx.credits.grant(other_id, 100, key="k")

    assert EntryKeyReused.code == 409
    assert balance_of(store, user_id).total == 100
    assert balance_of(store, other_id).total == 0


def test_nobody_is_granted_credits_who_is_not_there(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(UnknownUser, match="nobody"):
        tx.credits.grant("nobody", 5, key="k")


def test_held_credits_are_frozen_and_a_capture_spends_them(store: Store) -> None:
    user_id = a_user(store, 100)

    with store.transaction() as tx:
        assert tx.credits.hold("h", user_id, 30).state == "held"
    assert balance_of(store, user_id) == Balance(available=70, frozen=30)
    with store.transaction() as tx:
        assert tx.credits.capture("h").state == "captured"

    assert balance_of(store, user_id) == Balance(available=70, frozen=0)


def test_a_release_gives_all_back(store: Store) -> None:
    user_id = a_user(store, 100)

    with store.transaction() as tx:
        tx.credits.hold("h", user_id, 30)
        tx.credits.release("h")

    assert balance_of(store, user_id) == Balance(available=100, frozen=0)


def test_a_capture_of_a_part_gives_the_rest_back(store: Store) -> None:
    user_id = a_user(store, 100)

    with store.transaction() as tx:
        tx.credits.hold("h", user_id, 30)
        tx.credits.capture("h", 10)

    assert balance_of(store, user_id) == Balance(available=90, frozen=0)
    with store.reading() as tx:
        moved = [(entry.kind, entry.amount) for entry in tx.credits.history(user_id)]
    assert moved == [("release", 20), ("capture", -10), ("hold", -30), ("grant", 100)]


@pytest.mark.parametrize("amount", [0, -1, 31])
def test_a_capture_spends_at_least_one_and_at_most_what_is_held(store: Store, amount: int) -> None:
    user_id = a_user(store, 100)

    with store.transaction() as tx:
        tx.credits.hold("h", user_id, 30)
        with pytest.raises(ValueError, match="30"):
            tx.credits.capture("h", amount)

    assert balance_of(store, user_id) == Balance(available=70, frozen=30)


def test_more_than_there_is_cannot_be_held_and_nothing_changes(store: Store) -> None:
    user_id = a_user(store, 100)
    with store.transaction() as tx:
        tx.credits.hold("h1", user_id, 60)

    # Who catches the error and goes on in the transaction keeps no half of the hold.
    with store.transaction() as tx, pytest.raises(NotEnoughCredits, match=r"41.*40") as refused:
        tx.credits.hold("h2", user_id, 41)

    assert refused.value.code == 2001
    assert (refused.value.needed, refused.value.balance) == (41, Balance(40, 60))
    assert balance_of(store, user_id) == Balance(available=40, frozen=60)
    with store.reading() as tx:
        assert [hold.id for hold in tx.credits.held()] == ["h1"]
        assert len(tx.credits.history(user_id)) == 2


def test_a_hold_that_was_refused_can_be_made_once_there_are_credits(store: Store) -> None:
    user_id = a_user(store, 1)
    with store.transaction() as tx, pytest.raises(NotEnoughCredits):
        tx.credits.hold("h", user_id, 5)

    with store.transaction() as tx:
        tx.credits.grant(user_id, 4, key="more")
        tx.credits.hold("h", user_id, 5)

    assert balance_of(store, user_id) == Balance(available=0, frozen=5)


def test_every_call_can_be_repeated_without_a_second_effect(store: Store) -> None:
    user_id = a_user(store, 100)

    for _ in range(3):
        with store.transaction() as tx:
            tx.credits.hold("spent", user_id, 30)
            tx.credits.capture("spent", 10)
            tx.credits.hold("back", user_id, 7)
            tx.credits.release("back")

    assert balance_of(store, user_id) == Balance(available=90, frozen=0)


def test_the_other_end_of_a_hold_that_ended_is_refused(store: Store) -> None:
    user_id = a_user(store, 100)
    with store.transaction() as tx:
        tx.credits.hold("spent", user_id, 10)
        tx.credits.capture("spent")
        tx.credits.hold("back", user_id, 10)
        tx.credits.release("back")

    with store.transaction() as tx, pytest.raises(HoldEnded, match=r"release.*captured"):
        tx.credits.release("spent")
    with store.transaction() as tx, pytest.raises(HoldEnded, match=r"capture.*released"):
        tx.credits.capture("back")
    with store.transaction() as tx, pytest.raises(EntryKeyReused):
        tx.credits.capture("spent", 9)
    with store.transaction() as tx, pytest.raises(UnknownHold, match="nowhere"):
        tx.credits.release("nowhere")

    assert balance_of(store, user_id) == Balance(available=90, frozen=0)


def test_the_reaper_sees_holds_that_have_not_ended_and_are_old_enough(store: Store) -> None:
    user_id = a_user(store, 100)
    with store.transaction() as tx:
        for hold_id in ("a", "b", "c"):
            tx.credits.hold(hold_id, user_id, 1)
        tx.credits.capture("b")
        tx.connection.execute(text("UPDATE holds SET created_ms = created_ms - 5000 WHERE id='c'"))

    with store.reading() as tx:
        assert [hold.id for hold in tx.credits.held()] == ["c", "a"]
        assert [hold.id for hold in tx.credits.held(older_than_ms=4000)] == ["c"]


def test_all_credits_move_with_the_holds_under_way(store: Store) -> None:
    giver_id, taker_id = a_user(store, 100), a_user(store, 5)
    with store.transaction() as tx:
        tx.credits.hold("h", giver_id, 30)
        tx.credits.hold("done", giver_id, 10)
        tx.credits.capture("done")

    with store.transaction() as tx:
        assert tx.credits.move(giver_id, taker_id, key="m") == 90
        tx.credits.grant(giver_id, 1, key="later")
    with store.transaction() as tx:
        assert tx.credits.move(giver_id, taker_id, key="m") == 90
        tx.credits.capture("h")
        with pytest.raises(EntryKeyReused):
            tx.credits.move(taker_id, giver_id, key="m")

    assert balance_of(store, giver_id) == Balance(available=1, frozen=0)
    assert balance_of(store, taker_id) == Balance(available=65, frozen=0)


def test_of_500_holds_at_the_same_moment_as_many_succeed_as_fit(store: Store) -> None:
    user_id = a_user(store, 10 * 7)
    ready = Barrier(500)

    def hold(number: int) -> bool:
        ready.wait()
        try:
            with store.transaction() as tx:
                tx.credits.hold(f"h{number}", user_id, 7)
        except NotEnoughCredits:
            return False
        return True

    with ThreadPoolExecutor(500) as threads:
        succeeded = sum(threads.map(hold, range(500)))

    assert succeeded == 10
    assert balance_of(store, user_id) == Balance(available=0, frozen=70)
    with store.reading() as tx:
        assert len(tx.credits.held()) == 10


def together(*calls: Callable[[], None]) -> None:
    """Make calls at the same moment, and raise what any of them raised."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        ready.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as threads:
        list(threads.map(run, calls))


def test_a_call_repeated_at_the_same_moment_has_one_effect(store: Store) -> None:
    user_id = a_user(store, 100)

    def hold() -> None:
        with store.transaction() as tx:
            tx.credits.hold("h", user_id, 30)

    def capture() -> None:
        with store.transaction() as tx:
            tx.credits.capture("h")

    together(*[hold] * 12)
    assert balance_of(store, user_id) == Balance(available=70, frozen=30)
    together(*[capture] * 12)
    assert balance_of(store, user_id) == Balance(available=70, frozen=0)


def test_of_capture_and_release_at_the_same_moment_one_is_taken(store: Store) -> None:
    user_id = a_user(store, 100)
    with store.transaction() as tx:
        tx.credits.hold("h", user_id, 30)
    refused: list[HoldEnded] = []

    def end(act: Callable[[Credits], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                with store.transaction() as tx:
                    act(tx.credits)
            except HoldEnded as error:
                refused.append(error)

        return run

    together(end(lambda ledger: ledger.capture("h")), end(lambda ledger: ledger.release("h")))

    assert len(refused) == 1
    assert balance_of(store, user_id).frozen == 0
    assert balance_of(store, user_id).available in (70, 100)


def test_holds_that_end_while_credits_move_lose_nothing(store: Store) -> None:
    giver_id, taker_id = a_user(store, 100), a_user(store)
    with store.transaction() as tx:
        for number in range(20):
            tx.credits.hold(f"h{number}", giver_id, 2)

    def capture(number: int) -> Callable[[], None]:
        def run() -> None:
            with store.transaction() as tx:
                tx.credits.capture(f"h{number}")

        return run

    def move() -> None:
        with store.transaction() as tx:
            tx.credits.move(giver_id, taker_id, key="m")

    together(*(capture(number) for number in range(10)), move, *(capture(n) for n in range(10, 20)))

    assert balance_of(store, giver_id) == Balance(0, 0)
    assert balance_of(store, taker_id) == Balance(available=60, frozen=0)


CRASH = """
import sys
from saycut.store import Store, open_database
store = Store(open_database(sys.argv[1]))
user_id = sys.argv[2]
with store.transaction() as tx:
    tx.credits.hold("kept", user_id, 30)
with store.transaction() as tx:
    tx.credits.capture("kept")
    tx.credits.hold("half", user_id, 50)
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_in_a_transaction_loses_only_that_transaction(
    store: Store, database_url: str
) -> None:
    user_id = a_user(store, 100)

    command = [sys.executable, "-c", CRASH, database_url, user_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        child.kill()
        child.communicate()

    # Waits for the locks of the dead process, were there any left.
    with store.transaction() as tx:
        assert [hold.id for hold in tx.credits.held()] == ["kept"]
        tx.credits.capture("kept")
    assert balance_of(store, user_id) == Balance(available=70, frozen=0)
