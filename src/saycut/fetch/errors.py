"""What can be wrong with an address on the network, or with what answers there.

`subject` is how the messages call it: without user names, queries and the addresses that a
name leads to. Nothing that a server sent stands in a message, except the number of a status.
"""

from typing import ClassVar

from saycut.errors import SaycutError

__all__ = [
    "AddressRefused",
    "BadUrl",
    "DeadlinePassed",
    "FetchFailed",
    "NetworkError",
    "TooLarge",
]


class NetworkError(SaycutError):
    """Something on the network cannot be used."""

    code: ClassVar[int] = 4850


class BadUrl(NetworkError):
    """The text is not an address of the one plain form that is taken."""

    code: ClassVar[int] = 4851

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(
            f"cannot use {subject}: {reason}; give a full address such as "
            "'https://example.com/clip.mp4'"
        )
        self.subject = subject
        self.reason = reason


class AddressRefused(NetworkError):
    """The address is well formed, and this server does not connect to it."""

    code: ClassVar[int] = 4852

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(
            f"will not connect to {subject}: {reason}; use an address on the public internet, or "
            "ask who runs this server to allow that host and port"
        )
        self.subject = subject
        self.reason = reason


class FetchFailed(NetworkError):
    """No answer, or not the one that was needed; `status` is the one it had, if any."""

    code: ClassVar[int] = 4853

    def __init__(self, subject: str, reason: str, status: int | None = None) -> None:
        super().__init__(
            f"got nothing that can be used from {subject}: {reason}; check that the address is "
            "right and needs no sign-in, then try again"
        )
        self.subject = subject
        self.reason = reason
        self.status = status


class TooLarge(NetworkError):
    """The file is larger than the limit; `size_bytes` is what the server announced, if it did."""

    code: ClassVar[int] = 4854

    def __init__(self, subject: str, bytes_max: int, size_bytes: int | None = None) -> None:
        found = "has more" if size_bytes is None else f"has {size_bytes} bytes, more"
        super().__init__(
            f"cannot take the file of {subject}: it {found} than the limit of {bytes_max} bytes; "
            "make a smaller or shorter copy"
        )
        self.subject = subject
        self.bytes_max = bytes_max
        self.size_bytes = size_bytes


class DeadlinePassed(FetchFailed):
    """The whole took longer than it may, however lively the server was."""

    code: ClassVar[int] = 4855

    def __init__(self, subject: str, limit_s: float) -> None:
        super().__init__(subject, f"it was not done after {limit_s:g} s, the limit")
        self.limit_s = limit_s
