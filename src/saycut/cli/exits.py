"""What the exit code of a command means; the one table of it."""

from enum import IntEnum
from typing import Final

from saycut.errors import SaycutError

__all__ = ["ExitCode", "exit_code_of", "explanation"]


class ExitCode(IntEnum):
    DONE = 0
    INTERNAL = 1
    USAGE = 2
    MEDIA = 3
    REQUEST = 4
    RENDER = 5
    PROJECT = 6
    INTERRUPTED = 130


_MEANINGS: Final = {
    ExitCode.DONE: "done",
    ExitCode.INTERNAL: "a fault in Saycut or in the machine",
    ExitCode.USAGE: "the command line is wrong, or the output cannot go where it was asked to",
    ExitCode.MEDIA: "a file is missing or cannot be used",
    ExitCode.REQUEST: "the request is empty, was not understood or cannot be done",
    ExitCode.RENDER: "the film could not be made, or failed its checks",
    ExitCode.PROJECT: "the project is unknown, has changed, or is in use",
    ExitCode.INTERRUPTED: "stopped with ^C (129, 143: SIGHUP, SIGTERM); finished parts are kept",
}

# Errors are numbered in families of a hundred.
_BY_FAMILY: Final = {
    41: ExitCode.REQUEST,
    42: ExitCode.MEDIA,
    43: ExitCode.RENDER,
    44: ExitCode.PROJECT,
    45: ExitCode.REQUEST,
    46: ExitCode.RENDER,
    47: ExitCode.USAGE,
    48: ExitCode.INTERNAL,
    49: ExitCode.REQUEST,
}
# Those that are of another kind than their family: a size that does not fit is a wrong command
# line; a full disk and a broken database are the machine's.
_BY_CODE: Final = {
    400: ExitCode.USAGE,
    4302: ExitCode.USAGE,
    4410: ExitCode.INTERNAL,
    4411: ExitCode.INTERNAL,
    4412: ExitCode.INTERNAL,
}


def exit_code_of(error: SaycutError) -> ExitCode:
    family = _BY_FAMILY.get(error.code // 100, ExitCode.INTERNAL)
    return _BY_CODE.get(error.code, family)


def explanation() -> str:
    """Give the table as lines for a help text."""
    return "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in _MEANINGS.items())
