"""Talking: one message in, a stream of events out."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import Field
from starlette.responses import Response

from saycut.server.callers import ClientDep, PartsDep, Writer
from saycut.server.edge.addresses import base_url_of
from saycut.server.envelope import Body
from saycut.server.errors import FAILURES, BadInput
from saycut.server.routes.common import APPS, check_user, project_of
from saycut.server.talk.sse import EventStream
from saycut.server.talk.turning import Message

__all__ = ["router"]

router = APIRouter(tags=["chat"], responses=FAILURES)

_TEXT_LETTERS_MAX = 100_000
_KEY_LETTERS_MAX = 200
# What databases take for a number.
_EVENT_DIGITS_MAX = 18


class Part(Body):
    text: str | None = None


class Content(Body):
    parts: list[Part]
    role: str = "user"


class RunOrder(Body):
    """The order of an ADK client; `state_delta` and what else it may hold changes nothing."""

    app_name: str = "nemo_agent"
    user_id: str | None = Field(None, description="`me`, the caller's id, or nothing.")
    session_id: str
    new_message: Content
    streaming: bool = Field(False, description="Words come in pieces before they come whole.")
    invocation_id: str | None = Field(None, description="As Idempotency-Key.")


def _message(
    request: Request,
    parts: PartsDep,
    caller: Writer,
    client: ClientDep,
    order: RunOrder,
    idempotency_key: Annotated[str | None, Header(max_length=_KEY_LETTERS_MAX)] = None,
) -> Message:
    """Read what is said, and let it pass to a session of the caller.

    Raises:
        BadInput, SessionNotFound
    """
    if order.app_name not in APPS:
        raise BadInput(f"app_name is {order.app_name!r}: write {' or '.join(APPS)}")
    check_user(order.user_id, caller, order.session_id)
    with parts.store.reading() as tx:
        project_of(tx, order.session_id, caller)
    text = "\n".join(part.text for part in order.new_message.parts if part.text).strip()
    if not text:
        raise BadInput('new_message.parts holds no text: send {"parts": [{"text": "..."}]}')
    if len(text) > _TEXT_LETTERS_MAX:
        raise BadInput(
            f"the message has {len(text)} characters; at most {_TEXT_LETTERS_MAX} are read: send "
            "it in parts"
        )
    return Message(
        session_id=order.session_id,
        user_id=caller.user_id,
        text=text,
        key=(idempotency_key or order.invocation_id or "")[:_KEY_LETTERS_MAX],
        client=client,
        is_streaming=order.streaming,
        base_url=base_url_of(request, parts),
    )


MessageDep = Annotated[Message, Depends(_message)]


@router.post(
    "/run_sse",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "ADK events, one a `data:` line, each with an `id:`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def run_sse(
    request: Request,
    parts: PartsDep,
    message: MessageDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Say something in a session, or watch again what came of it.

    The same Idempotency-Key (or `invocation_id`) is the same turn: it is never done twice. With
    Last-Event-ID only what came after that event is sent.
    """
    turn = await parts.chat.begin(message)
    after = _number(last_event_id)
    return EventStream(parts.chat.follow(turn, after), request.app.state.streams)


def _number(last_event_id: str | None) -> int:
    """Read the number of an event; what is none counts as the beginning."""
    said = (last_event_id or "").strip()
    return int(said) if said.isdecimal() and len(said) <= _EVENT_DIGITS_MAX else 0


@router.post("/run")
async def run(parts: PartsDep, message: MessageDep) -> list[dict[str, Any]]:
    """Say something in a session; all events of the turn at once, as an ADK server answers."""
    turn = await parts.chat.begin(message)
    return [dict(line.payload) async for line in parts.chat.follow(turn)]
