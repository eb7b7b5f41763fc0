"""What can go wrong between a draft and a finished file."""

from collections.abc import Sequence
from typing import ClassVar

from saycut.errors import SaycutError

__all__ = ["ChunkFailed", "ExportFailed", "NothingToRender", "PoolClosed", "ShapeMismatch"]


class NothingToRender(SaycutError):
    """The draft shows nothing."""

    code: ClassVar[int] = 4301

    def __init__(self, duration_ms: int) -> None:
        super().__init__(
            f"the timeline is {duration_ms} ms long and holds nothing to render; "
            "add a photo or a clip first"
        )


class ShapeMismatch(SaycutError):
    """The asked size has another shape than the canvas."""

    code: ClassVar[int] = 4302

    def __init__(self, size_px: tuple[int, int], ratio: str) -> None:
        super().__init__(
            f"{size_px[0]}x{size_px[1]} is not of the film's shape {ratio}; "
            "change the canvas first, or choose a size of that shape"
        )
        self.size_px = size_px


class ChunkFailed(SaycutError):
    """A part of the film could not be rendered, again and again."""

    code: ClassVar[int] = 4303

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"{what} could not be rendered: {reason}; "
            "replace the media used there, or run the export again"
        )


class ExportFailed(SaycutError):
    """The finished file did not pass verification; it was not published."""

    code: ClassVar[int] = 4304

    def __init__(self, failures: Sequence[str]) -> None:
        super().__init__(
            "the rendered file did not pass verification: "
            + "; ".join(failures)
            + "; nothing was published, run the export again"
        )
        self.failures = tuple(failures)


class PoolClosed(SaycutError):
    """The workers ended before the work did, because the program is ending."""

    code: ClassVar[int] = 4305

    def __init__(self) -> None:
        super().__init__(
            "rendering was stopped because Saycut is shutting down; start it again and repeat "
            "the export, which goes on from the parts that are finished"
        )
