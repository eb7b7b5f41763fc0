"""What can be wrong with a command line that its syntax does not show."""

from pathlib import Path
from typing import ClassVar

from saycut.errors import SaycutError

__all__ = ["CasesRefused", "Interrupted", "OutputRefused"]


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


class Interrupted(Exception):
    """A person stopped the command; the message says what is left and how to go on."""
