"""What can go wrong with an order, and how a failed export is told to whoever ordered it."""

from typing import ClassVar, Final

from saycut.engine import CacheUnusable, FilmNotWritten
from saycut.errors import SaycutError
from saycut.store import BlobNotKept, DataFolderUnusable

__all__ = ["FormatNotMade", "QualityUnknown", "ServerTwice", "told"]

# Of the server, not of the film: the code for what nobody foresaw.
UNFORESEEN: Final = 500


class FormatNotMade(SaycutError):
    """No film of that format is made."""

    code: ClassVar[int] = 4306

    def __init__(self, name: str, made: tuple[str, ...], later: tuple[str, ...]) -> None:
        what = "is not made yet" if name in later else "is not a format of films"
        super().__init__(
            f"cannot export {name!r}: it {what}; order {' or '.join(made)}, and convert the file "
            "afterwards if another is needed"
        )
        self.name = name


class QualityUnknown(SaycutError):
    """The quality of an order is none that is known."""

    code: ClassVar[int] = 4307

    def __init__(self, quality: str) -> None:
        super().__init__(
            f"cannot export in quality {quality!r}: write low, medium, high, or a height such as "
            "720p"
        )
        self.quality = quality


class ServerTwice(SaycutError):
    """Another server works under the id of this data folder."""

    code: ClassVar[int] = 4805

    def __init__(self, server_id: str) -> None:
        super().__init__(
            f"cannot start: another server works on this database under the id {server_id}; stop "
            "it, or give each server a data folder of its own, never a copy of another's"
        )


def told(error: BaseException) -> tuple[int, str]:
    """Give the code and the words for whoever ordered a film that failed.

    They may be far from the machine: paths of it are no help, and not their business.
    """
    code = getattr(error, "code", None)
    code = code if isinstance(code, int) else UNFORESEEN
    match error:
        case FilmNotWritten() | CacheUnusable() | BlobNotKept() | DataFolderUnusable():
            return code, (
                f"the server could not keep the film: {_reason(error)}; once its operator has "
                "made room or changed its permissions, order the film again with a new id"
            )
        case SaycutError():
            return code, str(error)
        case _:
            return code, (
                f"the film could not be made, for a reason that nobody foresaw "
                f"({type(error).__name__}: {error}); order it again with a new id, and tell the "
                "operator of the server if that fails too"
            )


def _reason(error: BaseException) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "its disk is full or cannot be written"
