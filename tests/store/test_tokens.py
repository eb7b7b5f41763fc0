from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import text

from saycut.store import (
    Issued,
    Store,
    Token,
    TokenAlive,
    TokenRefused,
    TooManyAttempts,
    UnknownToken,
)
from saycut.timeline import Draft

WEEK_S = 604_800
HOUR_MS = 3_600_000
ADDRESS = "203.0.113.9"


def a_user(store: Store) -> str:
    with store.transaction() as tx:
        return tx.users.create_anonymous().id


def issue(store: Store, user_id: str, lifetime_ms: int | None = HOUR_MS) -> Issued:
    with store.transaction() as tx:
        return tx.tokens.issue(
            "api", user_id, scopes=("read", "write"), name="laptop", lifetime_ms=lifetime_ms
        )


def ask(
    store: Store, client_id: str, address: str = ADDRESS, *, lifetime_ms: int = 7 * 24 * HOUR_MS
) -> Issued:
    """Ask for an anonymous token as a client does."""
    with store.transaction() as tx:
        return tx.tokens.issue_anonymous(client_id, address, grant=100, lifetime_ms=lifetime_ms)


def find(store: Store, secret: str) -> Token:
    with store.reading() as tx:
        return tx.tokens.find(secret)


def reason_of(store: Store, secret: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        find(store, secret)
    assert refused.value.code == 1001
    return refused.value.reason


def test_a_token_is_found_by_its_secret_with_all_that_it_allows(store: Store) -> None:
    user_id = a_user(store)

    issued = issue(store, user_id)

    found = find(store, issued.secret)
    assert found == issued.token
    assert (found.user_id, found.kind, found.name) == (user_id, "api", "laptop")
    assert found.scopes == ("read", "write")
    assert found.expires_ms == found.created_ms + HOUR_MS


def test_secrets_are_long_differ_and_tell_their_use(store: Store) -> None:
    user_id = a_user(store)
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft(), owner_id=user_id)
        claim = tx.tokens.issue("claim", user_id, project_id="p1")

    secrets = [issue(store, user_id).secret for _ in range(20)]

    assert len(set(secrets)) == 20
    # 32 bytes in 43 letters of 6 bits.
    assert all(s.startswith("syc_") and len(s) == 4 + 43 for s in secrets)
    assert claim.secret.startswith("clm_")
    assert claim.token.project_id == "p1"


def test_a_secret_is_kept_nowhere_and_stays_out_of_logs(store: Store) -> None:
    issued = issue(store, a_user(store))

    with store.reading() as tx:
        rows = tx.connection.execute(text("SELECT * FROM tokens")).all()

    assert issued.secret[4:] not in str(rows)
    assert issued.secret[4:] not in repr(issued)


@pytest.mark.parametrize("secret", ["", "syc_", "syc_nothing", "\x00", "ü" * 500, "\udc80"])
def test_what_is_no_token_is_unknown(store: Store, secret: str) -> None:
    assert reason_of(store, secret) == "unknown"


def test_an_expired_and_a_revoked_token_are_refused_by_their_reason(store: Store) -> None:
    user_id = a_user(store)
    expired, revoked = issue(store, user_id, lifetime_ms=0), issue(store, user_id)
    with store.transaction() as tx:
        tx.tokens.revoke(revoked.token.id, user_id)

    assert reason_of(store, expired.secret) == "expired"
    assert reason_of(store, revoked.secret) == "revoked"


def test_a_token_without_a_lifetime_lives_until_it_is_revoked(store: Store) -> None:
    assert find(store, issue(store, a_user(store), lifetime_ms=None).secret).expires_ms is None


def test_a_token_of_another_kind_does_not_open(store: Store) -> None:
    issued = issue(store, a_user(store))

    with store.reading() as tx:
        assert tx.tokens.find(issued.secret, kinds=("anonymous", "api")) == issued.token
        with pytest.raises(TokenRefused) as refused:
            tx.tokens.find(issued.secret, kinds=("claim",))

    assert refused.value.reason == "unfit"


def test_only_its_owner_revokes_a_token_and_the_first_time_stays(store: Store) -> None:
    user_id, other_id = a_user(store), a_user(store)
    issued = issue(store, user_id)

    with store.transaction() as tx, pytest.raises(UnknownToken, match=issued.token.id):
        tx.tokens.revoke(issued.token.id, other_id)
    assert find(store, issued.secret) == issued.token
    with store.transaction() as tx:
        first = tx.tokens.revoke(issued.token.id, user_id)
    with store.transaction() as tx:
        assert tx.tokens.revoke(issued.token.id, user_id) == first
    assert first.revoked_ms is not None


def test_all_tokens_of_some_kinds_are_revoked_at_once(store: Store) -> None:
    user_id = a_user(store)
    api = issue(store, user_id)
    with store.transaction() as tx:
        web = tx.tokens.issue("web", user_id)
        assert tx.tokens.revoke_all(user_id, kinds=("web",)) == 1

    assert reason_of(store, web.secret) == "revoked"
    assert find(store, api.secret) == api.token


def test_tokens_are_listed_for_their_owner_the_dead_ones_too(store: Store) -> None:
    user_id, other_id = a_user(store), a_user(store)
    mine = {issue(store, user_id).token.id, issue(store, user_id, lifetime_ms=0).token.id}
    issue(store, other_id)

    with store.reading() as tx:
        assert {token.id for token in tx.tokens.of_user(user_id)} == mine
        assert tx.tokens.of_user(user_id, kinds=("claim",)) == ()


def test_the_last_use_is_kept_at_most_once_a_minute(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue(store, a_user(store)).token
    now_ms = token.created_ms

    def touch(after_ms: int) -> bool:
        monkeypatch.setattr("saycut.store.tokens.now_ms", lambda: now_ms + after_ms)
        with store.transaction() as tx:
            return tx.tokens.touch(token.id)

    assert token.is_touch_due
    assert [touch(0), touch(59_999), touch(60_000), touch(60_001)] == [True, False, True, False]


def test_a_client_is_a_new_user_with_credits_and_all_it_needs(store: Store) -> None:
    issued = ask(store, "client-1")

    assert issued.token.kind == "anonymous"
    assert issued.token.scopes == ("read", "write", "upload", "render")
    with store.reading() as tx:
        assert tx.users.get(issued.token.user_id).kind == "anonymous"
        assert tx.credits.balance(issued.token.user_id).available == 100


def test_a_client_with_a_live_token_is_told_when_it_may_ask_again(store: Store) -> None:
    first = ask(store, "client-1")

    with pytest.raises(TokenAlive, match="use that one") as refused:
        ask(store, "client-1", "198.51.100.7")

    assert refused.value.code == 429
    assert WEEK_S - 60 <= refused.value.retry_after_s <= WEEK_S
    assert find(store, first.secret) == first.token


def test_a_client_whose_token_is_over_is_the_same_user_without_new_credits(store: Store) -> None:
    first = ask(store, "client-1", lifetime_ms=0)
    second = ask(store, "client-1")
    with store.transaction() as tx:
        tx.tokens.revoke(second.token.id, second.token.user_id)

    third = ask(store, "client-1")

    assert {i.token.user_id for i in (first, second, third)} == {first.token.user_id}
    with store.reading() as tx:
        assert tx.credits.balance(first.token.user_id).total == 100


def test_a_token_that_a_user_made_does_not_stand_in_the_way_of_the_client(store: Store) -> None:
    first = ask(store, "client-1", lifetime_ms=0)
    issue(store, first.token.user_id)

    assert ask(store, "client-1").token.user_id == first.token.user_id


def test_an_address_gets_ten_tokens_in_a_week(store: Store) -> None:
    for number in range(10):
        ask(store, f"client-{number}", f"2001:db8:1:2::{number + 1}")

    with pytest.raises(TooManyAttempts, match="10 in 7 days") as refused:
        ask(store, "client-10", "2001:db8:1:2:ffff::1")

    assert WEEK_S - 60 <= refused.value.retry_after_s <= WEEK_S
    ask(store, "client-11", "2001:db8:1:3::1")


def test_a_refused_client_leaves_no_user_behind(store: Store) -> None:
    for number in range(10):
        ask(store, f"client-{number}")

    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            ask(store, "client-10")

    with store.reading() as tx:
        count = tx.connection.scalar(text("SELECT count(*) FROM users WHERE kind = 'anonymous'"))
    assert count == 10


def outcomes(calls: list[Callable[[], Issued]]) -> list[type[Exception] | None]:
    ready = Barrier(len(calls))

    def run(call: Callable[[], Issued]) -> type[Exception] | None:
        ready.wait()
        try:
            call()
        except (TokenAlive, TooManyAttempts) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_one_client_that_asks_many_times_at_once_gets_one_token(store: Store) -> None:
    found = outcomes([lambda: ask(store, "client-1")] * 12)

    assert sorted(map(str, found)) == sorted(map(str, [None] + [TokenAlive] * 11))


def test_many_clients_of_one_address_at_once_get_ten_tokens(store: Store) -> None:
    found = outcomes([partial(ask, store, f"client-{number}") for number in range(25)])

    assert found.count(None) == 10
    assert found.count(TooManyAttempts) == 15


def test_a_client_that_was_taken_over_becomes_a_new_user_once_its_token_is_over(
    store: Store,
) -> None:
    first = ask(store, "client-1")
    with store.transaction() as tx:
        account = tx.users.create_account("a@example.org", "hash")
        tx.users.merge(first.token.user_id, account.id)

    # The chat goes on as the account, until its token is over.
    assert find(store, first.secret).user_id == account.id
    with pytest.raises(TokenAlive):
        ask(store, "client-1")
    with store.transaction() as tx:
        tx.tokens.revoke(first.token.id, account.id)
    again = ask(store, "client-1")

    # The client id opens no account: it is written in files and logs.
    assert again.token.user_id not in (account.id, first.token.user_id)
    with store.reading() as tx:
        assert tx.credits.balance(account.id).total == 100


def test_a_known_client_gets_a_token_also_after_the_grant_was_changed(store: Store) -> None:
    first = ask(store, "client", lifetime_ms=-1)
    with store.transaction() as tx:
        again = tx.tokens.issue_anonymous("client", ADDRESS, grant=50)
        balance = tx.credits.balance(again.token.user_id)

    assert again.token.user_id == first.token.user_id
    assert balance.total == 100
