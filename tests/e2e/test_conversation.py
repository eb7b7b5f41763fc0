"""The whole conversation that published skills lead, call by call, with plain curl."""

import http.server
import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest

from tests.e2e.curl import Answer, Curl
from tests.server.running import Server

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PROMO = "create a 30-second promotional video with transitions and text overlays"
ATTRIBUTION = ["X-Skill-Source: promo-maker", "X-Skill-Version: 2.3.0", "X-Skill-Platform: clawhub"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def file_server(tmp_path: Path) -> Iterator[str]:
    """A web server with a photo, as somebody else's would be."""
    folder = tmp_path / "www"
    folder.mkdir()
    shutil.copy(EXAMPLES / "sunset.jpg", folder / "evening.jpg")
    handler = partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def server(
    start_server: Callable[..., Server], database_url: str, file_server: str
) -> Iterator[Server]:
    yield start_server(
        "--no-open",
        SAYCUT_DATABASE_URL=database_url,
        SAYCUT_REACHABLE=file_server,
        SAYCUT_PRICES="hosted",
        SAYCUT_UPLOAD_BYTES="20000000",
    )


def signed_in(server: Server, client_id: str | None = None) -> Curl:
    anonymous = Curl(server.url)
    answer = anonymous(
        "/api/auth/anonymous-token", "-X", "POST", "-H", f"X-Client-Id: {client_id or uuid.uuid4()}"
    )
    # As one of the clients reads it: by its text.
    found = re.search(r'"token":"([^"]+)"', answer.text)
    assert found, answer.text
    return Curl(server.url, [f"Authorization: Bearer {found[1]}", *ATTRIBUTION])


def said(curl: Curl, session_id: str, text: str, *words: str) -> Answer:
    message = {"parts": [{"text": text}]}
    body = {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": session_id,
        "new_message": message,
    }
    return curl.post("/run_sse", body, "-H", "Accept: text/event-stream", "-N", *words)


def finished(curl: Curl, export_id: str) -> dict[str, Any]:
    """Poll as clients do, but do not sleep: the server holds the answer."""
    deadline_s = time.monotonic() + 240
    while time.monotonic() < deadline_s:
        job = curl(f"/api/render/proxy/lambda/{export_id}?wait=25").json
        if job["status"] in ("completed", "failed"):
            return job
    raise AssertionError(f"export {export_id} did not end: {job}")


def names_of(state: dict[str, Any], kind: int) -> list[str]:
    tracks = [track for track in state["draft"]["t"] if track["tt"] == kind]
    return [segment["m"]["name"] for track in tracks for segment in track["sg"]]


def test_a_published_skill_makes_a_film_from_first_contact_to_download(
    server: Server, file_server: str, tmp_path: Path
) -> None:
    curl = signed_in(server)

    session = curl.post(
        "/api/tasks/me/with-session/nemo_agent", {"task_name": "project", "language": "<detected>"}
    ).data
    session_id = session["session_id"]
    claim = curl.post(
        "/api/auth/claim-token", {"task_id": session["task_id"], "session_id": session_id}
    ).data
    assert claim["claim_token"].startswith("clm_")
    page = Curl(server.url)(f"/workspace/claim?ct={claim['claim_token']}")
    assert page.status == 200
    assert "<html" in page.text

    photos = [EXAMPLES / name for name in ("forest-stream.jpg", "picos-de-europa.jpg")]
    uploaded = curl(
        f"/api/upload-video/nemo_agent/me/{session_id}",
        *(word for path in photos for word in ("-F", f"files=@{path}")),
    ).data
    assert [file["filename"] for file in uploaded["files"]] == [path.name for path in photos]
    assert uploaded["files"][0]["file_type"] == "image"
    by_url = curl.post(
        f"/api/upload-video/nemo_agent/me/{session_id}",
        {"urls": [f"http://{file_server}/evening.jpg"], "source_type": "url"},
    ).data
    assert by_url["files"][0]["name"] == "evening.jpg"

    promo = said(curl, session_id, PROMO)
    kinds = [key for event in promo.events for part in event["content"]["parts"] for key in part]
    assert kinds == ["functionCall", "functionResponse", "text"]
    assert "30" in promo.reply
    music = said(curl, session_id, "add lo-fi background music")
    response = music.events[1]["content"]["parts"][0]["functionResponse"]["response"]
    assert response["unmet"], music.reply
    assert "lo-fi" in music.reply.lower()
    title = said(curl, session_id, "put the title 'Golden Hour' at the beginning")
    assert "Golden Hour" in title.reply

    state = curl(f"/api/state/nemo_agent/me/{session_id}/latest").data["state"]
    assert state["draft"]["d"] == 30_000
    assert "Golden Hour" in names_of(state, 7)
    assert len(state["video_infos"]) == 3
    assert state["canvas_config"] == {"width": 1920, "height": 1080, "fps": 30.0, "ratio": "16:9"}

    balance = curl("/api/credits/balance/simple").data
    assert balance == {"available": 50, "frozen": 0, "total": 50}

    # The real length and content at a size that tests can afford.
    export_id = f"render_{int(time.time())}"
    order = {"id": export_id, "sessionId": session_id, "draft": state["draft"]}
    order["output"] = {"format": "mp4", "quality": "240p"}
    job = curl.post("/api/render/proxy/lambda", order).json
    assert job["id"] == job["data"]["id"] == export_id
    assert curl.post("/api/render/proxy/lambda", order).json["id"] == export_id
    done = finished(curl, export_id)
    assert done["status"] == "completed", done["error"]
    assert done["data"]["outputUrl"] == done["output"]["url"]
    assert curl("/api/credits/balance/simple").data["available"] == 50

    film = tmp_path / "film.mp4"
    curl.save(done["output"]["url"], film)
    assert film.stat().st_size == done["output"]["size_bytes"]
    with av.open(str(film)) as opened:
        video = opened.streams.video[0]
        assert (video.height, video.frames) == (240, 900)
        assert sum(1 for _ in opened.decode(video)) == 900


def test_each_code_of_the_table_is_given_where_it_belongs(server: Server, tmp_path: Path) -> None:
    bare = Curl(server.url)
    curl = signed_in(server, "client-1719846712-ab12cd")
    session_id = curl.post("/api/tasks/me/with-session/nemo_agent", {}).data["session_id"]
    upload = f"/api/upload-video/nemo_agent/me/{session_id}"
    (tmp_path / "notes.docx").write_bytes(b"PK\x03\x04" + bytes(1000))
    with (tmp_path / "large.mp4").open("wb") as file:
        file.truncate(25_000_000)

    def outcome(answer: Answer) -> tuple[int, int]:
        assert answer.json["message"]
        return answer.status, answer.json["code"]

    again = bare(
        "/api/auth/anonymous-token", "-X", "POST", "-H", "X-Client-Id: client-1719846712-ab12cd"
    )
    assert outcome(bare("/api/credits/balance/simple")) == (401, 1001)
    assert outcome(curl("/api/state/nemo_agent/me/nowhere/latest")) == (404, 1002)
    assert outcome(curl(upload, "-F", f"files=@{tmp_path / 'notes.docx'}")) == (415, 4001)
    assert outcome(curl(upload, "-F", f"file=@{tmp_path / 'large.mp4'}")) == (413, 4002)
    assert outcome(bare("/api/auth/anonymous-token", "-X", "POST")) == (400, 400)
    assert outcome(again) == (429, 429)

    curl(upload, "-F", f"files=@{EXAMPLES / 'sunset.jpg'}")
    said(curl, session_id, "slideshow, 2 seconds")
    order = {"id": "r1", "sessionId": session_id, "output": {"quality": "240p"}}
    unnamed = Curl(server.url, curl.headers[:1])
    assert outcome(unnamed.post("/api/render/proxy/lambda", order)) == (402, 402)
    assert curl.post("/api/render/proxy/lambda", order).json["id"] == "r1"
    changed = {**order, "output": {"quality": "360p"}}
    assert outcome(curl.post("/api/render/proxy/lambda", changed)) == (409, 409)

    # Each first film costs 50 of the 100 that a new user has.
    for _ in range(2):
        another = curl.post("/api/tasks/me/with-session/nemo_agent", {}).data["session_id"]
        photo = f"files=@{EXAMPLES / 'sunset.jpg'}"
        curl(f"/api/upload-video/nemo_agent/me/{another}", "-F", photo)
        last = said(curl, another, "slideshow, 2 seconds")
    assert outcome(last) == (403, 2001)
    assert "clips" in said(curl, another, "what can you do?").reply
    assert curl("/api/credits/balance/simple").data == {"available": 0, "frozen": 0, "total": 0}
