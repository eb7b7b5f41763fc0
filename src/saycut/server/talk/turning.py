"""What a turn writes, and when: all of it in two transactions.

    begin    the turn, the held credits, the user's words, the call of the tool
    finish   the new version, what the tool gave, actions, the reply, the credits, the turn's end

A crash between them loses nothing but time: the draft is as it was, the turn counts as lost,
its credits are given back, and the client's repetition runs it anew. A hold lives as long as its
turn runs; one whose turn is gone, with its project, is given back by the reaper.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from saycut.engine import UNNAMED, Done, name_of, snapshot_of
from saycut.errors import SaycutError
from saycut.server.callers import Client
from saycut.server.parts import Parts
from saycut.server.talk import adk
from saycut.server.talk.actions import Act, acts_of
from saycut.store import Event, Transaction, Turn
from saycut.store.credits import Hold, HoldEnded, UnknownHold
from saycut.store.projects import now_ms
from saycut.timeline import Draft

__all__ = ["LOST", "Aborted", "Message", "Turning"]

TOOL: Final = "edit_project"
# The code of the event that ends a turn whose server was stopped.
LOST: Final = "LOST"


class Aborted(SaycutError):
    """The user stopped the turn before it changed anything."""

    code = 409

    def __init__(self) -> None:
        super().__init__("stopped, as you asked: nothing was changed")


@dataclass(frozen=True, slots=True)
class Message:
    """What a user says in a session. `key` is the client's name for it, "" when it has none.

    `base_url` is what the client reaches this server as.
    """

    session_id: str
    user_id: str
    text: str
    key: str
    client: Client
    is_streaming: bool = False
    base_url: str = ""

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps([self.session_id, self.text]).encode()).hexdigest()


class Turning:
    """The writing of turns; called from threads."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def begin(self, message: Message) -> tuple[Turn, tuple[Event, ...]]:
        """Begin a turn, or find the one of that key; events are given where it is to be run.

        Raises:
            UnknownProject, TurnRunning, KeyReused
            NotEnoughCredits: the turn might cost more than there is.
        """
        turn_id = f"t-{secrets.token_hex(10)}"
        new = Turn(
            id=turn_id,
            project_id=message.session_id,
            user_id=message.user_id,
            key=message.key or turn_id,
            fingerprint=message.fingerprint,
            request=message.text,
            state="running",
            server_id=self._parts.options.server_id,
            started_ms=now_ms(),
            ended_ms=None,
        )
        price = self._price_at_most(message)
        with self._parts.store.transaction() as tx:
            tx.projects.get(message.session_id, message.user_id)
            turn, is_new = tx.turns.begin(new)
            if not is_new:
                return turn, ()
            if price:
                tx.credits.hold(_hold_id(turn), message.user_id, price)
            said = adk.says(turn.id, message.text, author="user")
            called = adk.calls(turn.id, _call_id(turn), TOOL, {"request": message.text})
            events = tuple(tx.turns.log(turn.project_id, turn.id, e) for e in (said, called))
            client = message.client
            tx.usage.count(client.skill, client.version, client.platform, "chat")
        return turn, events[1:]

    def finish(
        self, turn: Turn, message: Message, is_aborted: Callable[[], bool]
    ) -> tuple[Event, ...]:
        """Do what was asked and end the turn.

        Raises:
            Aborted: nothing was changed, and the turn has not ended.
            SaycutError: it could not be done; likewise.
        """
        logged: list[Event] = []
        engine = self._parts.engine
        with self._parts.store.reading() as tx:
            # An account may have taken the project over meanwhile.
            owner_id = tx.projects.get(turn.project_id).owner_id
            before = snapshot_of(tx, turn.project_id, owner_id)

        def commit(tx: Transaction, done: Done) -> None:
            if is_aborted() or not tx.turns.end(turn.id, "done"):
                raise Aborted
            kind = _kind(before.draft, done)
            if kind == "make" and before.project.name == UNNAMED:
                tx.projects.rename(turn.project_id, name_of(done.snapshot.draft, turn.request))
            acts = acts_of(tx, self._parts, turn, done, message.base_url)
            said = _events(turn, message, done, acts)
            logged.extend(tx.turns.log(turn.project_id, turn.id, event) for event in said)
            self._settle(tx, turn, owner_id, kind)

        done = engine.respond(before, turn.request, commit=commit)
        if "export" in done.turn.actions:
            self._parts.jobs.wake()
        return tuple(logged)

    def fail(self, turn: Turn, state: str, code: str, message: str) -> tuple[Event, ...]:
        """End a turn that changed nothing; its credits are given back."""
        with self._parts.store.transaction() as tx:
            return self._failed(tx, turn, state, code, message)

    def give_up(self, server_ids: frozenset[str]) -> int:
        """End the turns of servers that are gone; gives how many there were."""
        with self._parts.store.reading() as tx:
            lost = tx.turns.running_on(server_ids)
        for turn in lost:
            self.fail(turn, "lost", LOST, _LOST)
        return len(lost)

    def give_up_forgotten(self, known_ids: Collection[str]) -> int:
        """End the turns of this server that it no longer works on: their end was not written."""
        own = frozenset({self._parts.options.server_id})
        begun_before_ms = now_ms() - _FORGOTTEN_MS
        with self._parts.store.reading() as tx:
            lost = [t for t in tx.turns.running_on(own) if t.id not in known_ids]
        lost = [turn for turn in lost if turn.started_ms < begun_before_ms]
        for turn in lost:
            self.fail(turn, "lost", LOST, _LOST)
        return len(lost)

    def release_forgotten(self) -> int:
        """Give back what is held for turns that do not run; gives how many holds there were."""
        with self._parts.store.reading() as tx:
            forgotten = [hold for hold in tx.credits.held() if not _is_needed(tx, hold)]
        for hold in forgotten:
            # It may have ended, or gone with its user, since it was found.
            with suppress(HoldEnded, UnknownHold), self._parts.store.transaction() as tx:
                tx.credits.release(hold.id)
        return len(forgotten)

    def logged(self, turn: Turn, after: int) -> tuple[bool, tuple[Event, ...]]:
        """Give whether a turn still runs, and its events with numbers above `after`.

        Of a turn that went with its project there is nothing but that to be told.
        """
        with self._parts.store.reading() as tx:
            current = tx.turns.find(turn.id)
            if current is None:
                return False, (Event(after + 1, turn.id, _gone(turn)),)
            return current.is_running, tx.turns.events(
                turn.project_id, after=after, turn_id=turn.id
            )

    def _price_at_most(self, message: Message) -> int:
        """Give what a turn may come to cost.

        Only where that is more than there is, the turn is planned to tell what it will cost.
        """
        prices = self._parts.options.prices
        if not prices:
            return 0
        before = self._parts.engine.show(message.session_id, message.user_id)
        with self._parts.store.reading() as tx:
            available = tx.credits.balance(message.user_id).available
        change = "edit" if any(before.draft.segments()) else "make"
        price = max(prices.get("chat", 0), prices.get(change, 0))
        if price > available:
            planned = self._parts.engine.plan(before, message.text)
            price = prices.get(change if planned.changed else "chat", 0)
        return price

    def _failed(
        self, tx: Transaction, turn: Turn, state: str, code: str, message: str
    ) -> tuple[Event, ...]:
        if not tx.turns.end(turn.id, state):
            if tx.turns.find(turn.id) is None:
                self._release(tx, turn)
            return ()
        self._release(tx, turn)
        return (tx.turns.log(turn.project_id, turn.id, adk.failed(turn.id, code, message)),)

    def _settle(self, tx: Transaction, turn: Turn, owner_id: str, kind: str) -> None:
        """Charge what the turn was, out of what was held for it.

        Raises:
            NotEnoughCredits: it became more than could be foreseen, and than there is.
        """
        price = self._parts.options.prices.get(kind, 0)
        if not price:
            self._release(tx, turn)
            return
        try:
            held = tx.credits.get_hold(_hold_id(turn)).amount
        except UnknownHold:
            # What could only be free when it began was overtaken, by a file that arrived.
            held = tx.credits.hold(_hold_id(turn), owner_id, price).amount
        tx.credits.capture(_hold_id(turn), min(price, held))

    def _release(self, tx: Transaction, turn: Turn) -> None:
        # Nothing was held for what can only be free.
        with suppress(UnknownHold):
            tx.credits.release(_hold_id(turn))


# A turn is begun in one thread and known to the others a moment later.
_FORGOTTEN_MS: Final = 30_000
_LOST: Final = (
    "The server was stopped before this was done, and nothing was changed: send it again."
)


def _gone(turn: Turn) -> dict[str, Any]:
    message = (
        f"Session {turn.project_id!r} was deleted while this was being done, and nothing of it is "
        "kept; make a new session to go on."
    )
    return adk.failed(turn.id, "1002", message)


def _kind(before: Draft, done: Done) -> str:
    """Tell what a turn was, as prices name it. What is undone and redone was paid before."""
    if not done.turn.changed:
        return "chat"
    return "edit" if any(before.segments()) else "make"


def _events(
    turn: Turn, message: Message, done: Done, acts: tuple[Act, ...]
) -> list[Mapping[str, Any]]:
    """Give what is said of a finished turn, in order."""
    events: list[Mapping[str, Any]] = [
        adk.responds(turn.id, _call_id(turn), TOOL, _outcome(done)),
    ]
    for number, act in enumerate(acts, 1):
        call_id = f"{_call_id(turn)}-{number}"
        events.append(adk.calls(turn.id, call_id, act.name, act.arguments))
        events.append(adk.responds(turn.id, call_id, act.name, act.response))
    text = "\n".join([done.turn.reply, *(act.text for act in acts if act.text)])
    if message.is_streaming:
        events += [
            adk.says(turn.id, line, is_partial=True) for line in text.splitlines(keepends=True)
        ]
    events.append(adk.says(turn.id, text, is_last=True, state=_state(done)))
    return events


def _outcome(done: Done) -> dict[str, Any]:
    return {
        "changed": done.is_changed,
        "asked": done.turn.asked,
        "unmet": list(done.turn.unmet),
        "actions": list(done.turn.actions),
        "version": done.snapshot.project.revision,
        "timeline": done.snapshot.summary,
    }


def _state(done: Done) -> dict[str, Any]:
    draft = done.snapshot.draft
    return {
        "version": done.snapshot.project.revision,
        "duration_ms": draft.duration_ms,
        "timeline": done.snapshot.summary,
    }


def _hold_id(turn: Turn) -> str:
    # A turn that was lost is held for anew when it is run again.
    return f"{turn.id}@{turn.started_ms}"


def _is_needed(tx: Transaction, hold: Hold) -> bool:
    turn = tx.turns.find(hold.id.partition("@")[0])
    return turn is not None and turn.is_running and _hold_id(turn) == hold.id


def _call_id(turn: Turn) -> str:
    return f"call-{turn.id}"
