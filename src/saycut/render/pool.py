"""Worker processes for heavy, untrusted work: decode, compose, encode.

A pool has places, and never more busy workers than those. All threads share it: a place that
becomes free goes to the batch of jobs whose turn it is (see `batch`). A thread stands at each
place while there is work for it and listens to its worker, so it is free again as soon as a job
ends, however slow the reader of that batch may be. All that threads share is guarded by the one
lock of the pool, which is never held while a process is waited for.

Each worker is a confined child: what a hostile file breaks is one job.
"""

import os
import time
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from tempfile import TemporaryDirectory
from threading import Condition, RLock, Thread
from typing import Final, TypeAlias

from saycut.media import Limits
from saycut.media.child import ChildDied, ChildNotStarted, ConfinedChild, start_child
from saycut.render.batch import Batch, Done, Job, Priority, Reported, Waited, due, error_of
from saycut.render.errors import PoolClosed

__all__ = ["Done", "Job", "Priority", "Reported", "Waited", "WorkerPool", "cpu_count"]

# Workers live long, so no limit of CPU time fits them. A job that tells nothing for so long hangs:
# ten frames of the largest canvas and the slowest source take a tenth of it.
SILENCE_S_MAX: Final = 180.0
WORKER_LIMITS: Final = Limits(cpu_s=None, wall_s=None, open_files=256)
# A reader hears something that often, so who wants to stop need not wait for a slow frame.
_TICK_S: Final = 0.5
_ENTRY: Final = "saycut.render.worker:serve"

_Turn: TypeAlias = tuple[Batch, int]


@dataclass(slots=True, eq=False)
class _Place:
    """Room for one busy worker: which it is, what it is at, when it was last heard.

    The worker stays when the work is done, and is warm for the next. `is_ending` says that it
    was told to end and must not get another job.
    """

    number: int
    worker: ConfinedChild | None = None
    batch: Batch | None = None
    heard_s: float = 0.0
    is_ending: bool = False
    thread: Thread | None = None

    def end_worker(self) -> None:
        self.is_ending = True
        if self.worker:
            self.worker.kill()

    def take_worker(self) -> ConfinedChild | None:
        """Leave the place without its worker, which is the caller's to close."""
        worker, self.worker, self.is_ending = self.worker, None, False
        return worker


class WorkerPool:
    """Runs jobs on warm processes, for any number of threads at once.

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
        self._silence_s = silence_s
        self._scratch = TemporaryDirectory(prefix="saycut-")
        self._limits = replace(limits or WORKER_LIMITS, writable=self._scratch.name)
        self._places = [_Place(number) for number in range(worker_count or cpu_count())]
        # The place left last is filled first: its worker is warm.
        self._free = self._places[::-1]
        self._batches: list[Batch] = []
        self._moments = count()
        self._is_closed = False
        # One that its holder may take again: an abandoned iteration can be collected, and so
        # leave the pool, at any line.
        self._lock = RLock()

    def run(
        self, jobs: Sequence[Job], *, priority: Priority = Priority.EXPORT
    ) -> Generator[Reported | Done | Waited, None, None]:
        """Run all jobs; yields as things happen, in any order, and now and then when none does.

        Jobs begin with the first step of the iteration. Leaving it early ends the workers that
        are busy with its jobs, and no others.

        Raises:
            SaycutError: what a job raised.
            ChunkFailed: a job ended its process, hung, or broke otherwise.
            ChildNotStarted: the system starts no worker.
            PoolClosed: the pool was closed before all was done.
        """
        batch = Batch(jobs, priority, len(self._places), Condition(self._lock))
        try:
            self._come(batch)
            while event := self._next_event(batch):
                yield event
        finally:
            self._leave(batch)

    def close(self) -> None:
        """End all workers; what is under way ends with PoolClosed."""
        with self._lock:
            self._is_closed = True
            for batch in self._batches:
                batch.heard.notify()
            for place in self._places:
                place.end_worker()
        for place in self._places:
            if place.thread:
                place.thread.join()
            self._close_worker(place)
        self._scratch.cleanup()

    def _come(self, batch: Batch) -> None:
        with self._lock:
            batch.waits_since = next(self._moments)
            self._batches.append(batch)
            self._fill_places()

    def _leave(self, batch: Batch) -> None:
        with self._lock:
            # It may not have come: who was interrupted leaves all the same.
            self._batches = [other for other in self._batches if other is not batch]
            for place in self._places:
                if place.batch is batch:
                    place.end_worker()

    def _next_event(self, batch: Batch) -> Reported | Done | Waited | None:
        """Wait for what to tell next; None when all is told."""
        with self._lock:
            while True:
                if self._is_closed:
                    raise PoolClosed
                if event := batch.next_untold():
                    self._fill_places()
                    return event
                if batch.failure:
                    raise batch.failure
                if batch.is_finished:
                    return None
                self._end_the_silent()
                if not batch.heard.wait(_TICK_S):
                    return Waited()

    def _end_the_silent(self) -> None:
        # Of all batches: the reader of the one it concerns may be slow.
        for place in self._places:
            if place.batch and place.heard_s + self._silence_s <= time.monotonic():
                place.end_worker()

    def _fill_places(self) -> None:
        while self._free and (turn := self._next_turn(self._free[-1])):
            place = self._free.pop()
            # A daemon: a program that ends without closing the pool takes its workers along.
            thread = Thread(target=self._stand_at, args=(place, turn), daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                while turn:
                    turn = self._settle(place, turn, ChildNotStarted(str(error)))
            else:
                place.thread = thread

    def _next_turn(self, place: _Place) -> _Turn | None:
        """Give a place the next job, if there is one."""
        busy = Counter(place.batch for place in self._places if place.batch)
        batch = None if self._is_closed else due(self._batches, busy)
        if not batch:
            return None
        place.batch, place.heard_s = batch, time.monotonic()
        return batch, batch.begin(place.number, next(self._moments))

    def _stand_at(self, place: _Place, turn: _Turn | None) -> None:
        """Do jobs at a place until there is none: what its thread does."""
        while turn:
            turn = self._settle(place, turn, self._outcome(place, *turn))

    def _outcome(self, place: _Place, batch: Batch, index: int) -> Done | Exception:
        job = batch.jobs[index]
        try:
            worker = self._worker_at(place)
            worker.send((job.function, job.arguments))
            while True:
                match worker.receive():
                    case ("report", amount):
                        with self._lock:
                            place.heard_s = time.monotonic()
                            batch.report(index, amount)
                    case ("done", result):
                        return Done(index, result)
                    case ("error", told):
                        return error_of(job, told)
                    case _:
                        raise ChildDied("its answer makes no sense", worker.close())
        except Exception as error:
            # Whatever it is, the reader must hear of it, and nobody knows what the worker is at.
            self._close_worker(place)
            return error

    def _worker_at(self, place: _Place) -> ConfinedChild:
        if place.worker:
            return place.worker
        worker = start_child(_ENTRY, self._limits)
        with self._lock:
            place.worker = worker
            if place.is_ending:
                worker.kill()
        return worker

    def _close_worker(self, place: _Place) -> None:
        with self._lock:
            worker = place.take_worker()
        if worker:
            worker.close()

    def _settle(self, place: _Place, turn: _Turn, outcome: Done | Exception) -> _Turn | None:
        """Note how a job ended, and give the place its next turn or give it back.

        All in one step: who is told of a result, and leaves, must not find its worker busy.
        """
        batch, index = turn
        with self._lock:
            batch.end(index, place.number, outcome)
            place.batch = None
            # It was told to end while it answered.
            ended = place.take_worker() if place.is_ending else None
            next_turn = self._next_turn(place)
            if not next_turn:
                self._free.append(place)
        if ended:
            ended.close()
        return next_turn


def cpu_count() -> int:
    """Give the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
