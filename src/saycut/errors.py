"""The root of all errors that Saycut raises on purpose, and the numbers programs read.

A message says what could not be done, with the value, what holds instead, and the next
step. Programs read `code` and the attributes; people read the message. Codes 1000-4099
are those of the wire protocol; 41xx are edits, 42xx media, 43xx rendering, 44xx the store,
45xx understanding, 46xx text and sound, 47xx the command line, 48xx the machine (of these
485x the network), 49xx accounts and credits (users 4901-4904, holds 4905-4906, tokens 4907).
"""

from typing import Any, ClassVar

__all__ = ["SaycutError"]


class SaycutError(Exception):
    """Something that was asked could not be done; the message says why and what to do."""

    code: ClassVar[int] = 400

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross process borders. The default would call `__init__` with the message
        # alone, but subclasses make their message of other arguments.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[SaycutError], args: tuple[Any, ...], state: dict[str, Any]) -> SaycutError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
