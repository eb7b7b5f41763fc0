from hashlib import sha256
from pathlib import Path

import pytest

from saycut.store.blob_copies import LENT_S, LocalCopies


class Clock:
    """A clock you set."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def a_copy(copies: LocalCopies, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    arriving = copies.incoming()
    arriving.write_bytes(content)
    copies.take(arriving, digest)
    return digest


def test_when_copies_exceed_the_limit_the_one_used_longest_ago_goes(
    tmp_path: Path, clock: Clock
) -> None:
    copies = LocalCopies(tmp_path, limit_bytes=30, clock_s=clock)
    first, second, third = (a_copy(copies, letter * 10) for letter in (b"a", b"b", b"c"))
    assert copies.lend(first)
    clock.now_s += LENT_S

    fourth = a_copy(copies, b"d" * 10)

    here = {digest for digest in (first, second, third, fourth) if copies.path(digest).exists()}
    assert here == {first, third, fourth}
    assert not copies.lend(second)


def test_a_copy_that_was_handed_out_stays_beyond_the_limit_until_its_time_is_over(
    tmp_path: Path, clock: Clock
) -> None:
    copies = LocalCopies(tmp_path, limit_bytes=15, clock_s=clock)
    lent = a_copy(copies, b"a" * 10)
    assert copies.lend(lent)

    clock.now_s += LENT_S - 1
    a_copy(copies, b"b" * 10)
    assert copies.path(lent).exists()

    clock.now_s += 1
    a_copy(copies, b"c" * 10)
    assert not copies.path(lent).exists()


def test_a_copy_larger_than_the_limit_stays_until_another_comes(
    tmp_path: Path, clock: Clock
) -> None:
    copies = LocalCopies(tmp_path, limit_bytes=5, clock_s=clock)

    large = a_copy(copies, b"a" * 10)
    assert copies.path(large).exists()

    a_copy(copies, b"b" * 10)
    assert not copies.path(large).exists()


def test_a_restart_keeps_the_order_of_use_and_the_limit_and_nothing_under_way(
    tmp_path: Path,
) -> None:
    before = LocalCopies(tmp_path, limit_bytes=100)
    first, second, third = (a_copy(before, letter * 10) for letter in (b"a", b"b", b"c"))
    assert before.lend(first)
    before.incoming().write_bytes(b"half of")

    after = LocalCopies(tmp_path, limit_bytes=20)

    here = [digest for digest in (first, second, third) if after.lend(digest)]
    assert here == [first, third]
    assert not list(after.incoming().parent.iterdir())


def test_content_taken_twice_counts_once(tmp_path: Path, clock: Clock) -> None:
    copies = LocalCopies(tmp_path, limit_bytes=20, clock_s=clock)
    other = a_copy(copies, b"b" * 10)

    for _ in range(3):
        same = a_copy(copies, b"a" * 10)

    assert copies.path(other).exists()
    assert copies.path(same).exists()
