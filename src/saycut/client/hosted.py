"""Turns on servers that are not ours: silent edits told, screens left out, nothing sent twice.

Such a server names no events, so a broken line cannot be taken up again. What the turn did is
learned from the state then, as it is when a stream ends without a word.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

from saycut.client.errors import LineLost, Unreachable
from saycut.client.events import Event, StillWorking, Suggestion, Text, WireEvent
from saycut.client.line import Line
from saycut.client.models import State
from saycut.client.patience import Patience
from saycut.client.screens import plain_words, whole_sentences
from saycut.client.stream import BrokenLine, Place, TurnOrder, paced, records
from saycut.client.telling import Telling
from saycut.client.timelines import changes_between, timeline_of

__all__ = ["hosted_turn"]

_UNTOLD = (
    "The server did not say what came of it, and nothing on the timeline is different. Say it in "
    'other words, or look at the timeline with "status".'
)
_NEXT = 'Next: say what else to change, "undo" to take it back, or "export" for the film.'
# Told by a backend at the end of turns that went well; its own clients leave it out too.
_TEMPORARY = "temporary issue"

ReadState = Callable[[], Awaitable[State]]


@dataclass(slots=True)
class Screened:
    """Words with the screen taken out; pieces are held back until a sentence is whole."""

    telling: Telling
    held: str = ""
    suggestions: dict[str, Suggestion] = field(default_factory=dict)

    def events(self, event: Event) -> Iterator[Event]:
        """Give what an event comes to."""
        if not isinstance(event, Text):
            yield event
        elif event.is_partial:
            said, self.held = whole_sentences(self.held + event.text)
            yield from self._plain(Text(said, is_partial=True))
        else:
            yield from self.rest()
            if not self._is_apology(event.text):
                yield from self._plain(event)

    def rest(self) -> Iterator[Event]:
        """Give what was held back."""
        said, self.held = self.held, ""
        yield from self._plain(Text(said, is_partial=True))

    def _plain(self, text: Text) -> Iterator[Event]:
        if not text.text:
            return
        plain = plain_words(text.text)
        if plain.text:
            yield self.telling.heard(Text(plain.text, is_partial=text.is_partial))
        for suggestion in plain.suggestions:
            if self.suggestions.setdefault(suggestion.action, suggestion) is suggestion:
                yield suggestion

    def _is_apology(self, text: str) -> bool:
        is_first = not self.telling.text.strip() and not self.telling.has_worked
        return _TEMPORARY in text.casefold() and not is_first


async def hosted_turn(
    line: Line, order: TurnOrder, read_state: ReadState, telling: Telling
) -> AsyncGenerator[Event]:
    """Give what a turn tells; `telling` has it all at the end.

    Raises:
        LineLost: the line broke, and the state does not show what came of it.
        Refused, Unreachable, NotAServer, TimedOut
    """
    before = await read_state()
    screened, is_broken = Screened(telling), False
    try:
        async with aclosing(paced(_sent(line, order), line.patience)) as stream:
            async for event in stream:
                told = [event] if isinstance(event, StillWorking) else telling.read(event)
                for one in told:
                    for plain in screened.events(one):
                        yield plain
    except BrokenLine:
        is_broken = True
    for plain in screened.rest():
        yield plain
    if is_broken or not (telling.text.strip() or telling.is_failed):
        words = await _what_changed(line.patience, read_state, before, is_broken=is_broken)
        yield telling.heard(Text(words, is_inferred=True))
    if {"state", "summary"} & set(screened.suggestions):
        yield telling.heard(Text(timeline_of(await read_state()), is_inferred=True))


async def _sent(line: Line, order: TurnOrder) -> AsyncGenerator[WireEvent]:
    """Give what the one answer brings; it is sent again only if it cannot have arrived."""
    has_tried = False
    while True:
        try:
            async with aclosing(records(line, order, Place())) as events:
                async for event in events:
                    yield event
            return
        except BrokenLine as broken:
            if broken.was_sent:
                raise
            if has_tried:
                raise Unreachable(line.url, str(broken)) from broken
        has_tried = True
        await asyncio.sleep(line.patience.pause_before(1))


async def _what_changed(
    patience: Patience, read_state: ReadState, before: State, *, is_broken: bool
) -> str:
    """Watch the state until it shows what a turn did, and tell it."""
    end_s, seen = time.monotonic() + patience.watch_s, None
    while True:
        state = await read_state()
        changes = changes_between(before, state)
        # A turn whose line broke may still be at work: what it did is told once it is settled.
        if changes and not state.running and (not is_broken or changes == seen):
            return "\n".join([*changes, _NEXT])
        if not is_broken and seen is not None and not state.running:
            return _UNTOLD
        if time.monotonic() >= end_s:
            if is_broken:
                raise LineLost("the server cannot tell the rest, and its state shows nothing new")
            return _UNTOLD
        seen = changes
        await asyncio.sleep(patience.poll_s)
