"""Accounts over real HTTP: signing up and in, taking over, tokens, and the end of an account."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from saycut.store import Store, open_database
from saycut.store.schema import binds, metadata, tokens
from tests.databases import PostgresServer
from tests.server.browser import PASSWORD, Browser, browser, from_elsewhere
from tests.server.running import ATTRIBUTION, Server, data_of


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server with accounts on each kind of database, behind a proxy that tells addresses."""
    with ExitStack() as stack:
        environment = {"SAYCUT_TRUSTED_PROXIES": "127.0.0.1"}
        if request.param == "postgres":
            running: PostgresServer = request.getfixturevalue("postgres")
            environment["SAYCUT_DATABASE_URL"] = stack.enter_context(running.database())
        folder = tmp_path_factory.mktemp("accounts")
        started = Server(folder, ("--no-open",), environment).start()
        stack.callback(started.stop)
        yield started


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    """The database of the server, for what only time would do."""
    url = server.environment.get("SAYCUT_DATABASE_URL")
    opened = Store(open_database(url or f"sqlite:///{server.folder / 'data' / 'saycut.db'}"))
    yield opened
    opened.close()


@pytest.fixture
def anna(server: Server) -> Iterator[Browser]:
    with browser(server) as opened:
        yield opened


class Chat:
    """An anonymous client with a session."""

    def __init__(self, server: Server, name: str) -> None:
        self.client = httpx.Client(
            base_url=server.url, headers=ATTRIBUTION | from_elsewhere(), timeout=60
        )
        given = data_of(
            self.client.post("/api/auth/anonymous-token", headers={"X-Client-Id": name})
        )
        self.client.headers["Authorization"] = f"Bearer {given['token']}"
        self.session_id, self.bind_id = "", ""
        self.new_session()

    def new_session(self, name: str = "Summer") -> str:
        made = data_of(
            self.client.post("/api/tasks/me/with-session/saycut", json={"task_name": name})
        )
        self.session_id, self.bind_id = made["session_id"], made["bind_id"]
        return self.session_id

    def claim(self) -> str:
        order = {"session_id": self.session_id}
        return str(data_of(self.client.post("/api/auth/claim-token", json=order))["claim_token"])

    def projects(self) -> set[str]:
        found = data_of(self.client.get("/api/projects"))["projects"]
        return {project["id"] for project in found}


@pytest.fixture
def chat(server: Server, request: pytest.FixtureRequest) -> Iterator[Chat]:
    opened = Chat(server, request.node.name)
    yield opened
    opened.client.close()


def with_token(server: Server, email: str, **more: Any) -> httpx.Client:
    """Make an account by the API and give a client that has a token of it."""
    client = httpx.Client(base_url=server.url, headers=ATTRIBUTION | from_elsewhere(), timeout=60)
    sent = {"email": email, "password": PASSWORD, **more}
    given = data_of(client.post("/api/auth/register", json=sent))
    client.headers["Authorization"] = f"Bearer {given['token']}"
    return client


# Signing up and in


def test_signing_up_signs_in_and_signing_out_ends_the_session(anna: Browser) -> None:
    account = anna.sign_up("Out@Example.org")
    session = anna.client.cookies["saycut_session"]
    anna.submit(account.form("/logout"))
    anna.client.cookies.set("saycut_session", session, domain="127.0.0.1")

    after = anna.get("/account")

    assert account.path == "/account"
    assert "out@example.org" in account.text
    assert after.path == "/login"


def test_the_session_is_another_after_each_sign_in(server: Server, anna: Browser) -> None:
    anna.sign_up("rotate@example.org")
    first = anna.client.cookies["saycut_session"]
    with browser(server) as other:
        form = other.get("/login").form("/login")
        other.client.cookies.set("saycut_session", first)
        # The form of before belongs to another session by now.
        assert other.submit(form, email="rotate@example.org", password=PASSWORD).status == 403
        other.client.cookies.delete("saycut_session")
        other.sign_in("rotate@example.org")
        second = other.client.cookies["saycut_session"]

    assert first != second


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False)])
def test_the_session_cookie_is_for_this_site_alone(
    server: Server, scheme: str, is_secure: bool
) -> None:
    with browser(server, **{"X-Forwarded-Proto": scheme}) as anna:
        anna.client.follow_redirects = False
        form = anna.get("/register").form("/register")
        if is_secure:
            # This client keeps a cookie of https from http, as it should.
            name, value = (
                anna.client.get("/register").headers["set-cookie"].split(";")[0].split("=")
            )
            anna.client.cookies.set(name, value)
            form = anna.get("/register").form("/register")

        answer = anna.submit(form, email=f"{scheme}@example.org", password=PASSWORD).answer

    assert answer.status_code == 303
    cookie = next(
        c for c in answer.headers.get_list("set-cookie") if c.startswith("saycut_session=")
    ).lower()
    flags = {part.strip() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=1209600"} <= flags
    assert ("secure" in flags) is is_secure
    assert not any(flag.startswith("domain") for flag in flags)


@pytest.mark.parametrize("email", ["", "anna", "anna@", "@example.org", "a b@example.org", "a@b@c"])
def test_what_is_no_email_address_is_said_so(server: Server, email: str) -> None:
    sent = {"email": email, "password": PASSWORD}

    answer = httpx.post(f"{server.url}/api/auth/register", json=sent, headers=from_elsewhere())

    assert answer.status_code == 400
    assert "anna@example.org" in answer.json()["message"]


@pytest.mark.parametrize("letters", [0, 9, 201])
def test_a_password_has_ten_to_two_hundred_characters(server: Server, letters: int) -> None:
    sent = {"email": "length@example.org", "password": "p" * letters}

    answer = httpx.post(f"{server.url}/api/auth/register", json=sent, headers=from_elsewhere())

    assert answer.status_code == 400
    assert "10 to 200" in answer.json()["message"]


def test_an_address_has_one_account(server: Server, anna: Browser) -> None:
    anna.sign_up("twice@example.org")
    with browser(server) as other:
        page = other.sign_up("TWICE@example.org")

    assert page.status == 409
    assert "sign in" in page.text


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(
    server: Server, anna: Browser
) -> None:
    anna.sign_up("known@example.org")
    answers = []
    for email in ("known@example.org", "nobody@example.org"):
        sent = {"email": email, "password": "not the password"}
        url = f"{server.url}/api/auth/login"
        answers.append(httpx.post(url, json=sent, headers=from_elsewhere()))

    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].content == answers[1].content


def test_five_wrong_passwords_close_an_account_for_a_while_even_for_the_right_one(
    server: Server, anna: Browser
) -> None:
    anna.sign_up("closed@example.org")
    with browser(server) as other:
        wrong = [other.sign_in("closed@example.org", "wrong words here").status for _ in range(5)]
    with browser(server) as third:
        page = third.sign_in("closed@example.org")

    assert wrong == [401] * 5
    assert page.status == 429
    assert 0 < int(page.answer.headers["retry-after"]) <= 900
    assert "saycut_session" not in third.client.cookies


def test_wrong_passwords_at_the_same_moment_are_no_way_around_the_limit(
    server: Server, anna: Browser
) -> None:
    anna.sign_up("flood@example.org")
    sent = {"email": "flood@example.org", "password": "wrong words here"}

    def attempt(_: int) -> int:
        url = f"{server.url}/api/auth/login"
        return httpx.post(url, json=sent, headers=from_elsewhere(), timeout=60).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(pool.map(attempt, range(12)))

    assert statuses == [401] * 5 + [429] * 7


def test_an_address_may_be_wrong_twenty_times_whatever_it_knows_itself(server: Server) -> None:
    headers = from_elsewhere()
    client = with_token(server, "own@example.org")
    client.close()
    url = f"{server.url}/api/auth/login"
    statuses = []
    for number in range(21):
        # Its own account in between does not make others' passwords free.
        if number == 10:
            own = {"email": "own@example.org", "password": PASSWORD}
            assert httpx.post(url, json=own, headers=headers).status_code == 200
        sent = {"email": f"guess{number}@example.org", "password": "wrong words here"}
        statuses.append(httpx.post(url, json=sent, headers=headers).status_code)

    assert statuses == [401] * 20 + [429]


def test_the_right_password_forgets_the_wrong_ones(server: Server, anna: Browser) -> None:
    anna.sign_up("forgetful@example.org")
    statuses = []
    for _ in range(2):
        with browser(server) as other:
            for password in [*["wrong words here"] * 4, PASSWORD]:
                statuses.append(other.sign_in("forgetful@example.org", password).status)  # noqa: PERF401

    assert statuses == [401, 401, 401, 401, 200] * 2


def test_signing_in_by_the_api_gives_a_token_with_the_scopes_that_were_asked_for(
    server: Server,
) -> None:
    client = with_token(server, "program@example.org", scopes=["read"])

    reads = client.get("/api/projects")
    writes = client.post("/api/tasks/me/with-session/saycut", json={})
    client.close()

    assert reads.status_code == 200
    assert (writes.status_code, writes.json()["code"]) == (403, 403)


# Forms of other sites


@pytest.mark.parametrize("path", ["/login", "/register"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_page_is_refused(
    server: Server, anna: Browser, path: str, token: str | None
) -> None:
    form = anna.get(path).form(path)
    del form.fields["form_token"]
    filled = {} if token is None else {"form_token": token}

    page = anna.submit(form, email="forged@example.org", password=PASSWORD, **filled)

    assert page.status == 403
    assert "<html" in page.answer.text
    assert "saycut_session" not in anna.client.cookies


def test_the_token_of_one_browser_or_one_form_is_of_no_use_to_another(
    server: Server, anna: Browser
) -> None:
    with browser(server) as mallory:
        foreign = mallory.get("/login").form("/login")
    account = anna.sign_up("tokens@example.org")
    logout = account.form("/logout").fields["form_token"][0]
    delete = account.form("/account/delete")

    by_other = anna.submit(foreign, email="tokens@example.org", password=PASSWORD)
    by_kind = anna.submit(delete, password=PASSWORD, form_token=logout)

    assert (by_other.status, by_kind.status) == (403, 403)
    assert anna.get("/account").path == "/account"


@pytest.mark.parametrize("path", ["/logout", "/account/delete", "/settings/tokens", "/register"])
def test_a_form_of_another_site_is_refused_at_the_door(
    server: Server, anna: Browser, path: str
) -> None:
    anna.sign_up(f"door{path.replace('/', '-')}@example.org")

    answer = anna.client.post(path, data={}, headers={"Origin": "https://attacker.example"})
    hidden = anna.client.post(
        path, data={}, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    )

    assert (answer.status_code, hidden.status_code) == (403, 403)


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        ("/settings/tokens", "/settings/tokens"),
        ("//attacker.example/account", "/account"),
        ("https://attacker.example", "/account"),
        ("/account\\@attacker.example", "/account"),
        ("/files/x", "/account"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_alone(
    server: Server, anna: Browser, goal: str, path: str
) -> None:
    with browser(server) as other:
        other.sign_up(f"{abs(hash(goal))}@example.org")
        page = other.get("/account")
    assert page.path == "/account"

    form = anna.get("/login").form("/login")
    page = anna.submit(form, email=f"{abs(hash(goal))}@example.org", password=PASSWORD, next=goal)

    assert (page.answer.url.host, page.path) == ("127.0.0.1", path)


# Taking over


def test_a_bind_brings_projects_and_credits_once_they_were_shown(
    server: Server, anna: Browser, chat: Chat
) -> None:
    second = chat.session_id
    chat.new_session("Winter")
    bind = chat.bind_id

    offer = anna.get(f"/register?bind={bind}")
    shown = anna.sign_up("bind@example.org", path=f"/register?bind={bind}")
    before = anna.get("/account")
    account = anna.submit(shown.form("/register/take-over"))

    assert "2 projects and 100 credits" in offer.text
    assert "2 projects" in shown.text.replace("projects 2", "2 projects")
    assert "Winter" not in before.text
    assert "Winter" in account.text
    assert "+100" in account.text
    # The chat goes on, as the account.
    assert chat.projects() == {second, chat.session_id}
    assert data_of(chat.client.get("/api/credits/balance/simple"))["available"] == 100


def test_looking_at_a_bind_takes_nothing_over(server: Server, anna: Browser, chat: Chat) -> None:
    anna.sign_up("look@example.org")

    for _ in range(2):
        page = anna.get(f"/register?bind={chat.bind_id}")

    assert page.form("/register/take-over")
    assert "Summer" not in anna.get("/account").text


def test_a_bind_is_used_once(server: Server, anna: Browser, chat: Chat) -> None:
    anna.sign_up("once@example.org")
    form = anna.get(f"/register?bind={chat.bind_id}").form("/register/take-over")
    anna.submit(form)

    with browser(server) as bob:
        bob.sign_up("bob-once@example.org")
        page = bob.get(f"/register?bind={chat.bind_id}")
        account = bob.get("/account")

    assert page.status == 410
    assert "used" in page.text
    assert "Summer" not in account.text
    assert anna.submit(form).status == 410


def test_a_bind_form_is_of_the_one_who_was_shown_it(
    server: Server, anna: Browser, chat: Chat
) -> None:
    anna.sign_up("shown@example.org")
    form = anna.get(f"/register?bind={chat.bind_id}").form("/register/take-over")
    with browser(server) as bob:
        bob.sign_up("bob-shown@example.org")
        foreign = bob.submit(form)
    other = Chat(server, "another chat")
    other.client.close()

    swapped = anna.submit(form, bind=other.bind_id)

    assert (foreign.status, swapped.status) == (403, 403)
    assert "Summer" not in anna.get("/account").text


def test_a_bind_that_expired_says_so(anna: Browser, chat: Chat, store: Store) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(binds).values(expires_ms=1))

    page = anna.get(f"/register?bind={chat.bind_id}")

    assert page.status == 410
    assert "expired" in page.text
    assert "new one" in page.text


def test_two_accounts_that_take_over_at_the_same_moment(server: Server, chat: Chat) -> None:
    with ExitStack() as stack:
        browsers = [stack.enter_context(browser(server)) for _ in range(4)]
        forms = []
        for number, one in enumerate(browsers):
            one.sign_up(f"racer{number}@example.org")
            forms.append(one.get(f"/register?bind={chat.bind_id}").form("/register/take-over"))
        with ThreadPoolExecutor(4) as pool:
            pages = list(
                pool.map(lambda pair: pair[0].submit(pair[1]), zip(browsers, forms, strict=True))
            )

        owners = [one for one in browsers if "Summer" in one.get("/account").text]

    assert sorted(page.status for page in pages) == [200, 410, 410, 410]
    assert len(owners) == 1


# API tokens


def test_a_token_is_shown_once_works_and_can_be_revoked(server: Server, anna: Browser) -> None:
    anna.sign_up("maker@example.org")
    form = anna.get("/settings/tokens").form("/settings/tokens")

    made = anna.submit(form, name="nightly", scopes=["read"], expires_in_days="30")
    secret = next(word for word in made.text.split() if word.startswith("syc_"))
    headers = {"Authorization": f"Bearer {secret}"}
    before = httpx.get(f"{server.url}/api/projects", headers=headers)
    again = anna.get("/settings/tokens")
    anna.submit(again.form("/settings/tokens/revoke"))
    after = httpx.get(f"{server.url}/api/projects", headers=headers)

    assert before.status_code == 200
    assert secret not in again.answer.text
    assert "nightly" in again.text
    assert (after.status_code, after.json()["code"]) == (401, 1001)


@pytest.mark.parametrize(
    "filled",
    [{"name": ""}, {"scopes": []}, {"scopes": ["admin"]}, {"expires_in_days": "-1"}],
)
def test_a_token_without_sense_is_not_made(
    server: Server, anna: Browser, filled: dict[str, str | list[str]], request: Any
) -> None:
    anna.sign_up(f"{abs(hash(request.node.name))}@example.org")
    form = anna.get("/settings/tokens").form("/settings/tokens")
    sensible: dict[str, str | list[str]] = {"name": "x", "expires_in_days": "30"}

    page = anna.submit(form, **(sensible | filled))

    assert page.status == 400
    assert "syc_" not in page.text


def test_a_token_of_another_account_cannot_be_revoked(
    server: Server, anna: Browser, store: Store
) -> None:
    client = with_token(server, "victim@example.org", name="victim")
    with store.reading() as tx:
        token_id = tx.connection.scalar(select(tokens.c.id).where(tokens.c.name == "victim"))
    anna.sign_up("thief@example.org")
    form = anna.get("/settings/tokens").form("/settings/tokens")
    anna.submit(form, name="own", expires_in_days="7")
    revoke = anna.get("/settings/tokens").form("/settings/tokens/revoke")

    page = anna.submit(revoke, token_id=str(token_id))
    still = client.get("/api/projects")
    client.close()

    assert page.status == 404
    assert still.status_code == 200


# The account


def test_a_new_password_signs_other_browsers_out(server: Server, anna: Browser) -> None:
    anna.sign_up("change@example.org")
    with browser(server) as phone:
        phone.sign_in("change@example.org")
        form = anna.get("/account").form("/account/password")
        wrong = anna.submit(form, password="not the password", new_password="five new plain words")
        right = anna.submit(form, password=PASSWORD, new_password="five new plain words")

        assert phone.get("/account").path == "/login"
        assert phone.sign_in("change@example.org").status == 401
        assert phone.sign_in("change@example.org", "five new plain words").path == "/account"
    assert wrong.status == 401
    assert "changed" in right.text
    assert anna.get("/account").path == "/account"


def test_deleting_an_account_needs_its_password(anna: Browser) -> None:
    anna.sign_up("keep@example.org")
    form = anna.get("/account").form("/account/delete")

    page = anna.submit(form, password="not the password")

    assert page.status == 401
    assert anna.get("/account").path == "/account"


def test_nothing_of_a_deleted_account_is_left(
    server: Server, anna: Browser, chat: Chat, photos: Sequence[Path], store: Store
) -> None:
    with photos[0].open("rb") as photo:
        path = f"/api/upload-video/saycut/me/{chat.session_id}"
        data_of(chat.client.post(path, files={"files": ("gone.jpg", photo)}))
    claim = chat.claim()
    blobs = server.folder / "data" / "blobs"
    held_before = {path.name for path in blobs.rglob("*") if path.is_file()}
    anna.sign_up("gone@example.org")
    anna.submit(anna.get(f"/register?bind={chat.bind_id}").form("/register/take-over"))
    with store.reading() as tx:
        user = tx.users.by_email("gone@example.org")
    assert user is not None

    page = anna.submit(anna.get("/account").form("/account/delete"), password=PASSWORD)

    held_after = {path.name for path in blobs.rglob("*") if path.is_file()}
    assert page.path == "/"
    assert len(held_before - held_after) == 1
    assert chat.client.get("/api/projects").json()["code"] == 1001
    assert anna.get(f"/workspace/claim?ct={claim}").status == 404
    assert anna.sign_in("gone@example.org").status == 401
    gone = (user.id, chat.session_id, "gone@example.org", "gone.jpg")
    assert not [value for value in _all_values(store) if any(word in value for word in gone)]


def _all_values(store: Store) -> list[str]:
    with store.reading() as tx:
        return [
            str(value)
            for table in metadata.sorted_tables
            for row in tx.connection.execute(select(table))
            # Sign-ins after the end are counted by the address that was tried.
            if table.name != "attempts"
            for value in row
        ]
