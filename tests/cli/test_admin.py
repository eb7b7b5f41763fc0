"""`saycut admin` as operators type it, on both kinds of database, beside a server that runs."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from saycut.store import FolderLock, Store, open_database
from tests.cli.command import Cli
from tests.databases import PostgresServer
from tests.server.running import Server

PASSWORD = "four plain words here"


@pytest.fixture(params=["sqlite", "postgres"])
def admin(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """The command over a new folder, with each kind of database."""
    with ExitStack() as stack:
        if request.param == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            monkeypatch.setenv("SAYCUT_DATABASE_URL", stack.enter_context(server.database()))
        yield Cli(tmp_path)


def new_account(admin: Cli, email: str = "anna@example.org") -> None:
    made = admin("admin", "password", email, "-", "--create", stdin=f"{PASSWORD}\n")
    assert made.code == 0, made.err


def test_an_account_is_made_listed_and_given_credits_and_a_plan(admin: Cli) -> None:
    new_account(admin, "Anna@Example.org")

    granted = admin(
        "admin", "credits", "grant", "anna@example.org", "50", "--note", "May", "--json"
    )
    again = admin("admin", "credits", "grant", granted.json["user"], "50", "--json")
    admin("admin", "plan", "anna@example.org", "studio")
    shown = admin("admin", "credits", "show", "ANNA@example.org", "--json").json
    listed = admin("admin", "users", "--json").json["users"]

    assert (granted.json["available"], again.json["available"]) == (50, 100)
    assert [(e["amount"], e["note"]) for e in shown["entries"]] == [(50, ""), (50, "May")]
    found = next(user for user in listed if user["email"] == "anna@example.org")
    assert (found["kind"], found["plan"], found["credits"]) == ("account", "studio", 100)


@pytest.mark.parametrize(
    "words",
    [
        ("password", "nobody@example.org", "-"),
        ("credits", "grant", "nobody@example.org", "5"),
        ("credits", "show", "u-unknown"),
        ("plan", "nobody@example.org", "studio"),
    ],
)
def test_nobody_of_that_name_is_said_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = Cli(tmp_path)("admin", *words, stdin=f"{PASSWORD}\n")

    assert result.code == 4
    assert words[1 if words[0] != "credits" else 2] in result.err


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (("password", "no address", "-"), PASSWORD),
        (("password", "anna@example.org", "-", "--create"), "short"),
        (("password", "anna@example.org", "-", "--create"), ""),
        (("password", "anna@example.org", PASSWORD, "--create"), ""),
        (("password", "anna@example.org", "--create"), PASSWORD),
        (("credits", "grant", "anna@example.org", "0"), ""),
        (("credits", "grant", "anna@example.org", "many"), ""),
        (("usage", "--days", "0"), ""),
    ],
)
def test_a_wrong_command_line_changes_nothing(
    tmp_path: Path, words: tuple[str, ...], stdin: str
) -> None:
    admin = Cli(tmp_path)

    result = admin("admin", *words, stdin=stdin)

    assert result.code == 2, result.err
    assert [u["id"] for u in admin("admin", "users", "--json").json["users"]] == ["local"]


def test_a_password_is_asked_for_twice_on_a_terminal(tmp_path: Path) -> None:
    admin = Cli(tmp_path)
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "saycut", "admin", "password", "anna@example.org", "--create"]
    with subprocess.Popen(
        words,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=admin.environment,
        close_fds=True,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = _until(ours, b"New password: ")
        os.write(ours, PASSWORD.encode() + b"\n")
        shown += _until(ours, b"confirmation: ")
        os.write(ours, PASSWORD.encode() + b"\n")
        shown += _until(ours, b"signed out")
    os.close(ours)

    assert process.returncode == 0
    assert PASSWORD.encode() not in shown


def _until(terminal: int, words: bytes) -> bytes:
    """Read from a terminal until it shows some words."""
    shown = b""
    while words not in shown:
        read = os.read(terminal, 1000)
        assert read, shown
        shown += read
    return shown


def test_help_has_examples(tmp_path: Path) -> None:
    result = Cli(tmp_path)("admin")

    assert result.code == 0
    assert "saycut admin credits grant" in result.out


def test_it_works_beside_a_running_server(admin: Cli) -> None:
    environment = {
        name: value for name, value in admin.environment.items() if name.startswith("SAYCUT_")
    }
    server = Server(admin.folder / "server", ("--no-open",), environment).start()
    try:
        new_account(admin)
        sent = {"email": "anna@example.org", "password": PASSWORD}
        answer = httpx.post(f"{server.url}/api/auth/login", json=sent, timeout=30)
        token = answer.json()["data"]["token"]
        admin("admin", "credits", "grant", "anna@example.org", "7")
        balance = httpx.get(
            f"{server.url}/api/credits/balance/simple",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
    finally:
        server.stop()

    assert balance.json()["data"]["available"] == 7
    assert "Traceback" not in server.log


def test_a_new_password_opens_an_account_that_was_closed_for_a_while(tmp_path: Path) -> None:
    admin = Cli(tmp_path)
    server = Server(tmp_path, ("--no-open",)).start()
    sent = {"email": "anna@example.org", "password": "five new plain words"}
    url = f"{server.url}/api/auth/login"
    try:
        new_account(admin)
        statuses = [httpx.post(url, json=sent, timeout=30).status_code for _ in range(6)]
        admin("admin", "password", "anna@example.org", "-", stdin="five new plain words\n")
        after = httpx.post(url, json=sent, timeout=30)
    finally:
        server.stop()

    assert statuses == [401] * 5 + [429]
    assert after.status_code == 200


def test_usage_counts_what_clients_did(tmp_path: Path) -> None:
    admin = Cli(tmp_path)
    admin("admin", "users")
    store = Store(open_database(f"sqlite:///{tmp_path / 'data' / 'saycut.db'}"))
    with store.transaction() as tx:
        tx.usage.count("lisbon", "1.2", "cursor", "export", times=3)
    store.close()

    result = admin("admin", "usage")

    assert "3  export  lisbon 1.2 (cursor)" in result.out


def test_tables_are_not_brought_up_to_date_beneath_their_owner(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with FolderLock(data):
        result = Cli(tmp_path)("admin", "users")

    assert result.code == 6
    assert "is using it" in result.err
    assert not (data / "saycut.db").exists()
