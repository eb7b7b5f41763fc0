"""Worker processes for heavy, untrusted work: decode, compose, encode.

Each worker is a spawned child under limits: what a hostile file breaks is one job. Jobs that
stand side by side go to the same worker, so that a photo is decoded once and not once per
process; a worker that is done takes over half of the longest rest.
"""

import ctypes
import multiprocessing
import os
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from tempfile import TemporaryDirectory
from typing import Any, Final

from saycut.errors import SaycutError
from saycut.media import Limits, confine_this_process
from saycut.media.answers import read_answer
from saycut.render.errors import ChunkFailed

__all__ = ["Done", "Job", "Reported", "WorkerPool", "cpu_count"]

# A worker that dies may have met a bad moment; one that dies twice on a job met a bad file.
_ATTEMPTS_MAX: Final = 2
_STOP_S: Final = 5.0
# malloc.h; blocks of this size and more are mapped one by one and unmapped when freed. Planes of
# a 1080p frame stay below: mapping those anew for each frame would cost more than it saves.
_M_MMAP_THRESHOLD: Final = -3
_MMAP_BYTES_MIN: Final = 4 << 20

# Workers live long and mix sound into files of their own; what bounds a job is its memory.
WORKER_LIMITS: Final = Limits(cpu_s=None, wall_s=None, open_files=256)


@dataclass(frozen=True, slots=True)
class Job:
    """`function(*arguments, report)`, a module-level function; `name` is for people."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A job told how far it is, in its own unit."""

    index: int
    amount: float


@dataclass(frozen=True, slots=True)
class Done:
    """A job gave its result."""

    index: int
    result: Any


class WorkerPool:
    """Runs lists of jobs on warm processes. Not for several threads at once.

    Jobs can read files, and write below the folder `scratch` of the pool alone, where the
    system can hold them to it.
    """

    def __init__(self, worker_count: int | None = None, limits: Limits | None = None) -> None:
        self._worker_count = worker_count or cpu_count()
        self._scratch = TemporaryDirectory(prefix="saycut-")
        self._limits = replace(limits or WORKER_LIMITS, writable=self._scratch.name)
        self._idle: list[_Worker] = []

    def run(self, jobs: Sequence[Job]) -> Iterator[Reported | Done]:
        """Run all jobs; yields as things happen, in any order.

        Leaving the iteration early ends the workers that are busy.

        Raises:
            SaycutError: what a job raised.
            ChunkFailed: a job ended its process, or broke otherwise.
        """
        rests = _runs(len(jobs), min(self._worker_count, len(jobs)))
        attempts = [0] * len(jobs)
        busy: dict[Connection, tuple[_Worker, int, deque[int]]] = {}

        def start(worker: _Worker, rest: deque[int]) -> None:
            index = _next(rest, rests)
            if index is None:
                self._idle.append(worker)
                return
            attempts[index] += 1
            worker.send(jobs[index])
            busy[worker.connection] = (worker, index, rest)

        try:
            for rest in rests:
                start(self._worker(), rest)
            while busy:
                for connection in wait(list(busy)):
                    assert isinstance(connection, Connection)
                    worker, index, rest = busy[connection]
                    try:
                        # A worker may have been taken over: its answers are values or refused.
                        kind, value = read_answer(connection.recv_bytes())
                    except (EOFError, OSError, pickle.UnpicklingError):
                        del busy[connection]
                        worker.end()
                        if attempts[index] >= _ATTEMPTS_MAX:
                            raise ChunkFailed(jobs[index].name, worker.last_words()) from None
                        rest.appendleft(index)
                        start(self._worker(), rest)
                        continue
                    if kind == "report":
                        yield Reported(index, value)
                        continue
                    del busy[connection]
                    if kind == "error":
                        self._idle.append(worker)
                        raise _error(jobs[index], value)
                    start(worker, rest)
                    yield Done(index, value)
        finally:
            for worker, _, _ in busy.values():
                worker.end()

    def close(self) -> None:
        """End all workers."""
        while self._idle:
            self._idle.pop().end()
        self._scratch.cleanup()

    def _worker(self) -> "_Worker":
        return self._idle.pop() if self._idle else _Worker(self._limits)


def cpu_count() -> int:
    """Give the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Worker:
    """One child process and the pipe to it."""

    def __init__(self, limits: Limits) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, child = context.Pipe()
        self._process = context.Process(target=_work, args=(child, limits), daemon=True)
        # ^C goes to the whole group: workers must leave it to this process, from their first
        # instruction on, so they are born with it blocked.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        child.close()

    def send(self, job: Job) -> None:
        # A worker that is gone already is noticed when its answer is awaited.
        with suppress(BrokenPipeError):
            self.connection.send((job.function, job.arguments))

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join(_STOP_S)

    def last_words(self) -> str:
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process ended with code {code}"


def _work(connection: Connection, limits: Limits) -> None:
    """Serve jobs until the other side is gone."""
    import cv2

    # What a job calls temporary goes where the limits let it be written.
    tempfile.tempdir = limits.writable
    confine_this_process(limits)
    # Parallel work is the pool's: threads inside a worker would only compete with the others.
    cv2.setNumThreads(1)
    give_back = _memory_giver()

    def answer(kind: str, value: Any) -> None:
        connection.send_bytes(pickle.dumps((kind, value)))

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            function, arguments = connection.recv()
            try:
                result = function(*arguments, lambda amount: answer("report", amount))
            except SaycutError as error:
                answer("error", error)
            except Exception as error:
                answer("error", f"{type(error).__name__}: {error}")
            else:
                answer("done", result)
                del result
            give_back()


def _memory_giver() -> Callable[[], None]:
    """Make glibc return freed memory to the system; gives what to call after each job.

    An encoder's frames are large and many. Left alone, glibc comes to keep them all in heaps
    that fragment, and a worker grows to twice what it uses.
    """
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, _MMAP_BYTES_MIN)
        return lambda: libc.malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return lambda: None  # another C library, which has ways of its own


def _error(job: Job, value: SaycutError | str) -> SaycutError:
    return value if isinstance(value, SaycutError) else ChunkFailed(job.name, value)


def _runs(count: int, run_count: int) -> list[deque[int]]:
    """Cut 0..count into runs of neighbours of nearly the same length."""
    borders = [count * i // max(1, run_count) for i in range(run_count + 1)]
    return [deque(range(a, b)) for a, b in pairwise(borders)]


def _next(rest: deque[int], rests: Sequence[deque[int]]) -> int | None:
    """Take the next job of a run; one that is empty takes over half of the longest other."""
    if not rest:
        longest = max(rests, key=len)
        for _ in range((len(longest) + 1) // 2):
            rest.appendleft(longest.pop())
    return rest.popleft() if rest else None
