"""Why an edit could not be done. Each message ends with what would work instead."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from saycut.errors import SaycutError
from saycut.timeline import Asset, Segment, TimeRange

__all__ = [
    "AmbiguousTarget",
    "CannotFit",
    "InvalidArguments",
    "NoSuchPlace",
    "NotInSource",
    "NotUsable",
    "NothingToEdit",
    "OutsideFilm",
    "OutsideSegment",
    "UnknownAsset",
    "UnknownOperation",
]


class OutsideSegment(SaycutError):
    """The chosen moment is not inside the segment."""

    code: ClassVar[int] = 4101

    def __init__(self, segment: Segment, at_ms: int) -> None:
        span = segment.track_range
        super().__init__(
            f"cannot split segment {segment.id!r} at {at_ms} ms: it plays from "
            f"{span.start_ms} to {span.end_ms} ms; choose a moment between them"
        )
        self.segment_id = segment.id
        self.at_ms = at_ms


class NotInSource(SaycutError):
    """More of the media was asked for than there is; `longest_ms` is what it could play."""

    code: ClassVar[int] = 4106

    def __init__(self, segment: Segment, asset: Asset, wanted: TimeRange, longest_ms: int) -> None:
        super().__init__(
            f"cannot play {wanted.start_ms} to {wanted.end_ms} ms of {asset.name!r} in segment "
            f"{segment.id!r}: the media lasts {asset.duration_ms} ms; stay inside it, or choose "
            f"a length of at most {longest_ms} ms"
        )
        self.segment_id = segment.id
        self.asset_id = asset.id
        self.longest_ms = longest_ms


class NothingToEdit(SaycutError):
    """The draft has nothing of the kind the edit works on."""

    code: ClassVar[int] = 4107

    def __init__(self, what: str, holds: str, advice: str) -> None:
        super().__init__(f"cannot {what}: {holds}; {advice}")


class UnknownAsset(SaycutError):
    """The project has no asset of that id."""

    code: ClassVar[int] = 4108

    def __init__(self, asset_id: str, known: Iterable[str]) -> None:
        ids = list(known)
        shown = ", ".join(ids[:8]) + (", ..." if len(ids) > 8 else "")
        holds = f"the project has {shown}; name one of these" if ids else "add a file first"
        super().__init__(f"no asset {asset_id!r}: {holds}")
        self.asset_id = asset_id


class InvalidArguments(SaycutError):
    """An argument of an operation is missing, unknown or out of its limits."""

    code: ClassVar[int] = 4109

    def __init__(self, operation: str, field: str, found: object, expected: str) -> None:
        shown = repr(found)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        super().__init__(f"cannot run {operation} with {field} = {shown}: {expected}")
        self.operation = operation
        self.field = field
        self.found = found
        self.expected = expected


class UnknownOperation(SaycutError):
    """The registry has no operation of that name."""

    code: ClassVar[int] = 4110

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"no operation {name!r}: there are {', '.join(known)}; name one of these")
        self.name = name


class CannotFit(SaycutError):
    """The film cannot have that length; `shortest_ms` and `longest_ms` are its limits.

    `longest_ms` is None when stills let it last as long as one likes.
    """

    code: ClassVar[int] = 4111

    def __init__(self, duration_ms: int, shortest_ms: int, longest_ms: int | None) -> None:
        limits = f"{shortest_ms} ms or more" if longest_ms is None else ""
        limits = limits or f"{shortest_ms} to {longest_ms} ms"
        super().__init__(
            f"cannot make the film {duration_ms} ms long: with the media on its track it can "
            f"last {limits}; choose such a length, or add or remove media first"
        )
        self.duration_ms = duration_ms
        self.shortest_ms = shortest_ms
        self.longest_ms = longest_ms


class NotUsable(SaycutError):
    """The asset is of another kind than the edit needs."""

    code: ClassVar[int] = 4112

    def __init__(self, asset: Asset, what: str, needs: str) -> None:
        super().__init__(
            f"cannot {what} {asset.name!r}: it is {_kind(asset)}; choose a file with {needs}"
        )
        self.asset_id = asset.id


class AmbiguousTarget(SaycutError):
    """Several things fit the description; `candidates` are the ids of all of them."""

    code: ClassVar[int] = 4113

    def __init__(self, what: str, candidates: Sequence[str]) -> None:
        shown = ", ".join(candidates[:8]) + (", ..." if len(candidates) > 8 else "")
        super().__init__(
            f"cannot tell which {what} is meant: there are {len(candidates)} ({shown}); "
            "name one by segment_id"
        )
        self.candidates = tuple(candidates)


class OutsideFilm(SaycutError):
    """The chosen moment is not inside the film."""

    code: ClassVar[int] = 4114

    def __init__(self, what: str, at_ms: int, film_end_ms: int) -> None:
        super().__init__(
            f"cannot {what} at {at_ms} ms: the film plays from 0 to {film_end_ms} ms; "
            "choose a moment between them"
        )
        self.at_ms = at_ms
        self.film_end_ms = film_end_ms


class NoSuchPlace(SaycutError):
    """The film has not that many of them."""

    code: ClassVar[int] = 4115

    def __init__(self, what: str, index: int, count: int) -> None:
        super().__init__(
            f"no {what} at index {index}: the film has {count}; "
            f"choose 0 to {count - 1}, or -1 for the last"
        )
        self.index = index
        self.count = count


def _kind(asset: Asset) -> str:
    sound = "with sound" if asset.has_audio else "without sound"
    return {"video": f"a clip {sound}", "image": "a still picture", "audio": "sound alone"}[
        asset.kind.value
    ]
