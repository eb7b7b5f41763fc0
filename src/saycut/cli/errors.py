"""What can be wrong with a command line that its syntax does not show."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from saycut.errors import SaycutError

__all__ = [
    "CasesRefused",
    "FileNotTaken",
    "Interrupted",
    "NoSuchCommand",
    "NotOurServer",
    "OutputRefused",
]


class OutputRefused(SaycutError):
    """The film or the draft cannot be written where it was asked to."""

    code: ClassVar[int] = 4701

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot write {path}: {reason}")
        self.path = path


class CasesRefused(SaycutError):
    """The file of requests to plan cannot be read."""

    code: ClassVar[int] = 4704

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the cases in {path}: {reason}; give a file with one JSON object a line, "
            'such as {"id": "1", "text": "make a slideshow", "media": []}'
        )
        self.path = path


class NotOurServer(SaycutError):
    """A command needs more than that server can do."""

    code: ClassVar[int] = 4706

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is not of a Saycut server, and this command needs one; "
            "`saycut chat --server` works with others of the family too"
        )


class NoSuchCommand(SaycutError):
    """A line of the chat begins with what looks like a command and is none."""

    code: ClassVar[int] = 4710

    def __init__(self, word: str, commands: Iterable[str]) -> None:
        super().__init__(
            f"there is no command {word!r}: type one of {', '.join(commands)}, or say what you "
            "want in your own words"
        )
        self.word = word


class FileNotTaken(SaycutError):
    """A server did not take a file in; `wire_code` is its number for why."""

    code: ClassVar[int] = 4291

    def __init__(self, wire_code: int, reason: str) -> None:
        super().__init__(reason)
        self.wire_code = wire_code


class Interrupted(Exception):
    """A person stopped the command; the message says what is left and how to go on."""
