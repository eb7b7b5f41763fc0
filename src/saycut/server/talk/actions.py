"""What a turn asks of the server beside edits: an export, the credits, the link to the film."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from saycut.agent.speech import voice_of
from saycut.engine import Done
from saycut.engine.shape import has_shape
from saycut.errors import SaycutError
from saycut.server.exportable import check_film, check_plan
from saycut.server.parts import Parts
from saycut.server.signing import export_link
from saycut.store import Transaction, Turn

__all__ = ["Act", "acts_of"]


@dataclass(frozen=True, slots=True)
class Act:
    """A tool call of the turn, what it gave, and the words about it."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


def acts_of(
    tx: Transaction, parts: Parts, turn: Turn, done: Done, base_url: str
) -> tuple[Act, ...]:
    """Carry out the actions of a turn within its transaction; links begin with `base_url`."""
    acts = []
    for action in done.turn.actions:
        match action:
            case "export":
                acts.append(_export(tx, parts, turn, done, base_url))
            case "credits":
                acts.append(_credits(tx, parts, done))
            case "status":
                acts.append(Act("get_status", {}, {"timeline": done.snapshot.summary}))
            case "share":
                acts.append(_share(tx, parts, turn, done, base_url))
    return tuple(acts)


def _export(tx: Transaction, parts: Parts, turn: Turn, done: Done, base_url: str) -> Act:
    # An account may have taken the project over since the turn began.
    owner = tx.users.get(done.snapshot.project.owner_id)
    arguments = {"id": f"render_{secrets.token_hex(6)}", "session_id": turn.project_id}
    output = _output(done)
    try:
        check_plan(parts, owner.plan)
        check_film(done.snapshot.draft, turn.project_id)
        export = parts.jobs.order(
            tx,
            user_id=owner.id,
            export_id=arguments["id"],
            project_id=turn.project_id,
            draft=done.snapshot.draft,
            output=output,
        )
    except SaycutError as error:
        return Act(
            "export_video", arguments | {"output": output}, {"error": str(error)}, str(error)
        )
    link = export_link(parts, export, base_url)
    response = {"id": export.id, "status": "pending", "url": link}
    words = voice_of(done.turn.language).say("doors", "export", id=export.id, link=link)
    return Act("export_video", arguments | {"output": output}, response, words)


def _output(done: Done) -> dict[str, Any]:
    """Give what can be heeded of the words about the file; the reply names the rest."""
    output: dict[str, Any] = {"format": "mp4"}
    for order in done.turn.outputs[:1]:
        if order.width and order.height:
            size = (order.width, order.height)
            if has_shape(done.snapshot.draft.canvas, size):
                output |= {"width": size[0], "height": size[1]}
    return output


def _credits(tx: Transaction, parts: Parts, done: Done) -> Act:
    voice = voice_of(done.turn.language)
    if parts.options.is_open:
        return Act("get_credits", {}, {"unlimited": True}, voice.say("doors", "no_limits"))
    balance = tx.credits.balance(done.snapshot.project.owner_id)
    words = voice.say("doors", "credits", available=balance.available, frozen=balance.frozen)
    response = {
        "available": balance.available,
        "frozen": balance.frozen,
        "total": balance.total,
    }
    return Act("get_credits", {}, response, words)


def _share(tx: Transaction, parts: Parts, turn: Turn, done: Done, base_url: str) -> Act:
    voice = voice_of(done.turn.language)
    films = [e for e in tx.exports.of_project(turn.project_id) if e.state == "completed"]
    if not films:
        return Act("share", {}, {}, voice.say("doors", "no_film"))
    link = export_link(parts, films[-1], base_url)
    return Act("share", {}, {"id": films[-1].id, "url": link}, link)
