"""A user who calls too often waits; the others do not."""

from collections.abc import Callable

import pytest

from saycut.server.edge.rates import CalledTooOften, Rates
from tests.server.running import Server


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_empties_by_calls_and_fills_by_time() -> None:
    clock = Clock()
    rates = Rates(60, clock_s=clock)
    for _ in range(60):
        rates.count("u1")

    with pytest.raises(CalledTooOften, match="60 times") as refused:
        rates.count("u1")
    rates.count("u2")
    clock.now_s += refused.value.retry_after_s
    rates.count("u1")
    with pytest.raises(CalledTooOften):
        rates.count("u1")
    clock.now_s += 3600
    for _ in range(60):
        rates.count("u1")
    with pytest.raises(CalledTooOften):
        rates.count("u1")


def test_a_server_with_accounts_says_when_to_come_back(start_server: Callable[..., Server]) -> None:
    server = start_server("--no-open", SAYCUT_CALLS_PER_MINUTE="5")
    with server.anonymous("busy") as busy, server.anonymous("calm") as calm:
        answers = [busy.get("/api/credits/balance/simple") for _ in range(6)]
        other = calm.get("/api/credits/balance/simple")

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["code"] == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 12
    assert other.status_code == 200
