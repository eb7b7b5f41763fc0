from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from saycut.store import Attempts, Store, TooManyAttempts, address_key

MINUTE_MS = 60_000


class Clock:
    """A time that stands still until it is set forward."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_000_000_000)
    monkeypatch.setattr("saycut.store.attempts.now_ms", clock)
    return clock


def take(attempts: Attempts, subject: str = "somebody") -> None:
    attempts.take("knock", subject, limit=3, window_ms=MINUTE_MS)


def test_one_attempt_more_than_the_limit_is_refused_until_the_first_is_old(
    store: Store, clock: Clock
) -> None:
    for _ in range(3):
        with store.transaction() as tx:
            take(tx.attempts)
        clock.now_ms += 10_000

    with (
        store.transaction() as tx,
        pytest.raises(TooManyAttempts, match=r"3 in.*30 s") as refused,
    ):
        take(tx.attempts)

    assert (refused.value.code, refused.value.retry_after_s) == (429, 30)
    clock.now_ms += 30_000
    with store.transaction() as tx:
        take(tx.attempts)
    with store.transaction() as tx, pytest.raises(TooManyAttempts) as refused:
        take(tx.attempts)
    assert refused.value.retry_after_s == 10


def test_a_refused_attempt_does_not_count(store: Store, clock: Clock) -> None:
    for _ in range(3):
        with store.transaction() as tx:
            take(tx.attempts)

    for _ in range(5):
        with pytest.raises(TooManyAttempts), store.transaction() as tx:
            take(tx.attempts)

    with store.reading() as tx:
        assert tx.attempts.count("knock", "somebody", MINUTE_MS) == 3


def test_subjects_and_kinds_are_counted_apart(store: Store) -> None:
    with store.transaction() as tx:
        for _ in range(3):
            take(tx.attempts)
        take(tx.attempts, "somebody else")
        tx.attempts.take("ring", "somebody", limit=1, window_ms=MINUTE_MS)

        assert tx.attempts.count("knock", "somebody else", MINUTE_MS) == 1


def test_attempts_that_no_longer_matter_are_dropped(store: Store, clock: Clock) -> None:
    with store.transaction() as tx:
        take(tx.attempts)
        take(tx.attempts)
        clock.now_ms += MINUTE_MS
        take(tx.attempts)

        assert tx.attempts.count("knock", "somebody", 10 * MINUTE_MS) == 1


def test_attempts_are_forgotten_or_withdrawn(store: Store) -> None:
    with store.transaction() as tx:
        take(tx.attempts)
        take(tx.attempts)
        tx.attempts.withdraw("knock", "somebody")
        assert tx.attempts.count("knock", "somebody", MINUTE_MS) == 1
        take(tx.attempts)
        tx.attempts.forget("knock", "somebody")
        assert tx.attempts.count("knock", "somebody", MINUTE_MS) == 0


def test_attempts_at_the_same_moment_do_not_pass_the_limit(store: Store) -> None:
    ready = Barrier(20)

    def knock(_: int) -> bool:
        ready.wait()
        try:
            with store.transaction() as tx:
                take(tx.attempts)
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(knock, range(20))) == 3


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "unknown"),
        ("localhost", "unknown"),
        ("/run/saycut.sock", "unknown"),
    ],
)
def test_who_holds_an_address_is_counted_once(address: str, key: str) -> None:
    assert address_key(address) == key
