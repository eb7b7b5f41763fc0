"""Pages over real HTTP: what each shows and to whom, and what must not leak from addresses."""

import html
import re
import shutil
import subprocess
import wave
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from sqlalchemy import update

from saycut.store import Store, open_database
from saycut.store.schema import tokens
from tests.server.browser import PASSWORD, Browser, browser
from tests.server.running import ATTRIBUTION, Server, data_of, events_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with accounts, behind a proxy that tells addresses."""
    environment = {"SAYCUT_TRUSTED_PROXIES": "127.0.0.1"}
    started = Server(tmp_path_factory.mktemp("pages"), ("--no-open",), environment).start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def chat(server: Server) -> Iterator[httpx.Client]:
    with server.anonymous("pages") as client:
        yield client


@pytest.fixture
def anna(server: Server) -> Iterator[Browser]:
    with browser(server) as opened:
        yield opened


def a_project(client: httpx.Client, name: str) -> str:
    made = client.post("/api/tasks/me/with-session/saycut", json={"task_name": name})
    return str(data_of(made)["session_id"])


def a_claim(client: httpx.Client, session_id: str) -> str:
    sent = {"session_id": session_id, "task_id": session_id}
    return str(data_of(client.post("/api/auth/claim-token", json=sent))["claim_token"])


def a_film(client: httpx.Client, session_id: str, photos: Sequence[Path]) -> None:
    """Make a short film and wait until it is finished."""
    for photo in photos[:2]:
        with photo.open("rb") as opened:
            sent = client.post(
                f"/api/upload-video/saycut/me/{session_id}", files={"files": (photo.name, opened)}
            )
        data_of(sent)
    said = "make a 2 second slideshow without a title, 320x180"
    order = {"session_id": session_id, "new_message": {"parts": [{"text": said}]}}
    events_of(client.post("/run_sse", json=order))
    sent = client.post(
        "/api/render/proxy/lambda",
        json={"id": f"film-{session_id}", "sessionId": session_id, "output": {"quality": "low"}},
    )
    # Each answer is held back until something changes.
    for _ in range(20):
        answer = client.get(f"/api/render/proxy/lambda/film-{session_id}?wait=25").json()
        if answer["status"] in ("completed", "failed"):
            break
    assert answer["status"] == "completed", answer


# Claim links


@pytest.fixture(scope="module")
def filmed(chat: httpx.Client, photos: Sequence[Path]) -> str:
    """A project with a finished film."""
    session_id = a_project(chat, "Golden Hour")
    a_film(chat, session_id, photos)
    return session_id


def test_a_claim_link_shows_its_project_with_the_last_film(
    chat: httpx.Client, anna: Browser, filmed: str
) -> None:
    page = anna.get(f"/workspace/claim?ct={a_claim(chat, filmed)}")

    film = next(link for link in page.links if link.startswith("/files/exports/"))
    assert "Golden Hour" in page.text
    assert "p1.jpg" in page.text
    assert "<video controls" in page.answer.text
    part = anna.client.get(film, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")


def test_a_claim_link_shows_nothing_else(chat: httpx.Client, anna: Browser, filmed: str) -> None:
    other = a_project(chat, "Secret plans")

    page = anna.get(f"/workspace/claim?ct={a_claim(chat, filmed)}")
    direct = anna.get(f"/workspace/projects/{other}")

    assert "Secret plans" not in page.answer.text
    assert other not in page.answer.text
    # Whose project it is would be an id to try elsewhere.
    me = data_of(chat.post("/api/tasks/me/with-session/saycut", json={}))["user_id"]
    assert me not in page.answer.text
    assert direct.path == "/login"


def test_a_claim_link_calls_no_api(server: Server, chat: httpx.Client, filmed: str) -> None:
    claim = a_claim(chat, filmed)

    with server.client(claim) as client:
        answers = [
            client.get("/api/projects"),
            client.get(f"/api/state/saycut/me/{filmed}/latest"),
            client.post("/api/auth/claim-token", json={"session_id": filmed}),
        ]
    with browser(server) as thief:
        thief.client.cookies.set("saycut_session", claim)
        account = thief.get("/account")

    assert [answer.json()["code"] for answer in answers] == [1001] * 3
    assert account.path == "/login"


def test_a_claim_link_brings_its_one_project_to_an_account(
    chat: httpx.Client, anna: Browser
) -> None:
    kept = a_project(chat, "Keep me")
    left = a_project(chat, "Leave me")
    claim = a_claim(chat, kept)
    before = data_of(chat.get("/api/credits/balance/simple"))

    page = anna.get(f"/workspace/claim?ct={claim}")
    query = next(link for link in page.links if link.startswith("/register?"))
    shown = anna.sign_up("claim@example.org", path=query)
    taken = anna.submit(shown.form("/workspace/claim"))
    account = anna.get("/account")

    assert shown.path == "/workspace/claim"
    assert taken.path == f"/workspace/projects/{kept}"
    assert "Keep me" in account.text
    assert "Leave me" not in account.text
    mine = {project["id"] for project in data_of(chat.get("/api/projects"))["projects"]}
    assert left in mine
    assert kept not in mine
    assert data_of(chat.get("/api/credits/balance/simple")) == before


def test_what_an_account_owns_is_shown_by_a_claim_link_but_not_given_away(
    server: Server, chat: httpx.Client, anna: Browser
) -> None:
    project = a_project(chat, "Mine now")
    claim = a_claim(chat, project)
    anna.sign_up("owner@example.org")
    form = anna.get(f"/workspace/claim?ct={claim}").form("/workspace/claim")
    anna.submit(form)

    with browser(server) as bob:
        bob.sign_up("bob@example.org")
        page = bob.get(f"/workspace/claim?ct={claim}")
        # The token of a form that bob was shown for another link is of no use.
        other = a_claim(chat, a_project(chat, "Other"))
        foreign = bob.get(f"/workspace/claim?ct={other}").form("/workspace/claim")
        forced = bob.submit(foreign, ct=claim)

    assert "Mine now" in page.text
    assert [form.action for form in page.forms] == ["/logout"]
    assert forced.status == 403
    assert anna.submit(form).status == 409
    assert "Mine now" in anna.get("/account").text


def test_taking_a_claimed_project_over_needs_a_sign_in(chat: httpx.Client, anna: Browser) -> None:
    project = a_project(chat, "Nobody's")
    claim = a_claim(chat, project)
    page = anna.get(f"/workspace/claim?ct={claim}")

    answer = anna.client.post("/workspace/claim", data={"ct": claim})

    assert not page.forms
    assert answer.status_code == 403
    mine = {found["id"] for found in data_of(chat.get("/api/projects"))["projects"]}
    assert project in mine


@pytest.mark.parametrize("claim", ["", "clm_unknown", "clm_" + "é" * 20, "x" * 5000])
def test_an_unknown_claim_link_says_how_to_get_a_new_one(anna: Browser, claim: str) -> None:
    page = anna.get(f"/workspace/claim?ct={claim}")

    assert page.status == 404
    assert "new link" in page.text


def test_an_expired_claim_link_shows_nothing(
    server: Server, chat: httpx.Client, anna: Browser
) -> None:
    claim = a_claim(chat, a_project(chat, "Long ago"))
    store = Store(open_database(f"sqlite:///{server.folder / 'data' / 'saycut.db'}"))
    with store.transaction() as tx:
        found = tx.tokens.find(claim)
        old = update(tokens).where(tokens.c.id == found.id).values(expires_ms=1)
        tx.connection.execute(old)
    store.close()

    page = anna.get(f"/workspace/claim?ct={claim}")

    assert page.status == 404
    assert "Long ago" not in page.text


def test_a_link_of_an_older_kind_says_how_to_get_a_fresh_one_and_opens_nothing(
    chat: httpx.Client, anna: Browser, filmed: str
) -> None:
    token = chat.headers["Authorization"].removeprefix("Bearer ")

    for query in (f"task={filmed}&session={filmed}", f"token={token}&task={filmed}"):
        page = anna.get(f"/workspace/claim?{query}")

        assert page.status == 410
        assert "new link" in page.text
        assert "Golden Hour" not in page.text
        assert token not in page.answer.text


def test_a_bearer_token_in_an_address_opens_nothing(
    server: Server, chat: httpx.Client, anna: Browser, filmed: str
) -> None:
    token = chat.headers["Authorization"].removeprefix("Bearer ")

    shown = anna.get(f"/workspace/claim?ct={token}")
    called = httpx.get(f"{server.url}/api/projects?token={token}&access_token={token}")

    assert shown.status == 404
    assert called.json()["code"] == 1001


# What pages say about themselves


ADDRESSES = ["/", "/register", "/login", "/workspace/claim?ct=clm_x", "/workspace/claim?task=a"]


@pytest.mark.parametrize("address", [*ADDRESSES, "/account", "/settings/tokens"])
def test_a_page_loads_from_here_alone_and_tells_no_other_site(
    server: Server, anna: Browser, address: str
) -> None:
    if address in ("/account", "/settings/tokens"):
        anna.sign_up(f"headers{address.replace('/', '-')}@example.org")

    page = anna.get(address)

    headers = page.answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert not [link for link in page.links if urlsplit(link).netloc]
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page.answer.text)


def test_what_pages_load_is_there_and_kept(anna: Browser) -> None:
    links = [link for link in anna.get("/").links if link.startswith("/pages/")]

    answers = [anna.client.get(link) for link in links]

    assert {answer.headers["content-type"].partition(";")[0] for answer in answers} == {
        "text/css",
        "image/svg+xml",
    }
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert anna.get("/pages/base.html").status == 404
    assert anna.get("/pages/..%2Fparts.py").status == 404


def test_names_of_projects_are_text_on_pages(chat: httpx.Client, anna: Browser) -> None:
    name = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    claim = a_claim(chat, a_project(chat, name))

    page = anna.get(f"/workspace/claim?ct={claim}")

    assert name in page.text
    assert "<script" not in page.answer.text


def test_an_address_with_markup_is_text_on_pages(anna: Browser) -> None:
    page = anna.get('/login?next="><script>alert(1)</script>')

    assert "<script" not in page.answer.text


def test_every_field_has_a_label_and_every_page_a_heading(server: Server, anna: Browser) -> None:
    anna.sign_up("labels@example.org")
    with browser(server) as nobody:
        pages = [nobody.get(path) for path in ("/", "/login", "/register")]
    pages += [anna.get(path) for path in ("/account", "/settings/tokens")]

    for page in pages:
        reader = _Labels()
        reader.feed(page.answer.text)
        assert reader.fields <= reader.labelled, page.path
        assert reader.headings == 1
        assert reader.has_language


class _Labels(HTMLParser):
    """Which fields of a page have a label: one that names them, or one around them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: set[str] = set()
        self.labelled: set[str] = set()
        self.headings = 0
        self.has_language = False
        self._is_in_label = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.has_language = bool(given.get("lang"))
        self.headings += tag == "h1"
        if tag == "label":
            self._is_in_label = True
            self.labelled.add(given.get("for") or "")
        is_seen = given.get("type") != "hidden" and "hidden" not in given
        if tag in ("input", "select") and is_seen and not self._is_in_label:
            self.fields.add(given.get("id") or f"no id: {given}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._is_in_label = False


@pytest.mark.parametrize("path", ["/", "/login", "/workspace/claim", "/pages/style.css"])
def test_pages_can_be_asked_about_without_their_body(
    server: Server, anna: Browser, path: str
) -> None:
    head, whole = anna.client.head(path), anna.client.get(path)

    assert (head.status_code, head.content) == (whole.status_code, b"")


def test_what_is_sent_as_something_else_than_a_form_is_refused(anna: Browser) -> None:
    token = anna.get("/login").form("/login").fields["form_token"][0]
    sent = {"form_token": token, "email": "json@example.org", "password": PASSWORD}

    as_json = anna.client.post("/login", json=sent)
    too_large = anna.client.post("/login", data={**sent, "email": "a" * 100_000})

    assert as_json.status_code == too_large.status_code == 400
    assert "<html" in as_json.text


def test_pages_are_not_in_the_description_of_calls_but_their_twins_are(server: Server) -> None:
    paths = httpx.get(f"{server.url}/openapi.json").json()["paths"]

    assert {"/api/auth/register", "/api/auth/login"} <= set(paths)
    assert not {"/", "/login", "/register", "/workspace/claim"} & set(paths)


def test_no_secret_of_a_page_is_in_the_log(server: Server, chat: httpx.Client) -> None:
    claim = a_claim(chat, a_project(chat, "Logged"))
    made = data_of(chat.post("/api/tasks/me/with-session/saycut", json={}))
    bearer = chat.headers["Authorization"].removeprefix("Bearer ")
    with browser(server) as anna:
        anna.get(f"/workspace/claim?ct={claim}")
        anna.get(f"/workspace/claim?token={bearer}&task=x")
        anna.sign_up("logged@example.org", path=f"/register?bind={made['bind_id']}")
        anna.client.post("/api/auth/login", json={"email": "logged@example.org", "password": "no"})
        session = anna.client.cookies["saycut_session"]
        anna.get("/account")
    words = (claim, bearer, made["bind_id"], session, PASSWORD, "logged@example.org")

    assert '"path": "/workspace/claim"' in server.log
    assert [word for word in words if word in server.log] == []


def test_the_lines_for_curl_make_a_film(
    server: Server, photos: Sequence[Path], tmp_path: Path
) -> None:
    shutil.copy(photos[0], tmp_path / "beach.jpg")
    a_song(tmp_path / "song.mp3")
    shown = httpx.get(server.url).text
    lines = html.unescape(max(re.findall(r"<code>(.*?)</code>", shown, re.DOTALL), key=len))

    # As they stand, but for the length of the film.
    assert "15 second" in lines
    quick = lines.replace("15 second", "2 second")
    ran = subprocess.run(["bash", "-c", quick], cwd=tmp_path, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"


def a_song(path: Path) -> None:
    """Write four seconds of a tone; what a file is called does not matter."""
    rate_hz = 48_000
    tone = 0.2 * np.sin(2 * np.pi * 220 * np.arange(4 * rate_hz) / rate_hz)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((tone * 32767).astype("<i2").tobytes())


# An open server


def test_an_open_server_lists_its_projects_and_shows_them(open_server: Server) -> None:
    with open_server.client() as client:
        project = a_project(client, "Lisbon")
    with browser(open_server) as anna:
        first = anna.get("/")
        link = next(link for link in first.links if project in link)
        page = anna.get(link)

    assert "Lisbon" in first.text
    assert open_server.url in first.text
    assert "Lisbon" in page.text
    assert not anna.client.cookies


@pytest.mark.parametrize("path", ["/register", "/login", "/settings/tokens", "/register?bind=x"])
def test_an_open_server_needs_no_account(open_server: Server, path: str) -> None:
    with browser(open_server) as anna:
        page = anna.get(path)

    assert page.status == 200
    assert "No account needed" in page.text
    assert not page.forms


@pytest.mark.parametrize("call", ["register", "login"])
def test_an_open_server_makes_no_accounts(open_server: Server, call: str) -> None:
    sent = {"email": "anna@example.org", "password": PASSWORD}

    answer = httpx.post(f"{open_server.url}/api/auth/{call}", json=sent, headers=ATTRIBUTION)

    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert "open" in answer.json()["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Origin": "https://attacker.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
)
def test_another_site_cannot_read_the_projects_of_an_open_server(
    open_server: Server, headers: dict[str, str]
) -> None:
    assert httpx.get(open_server.url, headers=headers).status_code == 403
