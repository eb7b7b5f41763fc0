"""Who a client is to a server, and what it does when the server forgets."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from saycut.client import Client, TokenRefused, TooManyRequests
from saycut.client.tokens import TokenFile
from tests.client.hosted import Hosted


def test_a_client_id_and_its_token_are_kept_for_the_user_alone(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    client.credits()

    path = tmp_path / "config" / "clients.json"
    kept = json.loads(path.read_text())[hosted.url]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept == {"client_id": hosted.client_ids[0], "token": "token-1"}
    assert list(path.parent.glob(".*")) == []


def test_the_next_client_takes_the_token_that_is_kept(
    hosted: Hosted, connect: Callable[..., Client]
) -> None:
    connect(hosted.url).credits()
    connect(hosted.url + "/").credits()

    assert hosted.tokens == ["token-1"]


def test_an_old_token_is_replaced_with_the_same_client_id_and_the_call_repeated(
    hosted: Hosted, client: Client
) -> None:
    client.credits()
    hosted.good_tokens.clear()

    assert client.credits().available == 98
    assert hosted.tokens == ["token-1", "token-2"]
    assert hosted.client_ids[0] == hosted.client_ids[1]


def test_a_token_that_was_given_is_never_replaced_by_another_user(
    hosted: Hosted, connect: Callable[..., Client]
) -> None:
    with pytest.raises(TokenRefused) as refused:
        connect(hosted.url, token="mine").credits()

    assert refused.value.wire_code == 1001
    assert refused.value.status == 401
    assert hosted.tokens == []


def test_many_calls_at_once_ask_for_one_token(hosted: Hosted, client: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.credits(), range(8)))

    assert hosted.tokens == ["token-1"]


def test_a_short_wait_is_waited_for_and_the_call_made_once_more(
    hosted: Hosted, client: Client
) -> None:
    body = {"code": 429, "message": "slow down"}
    hosted.refuse("/api/credits/balance/simple", 429, body, **{"Retry-After": "0.05"})

    assert client.credits().total == 100


def test_a_long_wait_is_told(hosted: Hosted, client: Client) -> None:
    body = {"code": 429, "message": "one token in 7 days"}
    hosted.refuse("/api/auth/anonymous-token", 429, body, **{"Retry-After": "600000"})

    with pytest.raises(TooManyRequests, match="one token in 7 days") as refused:
        client.credits()

    assert refused.value.retry_after_s == 600_000


def test_a_token_that_another_process_was_given_a_moment_ago_is_used(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    hosted.refuse("/api/auth/anonymous-token", 429, {"code": 429, "message": "no"})
    file = TokenFile(tmp_path / "config")
    file.entry(hosted.url)
    hosted.good_tokens.add("theirs")
    file.keep(hosted.url, "theirs")

    assert client.credits().total == 100
    assert hosted.tokens == []


def test_entries_of_two_servers_live_side_by_side(tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    ids = {file.entry(f"http://host-{number % 2}").client_id for number in range(6)}
    file.keep("http://host-0", "a")

    assert len(ids) == 2
    assert file.entry("http://host-0").token == "a"
    assert file.entry("http://host-1").token == ""


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "clients.json").write_text("{")

    assert TokenFile(tmp_path).entry("http://host").client_id


def test_every_call_says_which_client_it_is(hosted: Hosted, client: Client) -> None:
    client.credits()

    for headers in hosted.headers:
        assert headers["x-skill-source"] == "saycut-client"
        assert headers["x-skill-version"]
        assert headers["x-skill-platform"] == "python"
