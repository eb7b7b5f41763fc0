"""Passwords and email addresses: what they may look like, and hashes that are slow to try.

Hashing takes 64 MB and a tenth of a second on purpose: never inside a transaction, and no more
than a few at a time, so that a flood of sign-ins costs a queue and not the memory of the machine.
"""

import re
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import ClassVar, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from saycut.server.errors import BadInput

__all__ = [
    "EMAIL_LETTERS_MAX",
    "PASSWORD_LETTERS_MAX",
    "PASSWORD_LETTERS_MIN",
    "EmailRefused",
    "PasswordRefused",
    "checked_email",
    "checked_password",
    "hash_password",
    "is_outdated",
    "verify_password",
]

# Length is what makes a password hard to guess (NIST SP 800-63B); the upper bound only keeps
# out what nobody types.
PASSWORD_LETTERS_MIN: Final = 10
PASSWORD_LETTERS_MAX: Final = 200
# The longest address that mail can be sent to (RFC 5321, 4.5.3.1.3).
EMAIL_LETTERS_MAX: Final = 254

_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]]+@[^\s@<>\"(),:;\\\[\]]+")
_HASHES_AT_ONCE: Final = 2

# argon2id with the second choice of RFC 9106: 64 MB, three passes.
_hasher: Final = PasswordHasher()
_room: Final = BoundedSemaphore(_HASHES_AT_ONCE)


class EmailRefused(BadInput):
    """What was given is no email address."""

    code: ClassVar[int] = 400

    def __init__(self, found: str) -> None:
        super().__init__(f"{found[:80]!r} is no email address: write one such as anna@example.org")


class PasswordRefused(BadInput):
    """A new password is too short or too long."""

    code: ClassVar[int] = 400

    def __init__(self, letters: int) -> None:
        super().__init__(
            f"a password has {PASSWORD_LETTERS_MIN} to {PASSWORD_LETTERS_MAX} characters, and "
            f"this one has {letters}: a few words that do not belong together make a good one"
        )


def checked_email(text: str) -> str:
    """Give an email address as accounts are known by it.

    Raises:
        EmailRefused
    """
    email = unicodedata.normalize("NFC", text.strip()).lower()
    is_plain = all(unicodedata.category(letter)[0] != "C" for letter in email)
    if len(email) > EMAIL_LETTERS_MAX or not is_plain or not _EMAIL.fullmatch(email):
        raise EmailRefused(text)
    return email


def checked_password(text: str) -> str:
    """Give a new password that may be used.

    Raises:
        PasswordRefused
    """
    if not PASSWORD_LETTERS_MIN <= len(text) <= PASSWORD_LETTERS_MAX:
        raise PasswordRefused(len(text))
    return text


def hash_password(password: str) -> str:
    """Give what is kept of a password."""
    with _room:
        return _hasher.hash(_bytes(password))


def verify_password(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one that a hash was made of.

    With nothing to compare it with the answer is no, after the same time.
    """
    if len(password) > PASSWORD_LETTERS_MAX:
        password = ""
    with _room:
        # Made at the first sign-in, whoever it is of.
        nobodys = _nobodys_hash()
        try:
            _hasher.verify(kept or nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with less work than is usual by now."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    # The same letters typed on another keyboard must be the same password. Text from JSON may
    # hold half a surrogate pair, which has no UTF-8.
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
