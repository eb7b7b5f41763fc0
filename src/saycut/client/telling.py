"""From events of the wire to what a turn tells: pieces and wholes, failures, the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from saycut.client.events import Event, Text, TurnDone, WireEvent

__all__ = ["Telling"]


@dataclass(slots=True)
class Telling:
    """What has been told in a turn so far."""

    wholes: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    is_failed: bool = False
    has_worked: bool = False
    _pieces: str = ""

    @property
    def text(self) -> str:
        """All that was said, pieces whose whole has not come included."""
        return "\n\n".join(part for part in (*self.wholes, self._pieces) if part.strip())

    def read(self, wire: WireEvent) -> Iterator[Event]:
        """Give what an event tells; words count as told once they are `heard`."""
        self.state.update(wire.state)
        if wire.is_of_user:
            return
        if error := wire.error:
            self.is_failed = True
            self.wholes.append(error.message)
            yield error
            return
        for told in wire.told():
            self.has_worked = self.has_worked or not isinstance(told, Text)
            yield told

    def heard(self, text: Text) -> Text:
        """Note words, and tell whether they only repeat pieces."""
        if text.is_partial:
            self._pieces += text.text
            return text
        is_repeat = bool(self._pieces.strip())
        self._pieces = ""
        self.wholes.append(text.text)
        return replace(text, is_repeat=is_repeat)

    def done(self) -> TurnDone:
        """Give the end of the turn."""
        state: Mapping[str, Any] = dict(self.state)
        return TurnDone(self.text, state, is_failed=self.is_failed)
