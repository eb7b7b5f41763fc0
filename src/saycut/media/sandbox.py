"""Work on untrusted media in a child process: bounded, without network, and free to crash.

No `except` catches a crash inside a C library, and no decoder is safe from a file made to
break it. So such work runs in a process of its own that can read files and answer, no more.
"""

import json
import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, TypeVarTuple, cast

from saycut.media.answers import read_answer, write_error
from saycut.media.confine import deny_network, deny_writing
from saycut.media.errors import MediaCrash, MediaTimeout, TooMuchMemory

__all__ = ["Limits", "confine_this_process", "run_confined"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use; None sets no limit.

    `memory_bytes` bounds the address space, of which Python and the decoders take some 1.5 GB
    before they read anything. `wall_s` holds for `run_confined` alone. Files can be written
    below the folder `writable` alone, None is nowhere; `written_bytes` bounds each of them.
    """

    # A picture of 100 megapixels needs 0.4 GB, and as much again for each step on its way.
    memory_bytes: int | None = 4 * 2**30
    cpu_s: int | None = 60
    wall_s: float | None = 60.0
    open_files: int | None = 64
    writable: str | None = None
    written_bytes: int | None = None


def run_confined(
    function: Callable[[*Ts], T],
    *args: *Ts,
    limits: Limits = Limits(),
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
        Exception: whatever the function raised, as it was.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        request = _header(limits) + pickle.dumps((function, args))
        answer, _ = child.communicate(request, timeout=limits.wall_s)
    except subprocess.TimeoutExpired:
        raise MediaTimeout(subject, limits.wall_s or 0) from None
    finally:
        _end(child)
    return cast("T", _unpacked(answer, child.returncode, limits, subject))


def confine_this_process(limits: Limits) -> None:
    """Put this process under limits for the rest of its life, its network taken away.

    For workers that decode media all their life; call it first, before they start threads.
    `cpu_s` counts their whole life. Where a system lacks one of the means it is left out.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CPU, limits.cpu_s)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    _limit(resource.RLIMIT_FSIZE, limits.written_bytes if limits.writable else 0)
    deny_writing(but_below=limits.writable)
    deny_network()


# The child takes the parent's import path first, so that it finds what the parent found.
_CHILD = """\
import json, sys
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from saycut.media.sandbox import _serve
_serve()
"""


def _header(limits: Limits) -> bytes:
    return b"".join(json.dumps(part).encode() + b"\n" for part in (sys.path, asdict(limits)))


def _environment() -> dict[str, str]:
    """Give what Python needs and no more: a decoder that was taken over finds no secrets here."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "LC_ALL") if k in os.environ}
    # Threads of the linear algebra library would only take address space.
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}


def _end(child: subprocess.Popen[bytes]) -> None:
    """See to it that the child is gone, and that no zombie is left of it."""
    if child.poll() is None:
        child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None and not pipe.closed:
            pipe.close()
    child.wait()


def _serve() -> None:
    """Be the child: confine the process, do what is asked, answer, end."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the answer
    limits = Limits(**json.loads(sys.stdin.buffer.readline()))
    if limits.wall_s is not None:
        # Should the parent be killed, nobody else would end a child that hangs.
        signal.setitimer(signal.ITIMER_REAL, limits.wall_s + 1)
    confine_this_process(limits)
    with answers:
        answers.write(_answer(sys.stdin.buffer.read()))


def _answer(request: bytes) -> bytes:
    try:
        function, args = pickle.loads(request)  # noqa: S301 - our own parent wrote it
        return b"=" + pickle.dumps(function(*args))
    except MemoryError:
        return b"m"
    except BaseException as error:  # of any kind: it is the caller's to handle
        return b"!" + write_error(error)


def _unpacked(answer: bytes, status: int, limits: Limits, subject: str) -> Any:
    match answer[:1], -status:
        case (b"=" | b"!") as mark, 0:
            try:
                value = read_answer(answer[1:])
            except Exception as error:
                raise MediaCrash(subject, "its answer makes no sense") from error
            if mark == b"=":
                return value
            if isinstance(value, Exception):
                raise value
        case b"m", _:
            raise TooMuchMemory(subject, limits.memory_bytes or 0)
        case _, signal.SIGXCPU | signal.SIGALRM:
            raise MediaTimeout(subject, limits.cpu_s or limits.wall_s or 0)
        case _, number if number > 0:
            raise MediaCrash(subject, signal.Signals(number).name)
    raise MediaCrash(subject, f"exit status {status}")


def _limit(what: int, value: int | None) -> None:
    if value is None:
        return
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    # Only between the soft and the hard limit is the signal for CPU time one that can be told.
    grace = 1 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
    try:
        resource.setrlimit(what, (bound, bound + grace))
    except (OSError, ValueError):
        # macOS refuses some of them; the others hold.
        return
