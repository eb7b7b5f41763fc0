"""What the guard refuses, proven by what is never connected to."""

import threading
import time

import pytest

from saycut.errors import SaycutError
from saycut.fetch import (
    AddressRefused,
    BadUrl,
    DeadlinePassed,
    FetchFailed,
    Guard,
    check_url,
    fetch,
    post,
)
from tests.fetch.hostile import HOSTILE, NAMES, PUBLIC
from tests.fetch.servers import (
    PATIENCE_S,
    Outward,
    Resolver,
    Server,
    allowing,
    page,
    saying,
    serving,
)


def open_to(canary: Server) -> Guard:
    """Only the rules about hosts stand between a request and the canary: its port is open."""
    return Guard(resolve=Resolver(NAMES), ports=frozenset({80, 443, canary.port}))


def no_bytes(piece: bytes) -> None:
    raise AssertionError(f"got {piece!r}")


def test_the_table_is_long_and_has_nothing_twice() -> None:
    urls = [url for url, _ in HOSTILE]

    assert len(urls) == len(set(urls)) >= 120


@pytest.mark.parametrize(("template", "code"), HOSTILE, ids=lambda value: ascii(value)[:60])
def test_hostile_addresses_give_a_coded_error_and_no_connection(
    template: str, code: int, canary: Server, outward: Outward
) -> None:
    url = template.replace("@P", str(canary.port))
    guard = open_to(canary)

    for attempt in (
        lambda: fetch(url, no_bytes, guard=guard, bytes_max=1000, deadline_s=PATIENCE_S),
        lambda: post(url, b"{}", {}, guard=guard, deadline_s=PATIENCE_S),
        lambda: check_url(url, guard=guard),
    ):
        with pytest.raises(SaycutError) as refusal:
            attempt()
        assert refusal.value.code == code
        assert "hush" not in str(refusal.value)

    assert outward.connects == []
    assert canary.accepted_count == 0


def test_the_canary_sings_when_the_operator_allows_it(outward: Outward) -> None:
    # Given the same server, address and client as above, only this entry makes the difference.
    with serving(saying(page(b"song"))) as server:
        heard: list[bytes] = []

        fetch(
            server.url(),
            heard.append,
            guard=allowing(server),
            bytes_max=1000,
            deadline_s=PATIENCE_S,
        )

    assert heard == [b"song"]
    assert outward.connects == [("127.0.0.1", server.port)]
    assert server.accepted_count == 1


def test_allowing_holds_for_that_host_and_that_port_alone(canary: Server, outward: Outward) -> None:
    guard = Guard(frozenset({("127.0.0.1", canary.port + 1), ("localhost", canary.port)}))

    for url in (canary.url(), canary.url(host="[::1]"), canary.url(host="127.0.0.2")):
        with pytest.raises(AddressRefused):
            check_url(url, guard=guard)

    assert outward.connects == []


def test_a_name_that_leads_to_an_allowed_address_is_not_allowed_by_that(canary: Server) -> None:
    guard = allowing(canary, resolve=Resolver(NAMES))

    with pytest.raises(AddressRefused):
        check_url(canary.url(host="loopback.example"), guard=guard)


@pytest.mark.parametrize("entry", ["Hooks.Example", "[::1]", "::1", "0:0::1", "10.0.0.5", "nas"])
def test_allowed_hosts_are_compared_as_they_are_connected_to(entry: str) -> None:
    guard = Guard(frozenset({(entry, 9000)}), resolve=lambda _host, _port: ["10.0.0.5"])
    host = f"[{entry}]" if ":" in entry and "[" not in entry else entry

    check_url(f"http://{host}:9000/", guard=guard)
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}:80/", guard=guard)


@pytest.mark.parametrize("entry", [("", 80), ("a b", 80), ("0x7f.1", 80), ("nas", 0), ("nas", 7e4)])
def test_an_allowed_entry_that_is_no_host_and_port_is_said_at_once(entry: tuple[str, int]) -> None:
    with pytest.raises(BadUrl, match="allowed host"):
        Guard(frozenset({entry}))


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/clip.mp4",
        "https://public.example/clip.mp4?signature=a%2Fb&x=[1]",
        "HTTPS://Public.Example:443/视频.mp4#t=3",
        "http://my_bucket.s3.public.example/a",
        "http://bücher.example/",
        "http://[2606:2800:220:1:248:1893:25c8:1946]/",
        "http://[2606:2800:220:1::]:443/",
    ],
)
def test_addresses_of_the_public_web_pass(url: str) -> None:
    guard = Guard(resolve=lambda _host, _port: [PUBLIC, "2606:2800:220:1::1"])

    check_url(url, guard=guard)


def test_ordering_takes_a_name_that_cannot_be_found_now_and_using_it_does_not() -> None:
    guard = Guard(resolve=Resolver({}))

    check_url("https://later.example/hook", guard=guard)
    with pytest.raises(FetchFailed, match=r"'https://later\.example/hook': its name is not known"):
        post("https://later.example/hook", b"", {}, guard=guard, deadline_s=PATIENCE_S)


def test_a_name_is_resolved_once_and_its_judged_address_is_the_one_connected_to(
    canary: Server, outward: Outward
) -> None:
    # Given a name that is public when it is asked for first, and inside from then on.
    rebinding = Resolver({"rebind.example": [[PUBLIC], ["127.0.0.1"]]})
    guard = Guard(resolve=rebinding, ports=frozenset({canary.port}))

    with pytest.raises(FetchFailed, match="does not take connections"):
        post(canary.url(host="rebind.example"), b"", {}, guard=guard, deadline_s=PATIENCE_S)

    assert rebinding.asked == ["rebind.example"]
    assert outward.connects == [(PUBLIC, canary.port)]
    assert outward.lookups == []
    assert canary.accepted_count == 0


def test_all_addresses_of_a_name_are_tried_in_order_but_only_a_few(outward: Outward) -> None:
    many = [f"93.184.216.{number}" for number in range(1, 30)]

    with pytest.raises(FetchFailed):
        post(
            "http://many.example/",
            b"",
            {},
            guard=Guard(resolve=lambda _host, _port: many),
            deadline_s=PATIENCE_S,
        )

    assert outward.connects == [(address, 80) for address in many[:4]]


def test_one_inner_address_beyond_those_that_are_tried_refuses_the_name(outward: Outward) -> None:
    many = [f"93.184.216.{number}" for number in range(1, 30)] + ["10.0.0.1"]

    with pytest.raises(AddressRefused):
        check_url("http://many.example/", guard=Guard(resolve=lambda _host, _port: many))

    assert outward.connects == []


def test_a_slow_name_server_does_not_outlast_the_deadline() -> None:
    answer = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        answer.wait(PATIENCE_S)
        return [PUBLIC]

    began_s = time.monotonic()
    with pytest.raises(DeadlinePassed, match=r"0\.2 s"):
        post("http://slow.example/", b"", {}, guard=Guard(resolve=slow), deadline_s=0.2)
    answer.set()

    assert time.monotonic() - began_s < PATIENCE_S / 2


def test_messages_tell_no_inner_address_no_password_and_no_query() -> None:
    guard = Guard(resolve=Resolver(NAMES))

    with pytest.raises(AddressRefused) as refusal:
        check_url("https://private.example/a?token=hush#part", guard=guard)
    with pytest.raises(BadUrl) as mistake:
        check_url("https://me:hush@private.example/?token=hush", guard=guard)

    assert "'https://private.example/a'" in str(refusal.value)
    assert "10.1.2.3" not in str(refusal.value)
    assert "hush" not in str(refusal.value) + str(mistake.value)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("clip.mp4", "does not begin with http:// or https://"),
        ("https://me@example.com/", "user names and passwords"),
        ("https://example.com/my clip.mp4", r"must be encoded \(%20\)"),
        ("https://example.com:99999/", "a port is a number between 1 and 65535"),
        ("https://2130706433/", "IPv4 addresses are four decimal numbers"),
        ("https://[::1%25lo]/", "no IPv6 address"),
        ("https://example.com./", "single dots between"),
        ("https://①.example/", "no valid international name"),
        ("https://example.com/" + "a" * 9000, "9020 characters, the limit is 8192"),
    ],
)
def test_a_mistake_in_an_address_is_named(url: str, reason: str) -> None:
    with pytest.raises(BadUrl, match=reason) as mistake:
        check_url(url, guard=Guard(resolve=Resolver({})))

    assert len(str(mistake.value)) < 400
