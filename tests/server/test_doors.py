"""No other website reaches a server that trusts everyone on this machine."""

import socket
from collections.abc import Callable

import httpx
import pytest

from tests.server.running import Server

STATE = "/api/credits/balance/simple"


def asked(server: Server, headers: dict[str, str], method: str = "GET") -> httpx.Response:
    with httpx.Client(base_url=server.url) as client:
        return client.request(method, STATE, headers=headers)


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:{port}",
        "127.0.0.1.attacker.example",
        "localhost.attacker.example:{port}",
        "169.254.169.254",
        "0.0.0.0",
        "",
    ],
)
def test_a_name_that_was_made_to_point_here_is_refused(open_server: Server, host: str) -> None:
    """DNS rebinding: the page's own name resolves to loopback, so its requests are same-origin."""
    named = host.format(port=open_server.port)
    headers = {"Host": named, "Origin": f"http://{named}"}

    answer = asked(open_server, headers)

    assert answer.status_code in (400, 403), answer.text


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "LOCALHOST", "[::1]"])
def test_the_names_of_this_machine_are_answered(open_server: Server, name: str) -> None:
    answer = asked(open_server, {"Host": f"{name}:{open_server.port}"})

    assert answer.json()["code"] == 0


@pytest.mark.parametrize(
    "origin", ["https://attacker.example", "null", "http://localhost:1", "http://127.0.0.1.nip.io"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_script_of_another_page_is_refused(open_server: Server, origin: str, method: str) -> None:
    answer = asked(open_server, {"Origin": origin}, method)

    assert (answer.status_code, answer.json()["code"]) == (403, 403)
    assert "access-control-allow-origin" not in answer.headers


def test_a_script_of_our_own_page_is_answered(open_server: Server) -> None:
    assert asked(open_server, {"Origin": open_server.url}).json()["code"] == 0


def test_what_another_page_embeds_is_refused_and_a_link_it_has_is_followed(
    open_server: Server,
) -> None:
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert asked(open_server, embedded).status_code == 403
    assert asked(open_server, followed).status_code == 200
    assert asked(open_server, followed, "POST").status_code == 403


def test_a_request_with_two_hosts_is_refused(open_server: Server) -> None:
    with socket.create_connection(("127.0.0.1", open_server.port)) as line:
        line.sendall(
            f"GET {STATE} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: attacker.example\r\n\r\n".encode()
        )
        assert line.recv(200).split()[1] in (b"400", b"403")


def test_a_page_that_was_allowed_may_call_and_read(start_server: object) -> None:
    server: Server = start_server("--allow-origin", "https://chat.example.org")  # type: ignore[operator]

    allowed = asked(server, {"Origin": "https://chat.example.org"})
    other = asked(server, {"Origin": "https://chat.example.com"})

    assert allowed.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert allowed.json()["code"] == 0
    assert other.status_code == 403


@pytest.mark.parametrize("known", ["film.example", "FILM.example:8443"])
def test_a_name_that_was_allowed_is_known_however_it_was_written(
    start_server: Callable[..., Server], known: str
) -> None:
    server = start_server(SAYCUT_ALLOWED_HOSTS=known)

    assert asked(server, {"Host": "film.example:1"}).json()["code"] == 0
    assert asked(server, {"Host": "other.example"}).status_code == 403
    assert asked(server, {"Host": ""}).status_code in (400, 403)
