"""Events and sessions as Agent Development Kit (ADK) servers write them."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["calls", "failed", "new_event_id", "responds", "says"]

AUTHOR = "saycut"


def says(
    invocation_id: str,
    text: str,
    *,
    is_partial: bool = False,
    is_last: bool = False,
    state: Mapping[str, Any] | None = None,
    author: str = AUTHOR,
) -> dict[str, Any]:
    """Give an event of words; the last one of a turn also carries what changed of the state."""
    role = "user" if author == "user" else "model"
    event = _event(invocation_id, [{"text": text}], author=author, role=role)
    return event | {
        "partial": is_partial,
        "turnComplete": is_last,
        "actions": {"stateDelta": dict(state or {}), "artifactDelta": {}},
    }


def calls(
    invocation_id: str, call_id: str, name: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the event of a tool call."""
    call = {"id": call_id, "name": name, "args": dict(arguments)}
    return _event(invocation_id, [{"functionCall": call}])


def responds(
    invocation_id: str, call_id: str, name: str, response: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the event of what a tool call gave."""
    answer = {"id": call_id, "name": name, "response": dict(response)}
    return _event(invocation_id, [{"functionResponse": answer}])


def failed(invocation_id: str, code: str, message: str) -> dict[str, Any]:
    """Give the last event of a turn that failed; a turn never ends without words."""
    event = says(invocation_id, message, is_last=True)
    return event | {"errorCode": code, "errorMessage": message}


def new_event_id() -> str:
    return f"e-{secrets.token_hex(8)}"


def _event(
    invocation_id: str,
    parts: Sequence[Mapping[str, Any]],
    *,
    author: str = AUTHOR,
    role: str = "model",
) -> dict[str, Any]:
    return {
        "id": new_event_id(),
        "invocationId": invocation_id,
        "author": author,
        "timestamp": round(time.time(), 3),
        "partial": False,
        "turnComplete": False,
        "content": {"role": role, "parts": [dict(part) for part in parts]},
        "actions": {"stateDelta": {}, "artifactDelta": {}},
    }
