"""Turns and their credits, whatever happens meanwhile: nothing is lost, held or paid twice."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from saycut.bootstrap.serving import opened
from saycut.engine import Given
from saycut.server import Parts
from saycut.server.callers import Client
from saycut.server.talk.chat import Chat
from saycut.server.talk.turning import Message, Turning
from saycut.settings import ServerSettings, Settings
from saycut.store.credits import Balance
from saycut.timeline import Draft
from tests.server.running import ATTRIBUTION, Server, data_of, events_of
from tests.server.test_chat import body, new_session, stream, up_to


@pytest.fixture
def paid(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server whose turns cost 10 credits each and never end by themselves."""
    words = [sys.executable, "-m", "tests.server.held_server", str(tmp_path), "10"]
    log = (tmp_path / "log").open("w")
    with log, subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=60, headers=ATTRIBUTION) as client:
            asked = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "c"})
            client.headers["Authorization"] = f"Bearer {data_of(asked)['token']}"
            yield client
        (tmp_path / "go").touch()
        process.terminate()
        process.wait(timeout=30)


def balance(client: httpx.Client) -> tuple[int, int]:
    found = data_of(client.get("/api/credits/balance/simple"))
    return found["available"], found["frozen"]


def test_a_turn_whose_project_is_deleted_says_so_and_gives_its_credits_back(
    paid: httpx.Client, tmp_path: Path
) -> None:
    session_id = new_session(paid)

    with stream(paid, session_id, "status") as lines:
        up_to(lines, "Working")
        held = balance(paid)
        data_of(paid.delete(f"/api/projects/{session_id}"))
        (tmp_path / "go").touch()
        last = up_to(lines, '"turnComplete":true')[-1]

    assert (held, balance(paid)) == ((90, 10), (100, 0))
    assert '"errorCode":"1002"' in last
    assert "was deleted" in last


def test_what_is_undone_and_redone_is_paid_once(
    start_server: Callable[..., Server], photos: list[Path]
) -> None:
    server = start_server("--no-open", SAYCUT_PRICES="make=10,edit=1")
    with server.anonymous() as client:
        session_id = new_session(client)
        upload = f"/api/upload-video/saycut/me/{session_id}"
        client.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())})
        costs = []
        for text in ("make a slideshow", "undo", "redo"):
            before = balance(client)[0]
            events_of(client.post("/run_sse", json=body(session_id, text)))
            costs.append(before - balance(client)[0])
        timeline = data_of(client.get(f"/api/state/saycut/me/{session_id}/latest"))["state"]

    assert costs == [10, 0, 0]
    assert timeline["draft"]["t"]


def test_a_plan_that_does_not_export_does_not_do_so_in_a_chat_either(
    start_server: Callable[..., Server], photos: list[Path]
) -> None:
    server = start_server("--no-open", SAYCUT_EXPORT_PLANS="studio")
    with server.anonymous() as client:
        session_id = new_session(client)
        upload = f"/api/upload-video/saycut/me/{session_id}"
        client.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())})
        client.post("/run_sse", json=body(session_id, "make a slideshow"))
        events = events_of(client.post("/run_sse", json=body(session_id, "export")))
        exports = data_of(client.get(f"/api/projects/{session_id}/exports"))["exports"]

    assert exports == []
    assert "studio" in events[-1]["content"]["parts"][0]["text"]


def test_no_film_of_nothing_is_promised_in_a_chat(open_server: Server) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        events = events_of(client.post("/run_sse", json=body(session_id, "export")))
        exports = data_of(client.get(f"/api/projects/{session_id}/exports"))["exports"]

    assert exports == []
    assert "nothing to show" in events[-1]["content"]["parts"][0]["text"]


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    prices = {"chat": 10, "edit": 10, "make": 10}
    settings = replace(
        Settings(data_folder=tmp_path / "data", cache_folder=tmp_path / "cache"),
        server=ServerSettings(is_open=False, prices=prices),
    )
    with opened(settings, ("127.0.0.1", 1)) as working:
        yield working


def a_message(parts: Parts) -> Message:
    """Give a message in a new session of a new user who has 100 credits."""
    with parts.store.transaction() as tx:
        user_id = tx.users.create_anonymous().id
        tx.credits.grant(user_id, 100, key=user_id)
        tx.projects.create("p1", "film", Draft(), owner_id=user_id)
    client = Client("tests", "1", "pytest", is_complete=True)
    return Message("p1", user_id, "status", "k1", client)


def balance_of(parts: Parts, message: Message) -> Balance:
    with parts.store.reading() as tx:
        return tx.credits.balance(message.user_id)


def test_credits_that_were_held_for_what_is_gone_are_given_back(parts: Parts) -> None:
    message = a_message(parts)
    Turning(parts).begin(message)
    parts.engine.remove("p1")
    before = balance_of(parts, message)

    Chat(parts).reap(frozenset())

    assert (before, balance_of(parts, message)) == (Balance(90, 10), Balance(100, 0))


def test_credits_of_a_turn_that_runs_stay_held(parts: Parts) -> None:
    message = a_message(parts)
    Turning(parts).begin(message)

    Chat(parts).reap(frozenset())

    assert balance_of(parts, message) == Balance(90, 10)


def test_a_turn_whose_end_could_not_be_written_can_be_sent_again(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(parts)
    first, _ = Turning(parts).begin(message)
    monkeypatch.setattr("saycut.server.talk.turning._FORGOTTEN_MS", -1)

    Chat(parts).reap(frozenset())
    again, events = Turning(parts).begin(message)

    assert (again.id, len(events)) == (first.id, 1)
    assert balance_of(parts, message) == Balance(90, 10)


def test_a_turn_that_became_dear_meanwhile_is_not_free(parts: Parts) -> None:
    message = a_message(parts)
    cheap = replace(parts.options, prices={})
    parts.options, options = cheap, parts.options
    turn, _ = Turning(parts).begin(message)
    parts.options = options

    Turning(parts).finish(turn, message, lambda: False)

    assert balance_of(parts, message) == Balance(90, 0)


def test_an_export_asked_for_in_a_chat_is_the_account_s_that_took_the_project_over(
    parts: Parts, photos: list[Path]
) -> None:
    message = replace(a_message(parts), text="export")
    taken = parts.engine.inspect([Given(photos[0], "p1.jpg")]).taken
    parts.engine.keep("p1", taken)
    parts.engine.respond(parts.engine.show("p1", message.user_id), "make a slideshow")
    turn, _ = Turning(parts).begin(message)
    with parts.store.transaction() as tx:
        account = tx.users.create_account("anna@example.org", "hash")
        tx.users.merge(message.user_id, account.id)

    Turning(parts).finish(turn, message, lambda: False)

    with parts.store.reading() as tx:
        (export,) = tx.exports.of_project("p1")
    assert export.user_id == account.id
