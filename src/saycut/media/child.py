"""Start a child process that is confined before it does anything, and talk with it.

What the parent sends is trusted. What comes back is not: it is read as plain values alone.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from socket import SHUT_RDWR, socket
from threading import Lock
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from saycut.errors import SaycutError
from saycut.media import confine
from saycut.media.answers import read_answer
from saycut.media.confine import Limits

__all__ = ["ChildDied", "ChildNotStarted", "ConfinedChild", "start_child"]


class ChildNotStarted(SaycutError):
    """A confined process did not come up; that says nothing of any file."""

    code: ClassVar[int] = 4209

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"cannot start a process to work on media with {sys.executable}: {reason}; check the "
            "memory that is left and that this Python can import saycut, then try again"
        )
        self.reason = reason


class ChildDied(SaycutError):
    """A confined process ended, or answered what makes no sense and was ended for it.

    `how` says it in words; `status` is the exit status, -n for signal n.
    """

    code: ClassVar[int] = 4210

    def __init__(self, how: str, status: int) -> None:
        super().__init__(f"a process that worked on media ended early ({how}); try again")
        self.how = how
        self.status = status


def start_child(entry: str, limits: Limits) -> "ConfinedChild":
    """Start a Python that is confined from its first line on and calls a function.

    Confined before it imports anything of ours, so that no thread of a library is there yet;
    with an environment that holds no secrets; deaf to ^C, which is the parent's to handle.
    Safe to call from any thread. It takes some 0.3 s until the function runs; this call does
    not wait for it.

    Args:
        entry: `module:function`; it is called with the connection to this process, over which
            it gets what is sent and answers with plain values (see `answers`), and the limits.
            The child ends when it returns.

    Raises:
        ChildNotStarted: the system refused it. What goes wrong later, `receive` tells.
    """
    ours, theirs = Pipe()
    told = [confine.__file__, asdict(limits), sys.path, entry, theirs.fileno()]
    # ^C goes to the whole group, so children are born with it blocked.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = subprocess.Popen(
            # -P: the working folder may hold anything; -B: nothing may be written anyway.
            [sys.executable, "-P", "-B", "-c", _FIRST_LINES, json.dumps(told)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env=_environment(os.environ, limits.writable),
        )
    except OSError as error:
        ours.close()
        raise ChildNotStarted(str(error)) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return ConfinedChild(process, ours, limits)


class ConfinedChild:
    """One child process and the connection to it.

    Use it as a context manager, or end it with `close`. For one thread, but for `kill`.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], connection: Connection, limits: Limits
    ) -> None:
        assert process.stderr is not None
        self._process = process
        self._said = process.stderr
        self._connection = connection
        self._limits = limits
        # Held by `kill`, which another thread may call, while the connection must stay open.
        self._ending = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def fileno(self) -> int:
        """Give the descriptor to wait for: it can be read once there is something to receive."""
        return self._connection.fileno()

    def send(self, value: Any) -> None:
        """Send a value that can be pickled. That the child is gone, `receive` will tell."""
        with suppress(ConnectionError):
            self._connection.send(value)

    def receive(self) -> Any:
        """Wait for the next answer and give it.

        Raises:
            ChildNotStarted: the child never came to call its function.
            ChildDied: it ended, or its answer makes no sense. It is gone in both cases.
        """
        try:
            # No answer is larger than the child that made it.
            data = self._connection.recv_bytes(self._limits.memory_bytes)
        except (EOFError, OSError):
            raise self._ended() from None
        try:
            return read_answer(data)
        except Exception as error:
            # What a child that was taken over sends meets any line of the reader.
            raise ChildDied("its answer makes no sense", self.close()) from error

    def kill(self) -> None:
        """End the process at once; whoever waits for its answer learns of it."""
        with self._ending:
            self._process.kill()
            # A process that it forked may hold its end open, and would be waited for.
            with suppress(OSError), socket(fileno=os.dup(self._connection.fileno())) as ours:
                ours.shutdown(SHUT_RDWR)

    def close(self) -> int:
        """End the process, leave no zombie of it, and give its exit status."""
        self._process.kill()
        with self._ending:
            self._connection.close()
        self._said.close()
        return self._process.wait()

    def _ended(self) -> ChildNotStarted | ChildDied:
        # Without its connection it is ending, unless it was taken over.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_S)
        self._process.kill()
        said = self._said.read().decode(errors="replace")
        status = self.close()
        how = _named(status)
        if said.endswith(_STARTED):
            return ChildDied(how, status)
        return ChildNotStarted("; ".join([how, *said.strip().splitlines()[-_SAID_LINES:]]))


def _named(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


# Python takes some 0.1 s to end, more when the machine is busy.
_ENDING_S: Final = 2.0
# What is kept of the words of a child that did not start.
_SAID_LINES: Final = 3
_STARTED: Final = "started\n"

# Importing anything of ours would load the decoders, whose libraries start threads, and some
# limits hold for no thread that runs already. So `confine` is run alone first, by its path.
_FIRST_LINES: Final = """\
import json, runpy, sys
confine, limits, path, entry, descriptor = json.loads(sys.argv[1])
names = runpy.run_path(confine)
names["confine_this_process"](names["Limits"](**limits))
sys.path[:] = path
from saycut.media.child import _begin
_begin(entry, limits, descriptor)
"""


def _begin(entry: str, limits: Mapping[str, Any], descriptor: int) -> None:
    """Be the child: call the function of `entry`, all else is done."""
    module, _, name = entry.partition(":")
    function = getattr(import_module(module), name)
    # From here on, what goes wrong is the function's; what libraries print is of no use.
    os.write(2, _STARTED.encode())
    os.dup2(1, 2)
    with Connection(descriptor) as connection, suppress(EOFError, ConnectionError):
        function(connection, Limits(**limits))


# What an interpreter may need to find itself, its libraries and the user.
_KEPT_NAMES: Final = {"PATH", "HOME", "LANG", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR"}
_KEPT_PREFIXES: Final = ("LC_", "DYLD_")


def _environment(whole: Mapping[str, str], writable: str | None) -> dict[str, str]:
    """Give what Python needs and no more: a decoder that was taken over finds no secrets here."""
    kept = {
        name: value
        for name, value in whole.items()
        if name in _KEPT_NAMES or name.startswith(_KEPT_PREFIXES)
    }
    if writable is not None:
        kept["TMPDIR"] = writable
    # Threads of the linear algebra library would only take address space.
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}
