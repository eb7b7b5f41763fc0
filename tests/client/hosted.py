"""A backend as others of the family run it, on a real socket, with the faults that they have.

What it does in a turn is a script: a list of steps, each of them bytes to send or an act.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

FILM = bytes(range(256)) * 4000


def says(text: str, **more: Any) -> str:
    """Give a record of words."""
    return record({"content": {"role": "model", "parts": [{"text": text}]}, **more})


def calls(name: str, **arguments: Any) -> str:
    part = {"functionCall": {"id": "c1", "name": name, "args": arguments}}
    return record({"content": {"role": "model", "parts": [part]}})


def record(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event)}\n\n"


HEARTBEAT = "data: \n\n"
COMMENT = ": heartbeat\n\n"


def a_segment(name: str, start_ms: int = 0, duration_ms: int = 4000, **told: Any) -> dict[str, Any]:
    return {"id": name, "s": start_ms, "d": duration_ms, "m": {"name": name, **told}}


def a_draft(*tracks: tuple[int, list[dict[str, Any]]]) -> dict[str, Any]:
    ends = [s["s"] + s["d"] for _, segments in tracks for s in segments]
    return {"t": [{"tt": kind, "sg": sg} for kind, sg in tracks], "d": max(ends, default=0)}


class Drop(Exception):
    """Breaks the connection off."""


def drop() -> None:
    raise Drop


Step = str | Callable[[], object]


@dataclass
class Hosted:
    """The backend: what it knows, what it was asked, and what it will do."""

    port: int = 0
    tokens: list[str] = field(default_factory=list)
    good_tokens: set[str] = field(default_factory=set)
    client_ids: list[str] = field(default_factory=list)
    draft: dict[str, Any] = field(default_factory=a_draft)
    running: bool = False
    turns: list[list[Step]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refusals: dict[str, list[tuple[int, dict[str, Any], dict[str, str]]]] = field(
        default_factory=dict
    )
    uploads: list[tuple[str, bytes]] = field(default_factory=list)
    exports: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    film_stops: list[int] = field(default_factory=list)
    film_headers: list[dict[str, str]] = field(default_factory=list)
    apps: list[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def refuse(self, path: str, status: int, body: dict[str, Any], **headers: str) -> None:
        """Refuse the next call of a path."""
        self.refusals.setdefault(path, []).append((status, body, headers))

    @property
    def app(self) -> Starlette:
        routes = [
            Route("/list-apps", self._list_apps),
            Route("/api/auth/anonymous-token", self._token, methods=["POST"]),
            Route("/api/tasks/me/with-session/nemo_agent", self._session, methods=["POST"]),
            Route("/api/tasks/me/{session}/abort", self._abort, methods=["POST"]),
            Route("/api/auth/claim-token", self._claim, methods=["POST"]),
            Route("/api/state/nemo_agent/me/{session}/latest", self._state),
            Route("/api/credits/balance/simple", self._credits),
            Route("/api/upload-video/nemo_agent/me/{session}", self._upload, methods=["POST"]),
            Route("/run_sse", self._run, methods=["POST"]),
            Route("/api/render/proxy/lambda", self._order, methods=["POST"]),
            Route("/api/render/proxy/lambda/{export}", self._poll),
            Route("/films/{export}.mp4", self._film),
        ]
        return Starlette(
            routes=[Route(r.path, self._guarded(r), methods=list(r.methods or ())) for r in routes]
        )

    def _guarded(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            self.requests.append(f"{request.method} {request.url.path}")
            self.headers.append(dict(request.headers))
            if waiting := self.refusals.get(route.path):
                status, body, headers = waiting.pop(0)
                return JSONResponse(body, status, headers)
            is_free = route.path in ("/api/auth/anonymous-token", "/films/{export}.mp4")
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not is_free and token not in self.good_tokens:
                return JSONResponse({"code": 1001, "message": "token expired"}, 401)
            return await route.endpoint(request)  # type: ignore[no-any-return]

        return endpoint

    async def _list_apps(self, _: Request) -> Response:
        if self.apps is None:
            return JSONResponse({"detail": "Not Found"}, 404)
        return JSONResponse(self.apps)

    async def _token(self, request: Request) -> Response:
        self.client_ids.append(request.headers["x-client-id"])
        token = f"token-{len(self.tokens) + 1}"
        self.tokens.append(token)
        self.good_tokens.add(token)
        return _ok({"token": token, "user_id": "u1", "credits": 100, "expires_in": 604800})

    async def _session(self, _: Request) -> Response:
        return _ok({"task_id": "t1", "session_id": "s1", "user_id": "u1"})

    async def _abort(self, _: Request) -> Response:
        return _ok({})

    async def _claim(self, _: Request) -> Response:
        return _ok({"claim_token": "clm_1", "expires_in": 604800})

    async def _state(self, _: Request) -> Response:
        return _ok({"state": {"draft": self.draft, "video_infos": None, "running": self.running}})

    async def _credits(self, _: Request) -> Response:
        return _ok({"available": 98, "frozen": 2, "total": 100})

    async def _upload(self, request: Request) -> Response:
        if request.headers["content-type"].startswith("application/json"):
            names = [url.rsplit("/", 1)[-1] for url in (await request.json())["urls"]]
            return _ok(
                {"files": [{"file_id": n, "filename": n, "file_type": "video"} for n in names]}
            )
        async with request.form() as form:
            files = []
            for _, part in form.multi_items():
                assert not isinstance(part, str)
                self.uploads.append((part.filename or "", await part.read()))
                files.append(
                    {"file_id": part.filename, "filename": part.filename, "file_type": "image"}
                )
        return _ok({"files": files})

    async def _run(self, request: Request) -> Response:
        self.said.append(await request.json())
        steps = self.turns.pop(0)

        async def stream() -> AsyncIterator[str]:
            for step in steps:
                if isinstance(step, str):
                    yield step
                    continue
                done = step()
                if isinstance(done, Awaitable):
                    await done

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _order(self, request: Request) -> Response:
        order = await request.json()
        self.orders.append(order)
        return JSONResponse({"id": order["id"], "status": "pending", "progress": 0})

    async def _poll(self, _: Request) -> Response:
        steps = self.exports["next"]
        return JSONResponse(steps.pop(0) if len(steps) > 1 else steps[0])

    async def _film(self, request: Request) -> Response:
        self.film_headers.append(dict(request.headers))
        start = 0
        if wanted := request.headers.get("range"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        left = FILM[start:]
        stop = self.film_stops.pop(0) if self.film_stops else None

        async def body() -> AsyncIterator[bytes]:
            yield left if stop is None else left[: stop - start]
            if stop is not None:
                await asyncio.sleep(0)
                raise Drop

        headers = {"ETag": '"f1"', "Content-Length": str(len(left))}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return StreamingResponse(body(), 206 if start else 200, headers, media_type="video/mp4")


def _ok(data: dict[str, Any]) -> Response:
    return JSONResponse({"code": 0, "message": "success", "data": data})


@contextmanager
def running(hosted: Hosted) -> Iterator[Hosted]:
    """Serve it on loopback, in a thread, until the end."""
    config = uvicorn.Config(
        hosted.app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    started = threading.Event()

    async def serve() -> None:
        socket = config.bind_socket()
        hosted.port = socket.getsockname()[1]
        serving = asyncio.ensure_future(server.serve([socket]))
        while not server.started:
            await asyncio.sleep(0.001)
        started.set()
        await serving

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert started.wait(20)
        yield hosted
    finally:
        server.should_exit = True
        thread.join(20)
