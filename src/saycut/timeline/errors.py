"""What can be wrong with a draft or with the words used to point into it."""

from collections.abc import Sequence
from typing import ClassVar

from saycut.errors import SaycutError

__all__ = ["InvalidDraft", "UnknownSegment", "UnknownTrack", "WireError"]


def _known(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:8]) + (", ..." if len(ids) > 8 else "")
    return f"the draft has {shown}" if ids else "the draft is empty"


class UnknownSegment(SaycutError):
    """The draft has no segment of that id."""

    code: ClassVar[int] = 4102

    def __init__(self, segment_id: str, known: Sequence[str]) -> None:
        super().__init__(f"no segment {segment_id!r}: {_known(known)}; name one of these")
        self.segment_id = segment_id


class UnknownTrack(SaycutError):
    """The draft has no track of that id."""

    code: ClassVar[int] = 4103

    def __init__(self, track_id: str, known: Sequence[str]) -> None:
        super().__init__(f"no track {track_id!r}: {_known(known)}; name one of these")
        self.track_id = track_id


class InvalidDraft(SaycutError):
    """The draft breaks rules of the document; `problems` lists all of them with their places."""

    code: ClassVar[int] = 4104

    def __init__(self, problems: Sequence[str]) -> None:
        more = f" (and {len(problems) - 5} more)" if len(problems) > 5 else ""
        super().__init__("the draft cannot be used: " + "; ".join(problems[:5]) + more)
        self.problems = tuple(problems)


class WireError(SaycutError):
    """A value in the JSON of a draft is not what belongs there; `path` points at it."""

    code: ClassVar[int] = 4105

    def __init__(self, path: str, expected: str, found: object) -> None:
        shown = repr(found)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        super().__init__(f"{path or 'the draft'}: expected {expected}, found {shown}")
        self.path = path
        self.expected = expected
        self.found = found
