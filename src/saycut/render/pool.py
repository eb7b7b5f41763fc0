"""Worker processes for heavy, untrusted work: decode, compose, encode.

Each worker is a confined child: what a hostile file breaks is one job. Jobs that stand side by
side go to the same worker, so that a photo is decoded once and not once per process; a worker
that is done takes over half of the longest rest.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing.connection import wait
from tempfile import TemporaryDirectory
from typing import Any, Final

from saycut.errors import SaycutError
from saycut.media import Limits
from saycut.media.child import ChildDied, ConfinedChild, start_child
from saycut.render.errors import ChunkFailed

__all__ = ["Done", "Job", "Reported", "WorkerPool", "cpu_count"]

# A worker that dies may have met a bad moment; one that dies twice on a job met a bad file.
_ATTEMPTS_MAX: Final = 2
# Workers live long, so no limit of CPU time fits them. A job that tells nothing for so long hangs:
# ten frames of the largest canvas and the slowest source take a tenth of it.
SILENCE_S_MAX: Final = 180.0
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


@dataclass(slots=True)
class _Busy:
    """A worker at a job: which one, which run of jobs it works through, when it was last heard."""

    worker: ConfinedChild
    index: int
    rest: deque[int]
    heard_s: float


class WorkerPool:
    """Runs lists of jobs on warm processes. Not for several threads at once.

    Jobs can read files, and write below a scratch folder of the pool alone, where the system
    can hold them to it.
    """

    def __init__(
        self,
        worker_count: int | None = None,
        limits: Limits | None = None,
        *,
        silence_s: float = SILENCE_S_MAX,
    ) -> None:
        """`silence_s` is how long a job may go without a report before it counts as hung."""
        self._worker_count = worker_count or cpu_count()
        self._silence_s = silence_s
        self._scratch = TemporaryDirectory(prefix="saycut-")
        self._limits = replace(limits or WORKER_LIMITS, writable=self._scratch.name)
        self._idle: list[ConfinedChild] = []

    def run(self, jobs: Sequence[Job]) -> Iterator[Reported | Done]:
        """Run all jobs; yields as things happen, in any order.

        Leaving the iteration early ends the workers that are busy.

        Raises:
            SaycutError: what a job raised.
            ChunkFailed: a job ended its process, hung, or broke otherwise.
            ChildNotStarted: the system starts no worker.
        """
        rests = _runs(len(jobs), min(self._worker_count, len(jobs)))
        attempts = [0] * len(jobs)
        busy: list[_Busy] = []

        def start(worker: ConfinedChild, rest: deque[int]) -> None:
            index = _next(rest, rests)
            if index is None:
                self._idle.append(worker)
                return
            attempts[index] += 1
            worker.send((jobs[index].function, jobs[index].arguments))
            busy.append(_Busy(worker, index, rest, time.monotonic()))

        try:
            for rest in rests:
                start(self._worker(), rest)
            while busy:
                for one in _heard(busy, self._silence_s):
                    try:
                        kind, value = one.worker.receive()
                    except ChildDied as death:
                        busy.remove(one)
                        if attempts[one.index] >= _ATTEMPTS_MAX:
                            raise ChunkFailed(jobs[one.index].name, death.how) from death
                        one.rest.appendleft(one.index)
                        start(self._worker(), one.rest)
                        continue
                    if kind == "report":
                        one.heard_s = time.monotonic()
                        yield Reported(one.index, value)
                        continue
                    busy.remove(one)
                    if kind == "error":
                        self._idle.append(one.worker)
                        raise _error(jobs[one.index], value)
                    start(one.worker, one.rest)
                    yield Done(one.index, value)
        finally:
            for one in busy:
                one.worker.close()

    def close(self) -> None:
        """End all workers."""
        while self._idle:
            self._idle.pop().close()
        self._scratch.cleanup()

    def _worker(self) -> ConfinedChild:
        return self._idle.pop() if self._idle else start_child(_ENTRY, self._limits)


_ENTRY: Final = "saycut.render.worker:serve"


def _heard(busy: Sequence[_Busy], silence_s: float) -> list[_Busy]:
    """Wait until workers say something; one that says nothing for too long is ended."""
    deadline_s = min(one.heard_s for one in busy) + silence_s
    ready = wait([one.worker.fileno() for one in busy], max(0.0, deadline_s - time.monotonic()))
    if not ready:
        for one in busy:
            if one.heard_s + silence_s <= time.monotonic():
                one.worker.kill()
    return [one for one in busy if one.worker.fileno() in ready]


def cpu_count() -> int:
    """Give the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
