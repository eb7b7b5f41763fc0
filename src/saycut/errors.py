"""The root of all errors that Saycut raises on purpose, and the numbers programs read.

A message says what could not be done, with the value, what holds instead, and the next
step. Programs read `code` and the attributes; people read the message. Codes 1000-4099
are those of the wire protocol; 41xx are edits, 42xx media, 43xx rendering, 44xx the store.
"""

from typing import ClassVar

__all__ = ["SaycutError"]


class SaycutError(Exception):
    """Something that was asked could not be done; the message says why and what to do."""

    code: ClassVar[int] = 400
