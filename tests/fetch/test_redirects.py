"""Each redirect is judged like a first address. The servers that redirect are real and allowed."""

import pytest

from saycut.errors import SaycutError
from saycut.fetch import AddressRefused, FetchFailed, Guard, fetch
from tests.fetch.hostile import NAMES, PUBLIC
from tests.fetch.servers import (
    LOOPBACK,
    PATIENCE_S,
    Outward,
    Resolver,
    Server,
    allowing,
    page,
    redirecting,
    saying,
    serving,
)


def follow(url: str, guard: Guard) -> tuple[str, bytes]:
    pieces: list[bytes] = []
    got = fetch(url, pieces.append, guard=guard, bytes_max=1000, deadline_s=PATIENCE_S)
    return got.url, b"".join(pieces)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://127.0.0.1:@P/", 4852),
        ("//127.0.0.1:@P/secret", 4852),
        ("http://[::1]:@P/", 4852),
        ("http://[::ffff:127.0.0.1]:@P/", 4852),
        ("http://[64:ff9b::7f00:1]:@P/", 4852),
        ("http://localhost:@P/", 4852),
        ("http://loopback.example:@P/", 4852),
        ("http://mixed-last.example:@P/", 4852),
        ("https://private.example/", 4852),
        ("http://169.254.169.254/latest/meta-data/", 4852),
        ("http://metadata.google.internal/", 4852),
        ("http://93.184.216.34:6379/", 4852),
        ("http://0x7f000001:@P/", 4851),
        ("http://127.1:@P/", 4851),
        ("http://user:hush@127.0.0.1:@P/", 4851),
        ("http:\\\\127.0.0.1:@P/", 4851),
        ("\\\\127.0.0.1:@P/", 4851),
        ("http://127.0.0.1:@P/a b", 4851),
        ("http://①②⑦.0.0.1:@P/", 4851),
        ("http://[::1%25lo]:@P/", 4851),
        ("http://[::1/", 4851),
        ("http:///x", 4851),
        ("http:?x", 4851),
        ("http:end", 4851),
        ("HTTP:/127.0.0.1:@P/", 4851),
        ("file:///etc/passwd", 4851),
        ("gopher://127.0.0.1:@P/_x", 4851),
        ("data:text/plain,hello", 4851),
        ("javascript:alert(1)", 4851),
    ],
)
def test_redirects_inwards_are_refused_and_not_repeated(
    location: str, code: int, canary: Server, outward: Outward
) -> None:
    location = location.replace("@P", str(canary.port))

    with serving(redirecting(lambda _path: location)) as server:
        guard = allowing(server, resolve=Resolver(NAMES), ports=frozenset({80, 443, canary.port}))
        with pytest.raises(SaycutError) as refusal:
            follow(server.url("/film"), guard)

    assert refusal.value.code == code
    assert f"the address that 'http://127.0.0.1:{server.port}/film' redirects to" in str(
        refusal.value
    )
    assert location not in str(refusal.value)
    assert outward.connects == [(LOOPBACK, server.port)]
    assert canary.accepted_count == 0


@pytest.mark.parametrize("location", ["/end", "end", "./../end", "//127.0.0.1:@P/end", "?x", ""])
def test_relative_redirects_lead_where_browsers_would_go(location: str) -> None:
    hops: list[str] = []

    def to(path: str) -> str:
        hops.append(path)
        return location.replace("@P", str(server.port)) if len(hops) == 1 else "/end"

    with serving(redirecting(to)) as server:
        where, text = follow(server.url("/begin"), allowing(server))

    assert (where, text) == (server.url("/end"), b"arrived")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_reaches_another_allowed_server(status: int) -> None:
    with serving(saying(page(b"there"))) as there:
        answer = page(b"", f"Location: {there.url('/x')}", status=f"{status} See there")
        with serving(saying(answer)) as here:
            where, text = follow(here.url(), allowing(here, there))

    assert (where, text) == (there.url("/x"), b"there")
    assert there.requests[0].startswith(b"GET /x ")


def test_five_redirects_are_followed_and_six_are_not() -> None:
    def to(path: str) -> str:
        left = int(path.strip("/"))
        return "/end" if left == 1 else f"/{left - 1}"

    with serving(redirecting(to)) as server:
        assert follow(server.url("/5"), allowing(server))[1] == b"arrived"
        assert server.accepted_count == 6
        with pytest.raises(FetchFailed, match="more than 5 times"):
            follow(server.url("/6"), allowing(server))


def test_a_loop_ends() -> None:
    with (
        serving(redirecting(lambda path: path)) as server,
        pytest.raises(FetchFailed, match="more than 5 times"),
    ):
        follow(server.url("/again"), allowing(server))

    assert server.accepted_count == 6


def test_a_name_is_looked_up_and_judged_anew_at_each_redirect(
    canary: Server, outward: Outward
) -> None:
    # Given a name that is allowed at one port, public at first, and inside when asked again.
    resolver = Resolver({"turning.example": [[LOOPBACK], ["10.0.0.1"]]})
    with serving(redirecting(lambda _path: f"http://turning.example:{canary.port}/")) as server:
        guard = allowing(
            server,
            hosts=["turning.example"],
            resolve=resolver,
            ports=frozenset({canary.port}),
        )
        with pytest.raises(AddressRefused, match="not public"):
            follow(server.url(host="turning.example"), guard)

    assert resolver.asked == ["turning.example", "turning.example"]
    assert outward.connects == [(LOOPBACK, server.port)]


def test_a_redirect_to_a_public_name_connects_to_its_judged_address(outward: Outward) -> None:
    resolver = Resolver({"cdn.example": [[PUBLIC], [LOOPBACK]]})
    with (
        serving(redirecting(lambda _path: "http://cdn.example/clip.mp4")) as server,
        pytest.raises(FetchFailed, match="does not take connections"),
    ):
        follow(server.url(), allowing(server, resolve=resolver))

    assert outward.connects == [(LOOPBACK, server.port), (PUBLIC, 80)]
    assert resolver.asked == ["cdn.example"]
