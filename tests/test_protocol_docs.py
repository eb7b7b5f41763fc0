"""`docs/protocol.md` says what the server does: its calls, fields, rights, codes and examples."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import cache
from itertools import compress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

import saycut.bootstrap.serving  # noqa: F401 - all errors are known once it is loaded
from saycut.errors import SaycutError
from saycut.jobs.webhooks import SIGNATURE_HEADER, signature_of
from saycut.server import errors
from saycut.server.callers import ALL_SCOPES
from saycut.server.edge import bounds
from saycut.server.edge.bounds import BodyBounds
from saycut.server.routes import ROUTERS
from saycut.server.talk import adk
from saycut.server.talk.sse import Streams
from saycut.server.talk.turning import LOST
from saycut.settings import VARIABLES
from tests.protocol_page import (
    PAGE,
    Call,
    Section,
    calls_in,
    fields_told,
    key_of,
    names_in,
    place_of,
    plain,
    sections,
    told_at,
)
from tests.server.running import Server, data_of

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = (PAGE, ROOT / "docs" / "clients.md", *(ROOT / "skills" / "saycut").rglob("*.md"))
# What every envelope has; the page tells it once.
ENVELOPE: Final = frozenset({"code", "message", "data"})
# Numbers below this one are the protocol's own, those above belong to the layers below.
OWN_CODES_END: Final = 4100
# Answered without a class of errors: a method that is not taken, a body that does not come or is
# too large, a fault, the end.
OF_HTTP: Final = frozenset({405, 408, 413, 500, 503})
TUS: Final = frozenset(
    f"saycut.server.{name}" for name in ("routes.tus", "intake.resumable", "intake.tails")
)


@cache
def _app() -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(BodyBounds)
    for router in ROUTERS:
        app.include_router(router)
    return app


@cache
def _spec() -> dict[str, Any]:
    return _app().openapi()


def _operations() -> dict[Call, dict[str, Any]]:
    return {
        plain((method.upper(), path)): operation
        for path, methods in _spec()["paths"].items()
        for method, operation in methods.items()
    }


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return _spec()["components"]["schemas"][name] if name else schema


def _fields(schema: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Iterate over the fields of a model and of the models within it."""
    schema = _resolved(schema)
    for other in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _fields(other, depth)
    for name, found in schema.get("properties", {}).items():
        if depth or name not in ENVELOPE:
            yield name, found
        yield from _fields(found, depth + 1)


def _sent(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for body in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(body["schema"], 1)


def _answered(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for status, answer in operation["responses"].items():
        if status.isdecimal() and status < "300":
            for body in answer.get("content", {}).values():
                yield from _fields(body.get("schema", {}))


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    if "anyOf" in schema:
        return frozenset().union(*map(_types, schema["anyOf"]))
    found = _resolved(schema).get("type")
    return frozenset({"list" if found == "array" else found} if found else ())


ROUTES: Final = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute)]
OPERATIONS: Final = _operations()
IDS: Final = [" ".join(call) for call in OPERATIONS]


def test_every_call_that_the_page_names_is_one_of_the_server() -> None:
    served = {plain((method, r.path)) for r in ROUTES for method in r.methods or ()}
    served.add(("GET", "/openapi.json"))
    page = PAGE.read_text("utf-8")

    paths = re.findall(r"^\| `(/[^`?]*)[^`]*` \|", page, re.MULTILINE)
    shown = {plain(("GET", path)) for path in paths}

    assert len(shown) > 5
    assert (set(calls_in(page)) | shown) - served == set()


@pytest.mark.parametrize("call", OPERATIONS, ids=IDS)
def test_the_page_tells_all_of_a_call(call: Call) -> None:
    operation, place = OPERATIONS[call], place_of(call)
    assert place is not None, "no heading and no first cell of a table names it"

    fields = {name for name, _ in (*_sent(operation), *_answered(operation))}
    given = {p["name"] for p in operation.get("parameters", ()) if p["in"] != "path"}

    text = told_at(place)
    told = names_in(text) | set(re.findall(r"\?(\w+)=", text))
    assert {name for name in fields | given if key_of(name) not in told} == set()


@pytest.mark.parametrize("call", OPERATIONS, ids=IDS)
def test_the_page_tells_which_scope_a_call_needs(call: Call) -> None:
    needed = {scope for way in OPERATIONS[call].get("security", ()) for scope in way["token"]}
    place = place_of(call)
    assert place is not None

    if place.row is None:
        told = set(re.findall(r"[Ss]cope `([^`]+)`", place.section.text))
    else:
        told = set(re.findall(r"`([^`]+)`", place.row)) & {*ALL_SCOPES, "*"}

    assert told == needed


@pytest.mark.parametrize(
    "section",
    [s for s in sections() if any(True for _ in fields_told(s)) and calls_in(s.own)],
    ids=lambda section: section.title,
)
def test_the_tables_of_a_section_hold_fields_of_its_calls_alone(section: Section) -> None:
    operations = [
        operation
        for call, operation in OPERATIONS.items()
        if (place := place_of(call)) is not None and place.section is section
    ]
    sent = _by_key(field for operation in operations for field in _sent(operation))
    answered = _by_key(field for operation in operations for field in _answered(operation))

    for name, types in fields_told(section):
        # What may be left out of a request is null in its model; the page tells the default.
        fits = types <= answered.get(key_of(name), set()) or types - {"null"} <= sent.get(
            key_of(name), set()
        )
        assert fits, f"{name} is told as {set(types)}"


def _by_key(fields: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, schema in fields:
        found.setdefault(key_of(name), set()).update(_types(schema))
    return found


def _examples() -> Iterator[tuple[Call, Any]]:
    for call in OPERATIONS:
        place = place_of(call)
        if place is not None and place.row is None:
            for text in re.findall(
                r"^```json\n(.*?)^```", place.section.own, re.MULTILINE | re.DOTALL
            ):
                yield call, json.loads(text)


EXAMPLES: Final = list(_examples())


@pytest.mark.parametrize(("call", "example"), EXAMPLES, ids=[" ".join(c) for c, _ in EXAMPLES])
def test_an_answer_that_is_shown_is_one_that_the_call_gives(call: Call, example: Any) -> None:
    is_of = (call in {plain((method, r.path)) for method in r.methods or ()} for r in ROUTES)
    model = next(compress(ROUTES, is_of)).response_model

    answer = TypeAdapter(model).validate_python(example)

    assert json.loads(TypeAdapter(model).dump_json(answer, by_alias=True)) == example


def _codes() -> dict[int, int]:
    """Give the status of each code of the protocol, as the page tells it."""
    rows = [
        cells
        for section in sections()
        for head, cells in section.rows
        if head[:2] == ("`code`", "HTTP")
    ]
    return {int(cells[0]): int(cells[1]) for cells in rows}


def _outcomes() -> dict[int, set[int]]:
    """Give the statuses of each code that a class of errors has."""
    found: dict[int, set[int]] = {}
    kinds = [SaycutError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("saycut."):
            status, code = errors.outcome_of(kind.__new__(kind))
            # What only resumable uploads answer is a status by itself.
            is_of_tus = kind.__module__ in TUS and code < 1000
            found.setdefault(code, set()).add(code if is_of_tus else status)
    return found


def test_the_codes_of_the_page_are_those_of_the_server() -> None:
    own = {code: statuses for code, statuses in _outcomes().items() if code < OWN_CODES_END}

    told = {code: {status} for code, status in _codes().items() if code not in OF_HTTP | {0}}

    own = {code: statuses for code, statuses in own.items() if code not in OF_HTTP}
    assert told == own


def test_the_page_tells_what_statuses_other_codes_have() -> None:
    (section,) = [s for s in sections() if s.title == "Codes"]
    rows = [cells for head, cells in section.rows if head == ("HTTP", "Numbers from 4100 on")]

    told = {int(status) for cells in rows for status in cells[0].split(", ")}

    others = [s for code, s in _outcomes().items() if code >= OWN_CODES_END]
    # A missing project is told as a missing session.
    assert told == set().union(*others)


def test_answers_for_which_there_is_no_class_of_errors_have_the_codes_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "IDLE_S", 0.05)
    told = _codes()

    assert asyncio.run(_answers()) == {code: told[code] for code in OF_HTTP}


async def _answers() -> dict[int, int]:
    """Give codes and statuses of calls that no class of errors is for."""
    app = _app()
    app.state.streams = Streams(heartbeat_s=15, send_timeout_s=30)
    app.state.streams.stop()
    # A call that needs the working parts meets none: that is a fault.
    app.state.parts = None
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answers = [
            await client.delete("/healthz"),
            await client.get("/healthz"),
            await client.get("/readyz"),
            await client.post("/api/tokens", content=bytes(5_000_000)),
            await client.post("/api/tokens", content=_halting()),
        ]

    return {answer.json()["code"]: answer.status_code for answer in answers}


async def _halting() -> AsyncIterator[bytes]:
    """Give the beginning of a body whose rest never comes."""
    yield b"{"
    await asyncio.Event().wait()


def test_the_events_of_the_page_are_those_of_a_turn() -> None:
    (section,) = [s for s in sections() if s.title == "Events"]
    fields = {name for name, _ in fields_told(section)}
    failures = {cells[0].strip("`") for head, cells in section.rows if head[0] == "`errorCode`"}

    assert fields == adk.failed("t-1", LOST, "lost").keys()
    assert failures > {LOST, "ABORTED", "500"}


def test_the_keys_of_the_state_are_those_of_a_session(tmp_path: Path) -> None:
    (section,) = [s for s in sections() if s.title == "Keys of the state"]
    server = Server(tmp_path).start()
    try:
        with httpx.Client(base_url=server.url) as client:
            made = data_of(client.post("/api/tasks/me/with-session/saycut"))
            path = f"/api/state/saycut/me/{made['session_id']}/latest"
            state = data_of(client.get(path))["state"]
    finally:
        server.stop()

    assert {name for name, _ in fields_told(section)} == state.keys()


def test_the_check_of_webhooks_that_is_shown_lets_ours_alone_through() -> None:
    page = PAGE.read_text("utf-8")
    (code,) = re.findall(r"(?ms)^```python\n(.*?)^```", page)
    names: dict[str, Any] = {}
    exec(code, names)
    now_s = int(time.time())

    def passes(key: bytes, body: bytes, at_s: int) -> bool:
        return bool(names["is_ours"](signature_of(key, b"{}", at_s), body, b"key"))

    assert f"`{SIGNATURE_HEADER}`" in page
    assert passes(b"key", b"{}", now_s)
    assert not passes(b"other", b"{}", now_s)
    assert not passes(b"key", b"{ }", now_s)
    assert not passes(b"key", b"{}", now_s - 400)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_that_a_page_names_are_in_the_table_of_settings(page: Path) -> None:
    named = set(re.findall(r"`(SAYCUT_\w+)", page.read_text("utf-8")))

    assert named <= {variable.name for variable in VARIABLES}
