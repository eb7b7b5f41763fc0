"""Front ends for Agent Development Kit (ADK) servers work with this one."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.adk.events import Event

from tests.server.running import Server, data_of, events_of

FOLDER = Path(__file__).parent / "adk"


@pytest.fixture(scope="session")
def front_end() -> Path:
    """The library, installed from its lock; node 20 or newer is needed for that."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: the front end library cannot be tried")
    if not (FOLDER / "node_modules" / ".package-lock.json").is_file():
        subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=True, timeout=240)
    return FOLDER / "conversation.mjs"


def test_a_public_front_end_talks_lists_loads_and_deletes(
    closed_server: Server, front_end: Path
) -> None:
    with closed_server.client() as client:
        answer = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "front end"})
    token = data_of(answer)
    words = ["how long may a clip be?", "add a title 'Hello'", "credits"]

    done = subprocess.run(
        ["node", str(front_end), closed_server.url, token["user_id"], token["token"], *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    told: dict[str, Any] = json.loads(done.stdout)
    session_id = told["session"]["externalId"]
    assert [t["remoteId"] for t in told["listed"]["threads"]] == [session_id]
    assert all(turn[-1]["turnComplete"] for turn in told["turns"])
    assert "100 available" in told["turns"][2][-1]["content"]["parts"][0]["text"]
    said = [m["content"] for m in told["loaded"]["messages"] if m["type"] == "human"]
    assert [text if isinstance(text, str) else text[0]["text"] for text in said] == words
    assert told["left"]["threads"] == []
    assert told["gone"] == "Failed to load session: 404"


def test_no_field_of_an_event_is_lost_on_the_way_through_adk(
    open_server: Server, new_session: Callable[..., str], photos: list[Path]
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        files = [("files", (path.name, path.read_bytes())) for path in photos]
        client.post(f"/api/upload-video/nemo_agent/me/{session_id}", files=files)
        events = [
            event
            for text in ("slideshow, 2 seconds a photo", "export", "credits", "hm")
            for event in events_of(
                client.post(
                    "/run_sse",
                    json={
                        "appName": "nemo_agent",
                        "userId": "me",
                        "sessionId": session_id,
                        "newMessage": {"role": "user", "parts": [{"text": text}]},
                        "streaming": True,
                        "stateDelta": {"a": 1},
                    },
                )
            )
        ]

    assert any(event["partial"] for event in events)
    for event in events:
        read = Event.model_validate(event)
        written = read.model_dump(mode="json", by_alias=True, exclude_none=True)
        assert contains(written, event), (written, event)


def contains(whole: Any, part: Any) -> bool:
    """Tell whether everything in `part` is in `whole`, which may hold more."""
    if isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)
