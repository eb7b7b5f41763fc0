"""What can go wrong between the parts, when each of them did its own work."""

from collections.abc import Sequence
from typing import ClassVar

from saycut.agent import Turn
from saycut.bootstrap.intake import Refusal
from saycut.errors import SaycutError

__all__ = ["BadSetting", "EmptyRequest", "FilesRefused", "NotDone"]


class BadSetting(SaycutError):
    """A variable of the environment does not hold what it should."""

    code: ClassVar[int] = 4703


class FilesRefused(SaycutError):
    """Some of the files that were given cannot be used; nothing was changed."""

    code: ClassVar[int] = 4290

    def __init__(self, refused: Sequence[Refusal]) -> None:
        lines = ["some files cannot be used, and nothing was made or changed:"]
        lines += [f"  {refusal.path}: {refusal.error}" for refusal in refused]
        super().__init__("\n".join(lines))
        self.refused = tuple(refused)


class EmptyRequest(SaycutError):
    """There are no words to act on."""

    code: ClassVar[int] = 4590

    def __init__(self) -> None:
        super().__init__(
            "cannot act on an empty request: say what to make, such as "
            "-p 'a 30-second promo with music'"
        )


class NotDone(SaycutError):
    """The request led to no change; `turn.reply` says why and what would help."""

    code: ClassVar[int] = 4591

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn.reply)
        self.turn = turn
