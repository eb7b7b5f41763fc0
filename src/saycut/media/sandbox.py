"""Work on untrusted media in a child process: bounded, without network, and free to crash.

No `except` catches a crash inside a C library, and no decoder is safe from a file made to
break it. So such work runs in a process of its own that can read files and answer, no more.
"""

import pickle
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Event, Timer
from typing import Any, Final, TypeVar, TypeVarTuple, cast

from saycut.media.answers import plain_error
from saycut.media.child import ChildDied, ChildNotStarted, ConfinedChild, start_child
from saycut.media.confine import Limits
from saycut.media.errors import MediaCrash, MediaTimeout, TooMuchMemory

__all__ = ["Limits", "run_confined"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_LIMITS: Final = Limits()


def run_confined(
    function: Callable[[*Ts], T],
    *args: *Ts,
    limits: Limits = _LIMITS,
    subject: str = "the file",
) -> T:
    """Call a function of a module in a child process under limits and give what it returns.

    `function` and its arguments travel pickled; the result is made of plain values and arrays,
    see `answers`. Safe to call from any thread.
    Starting costs about 0.3 s, most of it for importing numpy and the decoders.

    Args:
        subject: the label of the file worked on, for the messages of errors.

    Raises:
        MediaTimeout: `limits.wall_s` or `limits.cpu_s` passed.
        TooMuchMemory: `limits.memory_bytes` was not enough.
        MediaCrash: the child died.
        ChildNotStarted: there was none to begin with.
        Exception: whatever the function raised, as it was.
    """
    with start_child("saycut.media.sandbox:_serve", limits) as child:
        answer = _asked(child, (function, args), limits, subject)
    match answer:
        case ("returned", value):
            return cast("T", value)
        case ("raised", Exception() as error):
            raise error
        case ("memory", None):
            raise TooMuchMemory(subject, limits.memory_bytes or 0)
    raise MediaCrash(subject, "its answer makes no sense")


def _asked(child: ConfinedChild, request: Any, limits: Limits, subject: str) -> Any:
    is_overdue = Event()

    def end() -> None:
        is_overdue.set()
        child.kill()

    # From outside: a child that hangs may do so in the middle of an answer.
    timer = Timer(limits.wall_s or 0, end)
    if limits.wall_s is not None:
        timer.start()
    try:
        child.send(request)
        return child.receive()
    except (ChildDied, ChildNotStarted) as death:
        if is_overdue.is_set():
            raise MediaTimeout(subject, limits.wall_s or 0) from None
        if isinstance(death, ChildNotStarted):
            raise
        if -death.status in (signal.SIGXCPU, signal.SIGALRM):
            raise MediaTimeout(subject, limits.cpu_s or limits.wall_s or 0) from None
        raise MediaCrash(subject, death.how) from death
    finally:
        timer.cancel()


def _serve(connection: Connection, limits: Limits) -> None:
    """Be the child: do what is asked, answer, end."""
    if limits.wall_s is not None:
        # Should the parent be killed, nobody else would end a child that hangs.
        signal.setitimer(signal.ITIMER_REAL, limits.wall_s + 1)
    connection.send_bytes(_answer(connection))


def _answer(connection: Connection) -> bytes:
    try:
        function, args = connection.recv()
        return pickle.dumps(("returned", function(*args)))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except BaseException as error:  # of any kind: it is the caller's to handle
        return pickle.dumps(("raised", plain_error(error)))
