"""Requests of the system to end, which end a command as ^C does: in order."""

import signal
from types import FrameType
from typing import Final

__all__ = ["end_in_order", "exit_code_of_stop", "is_asked_to_end"]

_ASKED_TO_END: Final = (signal.SIGTERM, signal.SIGHUP)
_received: list[int] = []


def end_in_order() -> None:
    """Make SIGTERM and SIGHUP stop a command as ^C does, so that it cleans up behind itself."""
    for number in _ASKED_TO_END:
        # `nohup` and some services want a signal ignored; so it stays.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)


def is_asked_to_end() -> bool:
    """Tell whether the system asked for the end, beside which ^C is a person's."""
    return bool(_received)


def exit_code_of_stop() -> int:
    """Give 128 and the signal that stopped the command, as shells do."""
    return 128 + (_received[0] if _received else signal.SIGINT)


def _stop(number: int, _: FrameType | None) -> None:
    # Once is enough: another one must not cut the cleaning short.
    if not _received:
        _received.append(number)
        raise KeyboardInterrupt
