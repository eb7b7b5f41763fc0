"""What a turn tells, as values; and what events of the wire mean in them.

A turn ends with `TurnDone`, always. Before it come words and what the tools did; failures are
`TurnError`, after which `TurnDone` has `is_failed`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = [
    "Event",
    "StillWorking",
    "Suggestion",
    "Text",
    "ToolCall",
    "ToolResult",
    "TurnDone",
    "TurnError",
    "WireEvent",
]


@dataclass(frozen=True, slots=True)
class Text:
    """Words for the user.

    `is_partial` are pieces; the whole comes after them with `is_repeat`: show one or the other.
    `is_inferred`: the server said nothing, and these words tell what changed on the timeline.
    """

    text: str
    is_partial: bool = False
    is_repeat: bool = False
    is_inferred: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Work that begins."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """How work ended."""

    id: str
    name: str
    response: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StillWorking:
    """Nothing was heard for a while, but the line lives."""

    silent_s: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply spoke of a screen; this is what it comes to.

    `action` is "export", "state", "summary", "edit" or "act".
    """

    action: str
    said: str


@dataclass(frozen=True, slots=True)
class TurnError:
    """The turn could not be done; `message` says why."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class TurnDone:
    """The end of a turn. `text` is all that was said, `state` what changed of the session's."""

    text: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    is_failed: bool = False


Event = Text | ToolCall | ToolResult | StillWorking | Suggestion | TurnError | TurnDone

_CALL_KEYS: Final = ("functionCall", "function_call")
_RESPONSE_KEYS: Final = ("functionResponse", "function_response")


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One event of the stream, read as tolerantly as servers differ."""

    raw: Mapping[str, Any]

    @classmethod
    def parse(cls, data: str) -> "WireEvent | None":
        """Give the event of a `data:` value; None for what is none (empty, or no object)."""
        try:
            raw = json.loads(data)
        except ValueError:
            return None
        return cls(raw) if isinstance(raw, dict) else None

    @property
    def is_last(self) -> bool:
        return bool(self.raw.get("turnComplete") or self.raw.get("turn_complete"))

    @property
    def is_partial(self) -> bool:
        return bool(self.raw.get("partial"))

    @property
    def state(self) -> Mapping[str, Any]:
        actions = _object(self.raw.get("actions"))
        return _object(actions.get("stateDelta") or actions.get("state_delta"))

    @property
    def error(self) -> TurnError | None:
        code = self.raw.get("errorCode") or self.raw.get("error_code")
        message = self.raw.get("errorMessage") or self.raw.get("error_message")
        # ADK servers write {"error": "..."} when the stream itself fails.
        message = message or (self.raw.get("error") if "content" not in self.raw else None)
        if not code and not message:
            return None
        return TurnError(str(code or "ERROR"), str(message or f"the turn failed ({code})"))

    @property
    def is_of_user(self) -> bool:
        content = _object(self.raw.get("content"))
        return self.raw.get("author") == "user" or content.get("role") == "user"

    def told(self) -> Iterator[Text | ToolCall | ToolResult]:
        """Give what the parts say."""
        parts = _object(self.raw.get("content")).get("parts")
        for part in parts if isinstance(parts, list) else ():
            if not isinstance(part, dict):
                continue
            # Thoughts are the model's own.
            if (text := part.get("text")) and isinstance(text, str) and not part.get("thought"):
                yield Text(text, is_partial=self.is_partial)
            if call := _first(part, _CALL_KEYS):
                yield ToolCall(_word(call, "id"), _word(call, "name"), _object(call.get("args")))
            if answer := _first(part, _RESPONSE_KEYS):
                response = _object(answer.get("response"))
                yield ToolResult(_word(answer, "id"), _word(answer, "name"), response)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(raw: Mapping[str, Any], key: str) -> str:
    return str(raw.get(key) or "")


def _first(part: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any]:
    return next((_object(part[key]) for key in keys if key in part), {})
