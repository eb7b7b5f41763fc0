"""What can go wrong between a client and its server, as errors that say the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from saycut.errors import SaycutError

__all__ = [
    "BadAddress",
    "Busy",
    "ExportBlocked",
    "ExportFailed",
    "FileUnreadable",
    "FilmNotFetched",
    "LineLost",
    "NoCredits",
    "NotAServer",
    "NothingToExport",
    "Refused",
    "RejectedFile",
    "SessionGone",
    "TimedOut",
    "TokenNotKept",
    "TokenRefused",
    "TooManyRequests",
    "TurnFailed",
    "Unreachable",
    "UploadRefused",
    "refusal",
]


class Refused(SaycutError):
    """The server refused a call. `wire_code`, `status` and `message` are the server's.

    `answer` is the whole JSON, where it sent any.
    """

    code: ClassVar[int] = 4711
    answer: Any = None

    def __init__(self, wire_code: int, status: int, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.wire_code = wire_code
        self.status = status
        self.message = message


class TokenRefused(Refused):
    """The token does not count (any more), and no other one is to be had."""

    code: ClassVar[int] = 4712


class SessionGone(Refused):
    """There is no such session for this user."""

    code: ClassVar[int] = 4713


class NoCredits(Refused):
    """The turn might cost more credits than there are."""

    code: ClassVar[int] = 4714


@dataclass(frozen=True, slots=True)
class RejectedFile:
    """A file that was not taken in, and why."""

    name: str
    code: int
    reason: str


class UploadRefused(Refused):
    """None of the files could be used; `rejected` says why each one."""

    code: ClassVar[int] = 4715

    def __init__(
        self,
        wire_code: int,
        status: int,
        message: str,
        *,
        hint: str = "",
        rejected: Sequence[RejectedFile] = (),
    ) -> None:
        super().__init__(wire_code, status, message, hint=hint)
        self.rejected = tuple(rejected)


class Busy(Refused):
    """A turn runs in that session, or the id belongs to another order."""

    code: ClassVar[int] = 4716


class TooManyRequests(Refused):
    """The server asks to wait; `retry_after_s` is how long, None where it does not say."""

    code: ClassVar[int] = 4717
    retry_after_s: float | None = None


class ExportBlocked(Refused):
    """The plan of this user does not export, or the server misses an attribution header."""

    code: ClassVar[int] = 4718


class Unreachable(SaycutError):
    """No connection to the server came about, or it broke and did not come back."""

    code: ClassVar[int] = 4721

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"cannot reach the server {url}: {reason}; check that it runs (`saycut serve` starts "
            "one), the address and the network"
        )
        self.url = url


class BadAddress(SaycutError):
    """The address of the server is none."""

    code: ClassVar[int] = 4731

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url!r} is no address of a server: write it as http://127.0.0.1:8321 or "
            "https://video.example.org"
        )
        self.url = url


class NotAServer(SaycutError):
    """Something answers at that address, but not as this kind of server does."""

    code: ClassVar[int] = 4722

    def __init__(self, url: str, found: str) -> None:
        super().__init__(
            f"the answer of {url} is no answer of a Saycut server ({found}); check the address: it "
            "ends before /api"
        )
        self.url = url


class LineLost(SaycutError):
    """A turn was sent, its line broke, and what came of it could not be learned."""

    code: ClassVar[int] = 4723

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the line broke during the turn, and it could not be taken up again: {reason}; it was "
            "not sent twice: look at the timeline before you say it again"
        )


class TimedOut(SaycutError):
    """The server gave signs of life, and nothing else, for too long."""

    code: ClassVar[int] = 4724

    def __init__(self, silent_s: float) -> None:
        super().__init__(
            f"nothing came of the turn in {silent_s / 60:.3g} minutes: it may still end; look at "
            "the timeline later, or stop it with abort"
        )
        self.silent_s = silent_s


class TurnFailed(SaycutError):
    """A turn ended with an error; `wire_code` is the server's word for it."""

    code: ClassVar[int] = 4725

    def __init__(self, wire_code: str, message: str) -> None:
        super().__init__(message)
        self.wire_code = wire_code


class ExportFailed(SaycutError):
    """An export ended without a film."""

    code: ClassVar[int] = 4726

    def __init__(self, export_id: str, reason: str) -> None:
        super().__init__(
            f"the export {export_id} failed: {reason or 'the server gives no reason'}; the project "
            "is kept: change it or export again"
        )
        self.export_id = export_id


class NothingToExport(SaycutError):
    """The timeline is empty."""

    code: ClassVar[int] = 4727

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"cannot export session {session_id}: its timeline is empty; say what to make first"
        )
        self.session_id = session_id


class FileUnreadable(SaycutError):
    """A file that was to be uploaded cannot be read here."""

    code: ClassVar[int] = 4728

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}; check the name")
        self.path = path


class FilmNotFetched(SaycutError):
    """A finished film could not be brought here; it is kept on the server."""

    code: ClassVar[int] = 4729

    def __init__(self, path: Path, reason: str, export_id: str) -> None:
        super().__init__(
            f"cannot bring the film to {path}: {reason}; the server keeps it as {export_id}: "
            "export again, the parts are ready"
        )
        self.path = path
        self.export_id = export_id


class TokenNotKept(SaycutError):
    """The file of client ids and tokens cannot be read or written."""

    code: ClassVar[int] = 4730

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot keep the token in {path}: {reason}; make that folder writable, or give a "
            "token of your own (SAYCUT_TOKEN)"
        )
        self.path = path


_BY_CODE: Final[Mapping[int, tuple[type[Refused], str]]] = {
    1001: (TokenRefused, "give a token that lives, or leave it out for a free one"),
    1002: (SessionGone, ""),
    2001: (NoCredits, ""),
    4001: (UploadRefused, ""),
    4002: (UploadRefused, ""),
    402: (ExportBlocked, ""),
    409: (Busy, ""),
    429: (TooManyRequests, ""),
}


def refusal(wire_code: int, status: int, message: str) -> Refused:
    """Give the error for a code of the wire."""
    kind, hint = _BY_CODE.get(wire_code, (Refused, ""))
    said = message or f"the server refused with code {wire_code} (HTTP {status}) and no reason"
    return kind(wire_code, status, said, hint=hint)
