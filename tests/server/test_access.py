"""Who may call what: every route of the published description, tried by everyone."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.running import Server, data_of

# A body that each call takes; a new call with a body needs a line here.
BODIES: dict[str, Any] = {
    "/api/tasks/{user}/with-session/{app_name}": {},
    "/api/auth/claim-token": {"session_id": "{session_id}"},
    "/api/tokens": {"name": "t"},
    "/run_sse": {"session_id": "{session_id}", "new_message": {"parts": [{"text": "status"}]}},
    "/run": {"session_id": "{session_id}", "new_message": {"parts": [{"text": "status"}]}},
    "/api/upload-video/{app_name}/{user}/{session_id}": {"urls": ["http://10.0.0.1/a.jpg"]},
    "/api/render/proxy/lambda": {"id": "r-access", "sessionId": "{session_id}"},
    "/api/render/proxy/draft": {"id": "r-access", "sessionId": "{session_id}"},
    "/api/projects/{session_id}/edits": {"name": "set_canvas", "arguments": {}},
    "/apps/{app_name}/users/{user}/sessions": {},
    "/apps/{app_name}/users/{user}/sessions/{session_id}": {},
}
# Whoever has no account yet, or only looks whether the server lives, needs no token.
PUBLIC = {
    "/api/auth/anonymous-token",
    "/api/auth/register",
    "/api/auth/login",
    "/healthz",
    "/readyz",
    "/metrics",
    "/list-apps",
}
# Calls that end what the others look at come last.
LAST = ("delete", "revoke")
# A chosen id that is taken is told to be taken, whoever has it: it could not be given twice.
CHOSEN = {("post", "/apps/{app_name}/users/{user}/sessions/{session_id}")}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    scopes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def owned(self) -> bool:
        """Whether it names something that somebody owns."""
        body = str(BODIES.get(self.path, "")) if self.method in ("post", "put") else ""
        named = ("{session_id}", "{export_id}", "{token_id}", "{upload_id}")
        return any(name in self.path + body for name in named)

    def call(self, client: httpx.Client, names: dict[str, str]) -> httpx.Response:
        def filled(text: str) -> str:
            for key, value in names.items():
                text = text.replace("{" + key + "}", value)
            return text

        body = BODIES.get(self.path) if self.method in ("post", "put") else None
        if isinstance(body, dict):
            body = {k: filled(v) if isinstance(v, str) else v for k, v in body.items()}
        headers = {"Tus-Resumable": "1.0.0"} if "/api/uploads" in self.path else {}
        if self.path == "/api/uploads/":
            headers |= {"Upload-Length": "10", "Upload-Metadata": "session_id bm93aGVyZQ=="}
        if self.method == "patch":
            headers |= {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        return client.request(self.method, filled(self.path), json=body, headers=headers)


@dataclass
class World:
    server: Server
    routes: list[Route]
    names: dict[str, str]
    clients: dict[str, httpx.Client]


def routes_of(server: Server) -> list[Route]:
    with server.client() as client:
        described = client.get("/openapi.json").json()["paths"]
    routes = [
        Route(method, path, tuple(s for need in call.get("security", []) for s in need["token"]))
        for path, calls in described.items()
        for method, call in calls.items()
        if method in ("get", "post", "put", "patch", "delete", "head")
    ]
    return sorted(routes, key=lambda r: (r.method in LAST or r.path.endswith(LAST), str(r)))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, photos: list[Path]) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("access")
    environment = {"SAYCUT_TOKENS_PER_ADDRESS": "100"}
    server = Server(folder, ("--no-open",), environment).start()
    owner, other = server.anonymous("owner"), server.anonymous("other")
    session_id = data_of(owner.post("/api/tasks/me/with-session/saycut", json={}))["session_id"]
    upload = f"/api/upload-video/saycut/me/{session_id}"
    owner.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())})
    message = {"parts": [{"text": "slideshow, 1 second"}]}
    owner.post("/run_sse", json={"session_id": session_id, "new_message": message})
    order = {"id": "r1", "sessionId": session_id, "output": {"quality": "240p"}}
    owner.post("/api/render/proxy/lambda", json=order)
    claim = {"session_id": session_id}
    claim_token = data_of(owner.post("/api/auth/claim-token", json=claim))["claim_token"]
    clients = {
        "owner": owner,
        "other": other,
        "expired": server.anonymous("expired"),
        "revoked": server.anonymous("revoked"),
        "scopeless": server.anonymous("scopeless"),
        "claim": server.client(claim_token),
        "none": server.client(),
        "all": server.anonymous("all"),
    }
    with sqlite3.connect(folder / "data" / "saycut.db") as database:
        database.execute(_OF.format("expires_ms = 1"), (hash_of("expired"),))
        database.execute(_OF.format("revoked_ms = 1"), (hash_of("revoked"),))
        database.execute(_OF.format("scopes = ''"), (hash_of("scopeless"),))
        # Making tokens takes all scopes.
        database.execute(_OF.format("scopes = '*'"), (hash_of("owner"),))
        database.execute(_OF.format("scopes = '*'"), (hash_of("other"),))
        (token_id,) = database.execute(
            "SELECT id FROM tokens WHERE kind = 'anonymous' AND scopes = '*' AND user_id = "
            "(SELECT user_id FROM clients WHERE client_hash = ?)",
            (hash_of("owner"),),
        ).fetchone()
    database.close()
    names = {
        "user": "me",
        "app_name": "saycut",
        "session_id": session_id,
        "export_id": "r1",
        "token_id": token_id,
        "upload_id": resumable_upload(owner, session_id),
    }
    yield World(server, routes_of(server), names, clients)
    for client in clients.values():
        client.close()
    server.stop()


_OF = "UPDATE tokens SET {} WHERE user_id = (SELECT user_id FROM clients WHERE client_hash = ?)"


def hash_of(client_id: str) -> str:
    import hashlib

    return hashlib.sha256(client_id.encode()).hexdigest()


def resumable_upload(owner: httpx.Client, session_id: str) -> str:
    import base64

    metadata = base64.b64encode(session_id.encode()).decode()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "10",
        "Upload-Metadata": f"session_id {metadata},filename YS5qcGc=",
    }
    answer = owner.post("/api/uploads/", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"].rstrip("/").rpartition("/")[2]


def each(world: World, pick: Callable[[Route], bool]) -> list[Route]:
    found = [route for route in world.routes if pick(route)]
    assert found
    return found


def outcome(route: Route, answer: httpx.Response) -> tuple[int, int]:
    """Give the status and the code; an answer to HEAD has the status alone."""
    status = answer.status_code
    return status, {401: 1001, 403: 403}[status] if route.method == "head" else answer.json()[
        "code"
    ]


def test_every_route_but_a_few_declares_what_it_needs(world: World) -> None:
    assert {route.path for route in world.routes if not route.scopes} <= PUBLIC


@pytest.mark.parametrize("name", ["none", "expired", "revoked", "claim"])
def test_without_a_token_that_lives_nothing_is_done(world: World, name: str) -> None:
    for route in each(world, lambda r: bool(r.scopes)):
        answer = route.call(world.clients[name], world.names)
        assert outcome(route, answer) == (401, 1001), route


def test_a_token_without_the_scope_is_refused_before_anything_is_looked_up(world: World) -> None:
    for route in each(world, lambda r: bool(r.scopes)):
        answer = route.call(world.clients["scopeless"], world.names)
        assert outcome(route, answer) == (403, 403), route
        assert route.method == "head" or route.scopes[0] in answer.json()["message"], route


def test_what_belongs_to_somebody_else_is_as_good_as_missing(world: World) -> None:
    missing = dict.fromkeys(world.names, "nowhere-at-all") | {
        "user": "me",
        "app_name": "saycut",
    }
    for route in each(world, lambda r: r.owned and (r.method, r.path) not in CHOSEN):
        foreign = route.call(world.clients["other"], world.names)
        nowhere = route.call(world.clients["other"], missing)
        assert foreign.status_code == nowhere.status_code, route
        told, expected = foreign.text, nowhere.text
        for key, value in world.names.items():
            if key not in ("user", "app_name"):
                told = told.replace(value, "nowhere-at-all")
        assert told == expected, route
        assert foreign.status_code >= 400, route


def test_the_owner_is_let_in_everywhere(world: World) -> None:
    for route in world.routes:
        answer = route.call(world.clients["owner"], world.names)
        assert answer.status_code not in (401, 403), (route, answer.text)
        assert answer.status_code < 500, (route, answer.text)
