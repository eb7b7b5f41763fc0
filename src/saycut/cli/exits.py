"""What the exit code of a command means; the one table of it."""

from enum import IntEnum
from typing import Final

from saycut.errors import SaycutError

__all__ = ["ExitCode", "code_of", "exit_code_of", "explanation"]


class ExitCode(IntEnum):
    DONE = 0
    INTERNAL = 1
    USAGE = 2
    MEDIA = 3
    REQUEST = 4
    RENDER = 5
    PROJECT = 6
    SERVER = 7
    INTERRUPTED = 130


_MEANINGS: Final = {
    ExitCode.DONE: "done",
    ExitCode.INTERNAL: "a fault in Saycut or in the machine",
    ExitCode.USAGE: "the command line is wrong, or the output cannot go where it was asked to",
    ExitCode.MEDIA: "a file is missing or cannot be used",
    ExitCode.REQUEST: "the request is empty, was not understood or cannot be done",
    ExitCode.RENDER: "the film could not be made, or failed its checks",
    ExitCode.PROJECT: "the project is unknown, has changed, or is in use",
    ExitCode.SERVER: "the server was not reached, or did not let it be done",
    ExitCode.INTERRUPTED: "stopped with ^C (129, 143: SIGHUP, SIGTERM); finished parts are kept",
}

# Errors are numbered in families of a hundred.
_BY_FAMILY: Final = {
    40: ExitCode.MEDIA,
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
    1002: ExitCode.PROJECT,
    2001: ExitCode.REQUEST,
    4302: ExitCode.USAGE,
    4410: ExitCode.INTERNAL,
    4411: ExitCode.INTERNAL,
    4412: ExitCode.INTERNAL,
    4413: ExitCode.INTERNAL,
    # What can go wrong with a server; its own reasons are looked at first.
    **dict.fromkeys((4706, *range(4711, 4725)), ExitCode.SERVER),
    4725: ExitCode.REQUEST,
    4726: ExitCode.RENDER,
    4727: ExitCode.RENDER,
    4728: ExitCode.MEDIA,
    4729: ExitCode.RENDER,
    4730: ExitCode.SERVER,
}


def code_of(error: SaycutError) -> int:
    """Give the number that tells what happened: the server's, where it knows better."""
    # 41xx to 46xx are the reasons that this machine would have given; see `saycut.errors`.
    told = str(getattr(error, "wire_code", ""))
    if told.isdecimal() and (int(told) // 100 in _BY_FAMILY or int(told) in _BY_CODE):
        return int(told)
    return error.code


def exit_code_of(error: SaycutError) -> ExitCode:
    code = code_of(error)
    return _BY_CODE.get(code, _BY_FAMILY.get(code // 100, ExitCode.INTERNAL))


def explanation() -> str:
    """Give the table as lines for a help text."""
    return "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in _MEANINGS.items())
