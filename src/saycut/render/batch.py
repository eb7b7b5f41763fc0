"""The jobs of one call of the pool: which are left, which go together, what was not yet told.

Bookkeeping alone, without a process: the pool, whose threads share a batch, guards it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from threading import Condition
from typing import Any, Final

from saycut.errors import SaycutError
from saycut.media.child import ChildDied
from saycut.render.errors import ChunkFailed

__all__ = ["Batch", "Done", "Job", "Priority", "Reported", "Waited", "due", "error_of"]

# A worker that dies may have met a bad moment; one that dies twice on a job met a bad file.
_ATTEMPTS_MAX: Final = 2
# Results a slow reader may leave untold for each place before its batch gets no more work: they
# are held in memory, and a chunk of 4K takes some 10 MB. Fewer would make places wait for it.
_UNTOLD_PER_PLACE_MAX: Final = 4
# Jobs of a batch until another of its kind gets the place, where there are more than places. A
# worker keeps the decoded pictures of one film: to change films costs up to a tenth of a job.
_STAY_JOBS: Final = 4


class Priority(IntEnum):
    """Whose jobs come first when a place is free: somebody who waits and watches before a film."""

    EXPORT = 1
    PROBE = 2
    PREVIEW = 3


@dataclass(frozen=True, slots=True)
class Job:
    """`function(*arguments, report)`, a module-level function; `name` is for people."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A job told how far it is, in its own unit. Only its newest report waits to be read."""

    index: int
    amount: float


@dataclass(frozen=True, slots=True)
class Done:
    """A job gave its result."""

    index: int
    result: Any


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing was heard for a moment; the reader may want to stop, or to show that time goes."""


class Batch:
    """Jobs in runs of neighbours, one run a place, so that a photo is decoded by one worker.

    A place that is through with its run takes over half of the longest other, and all of one
    that nobody works on because its place is at another batch.
    """

    def __init__(
        self, jobs: Sequence[Job], priority: Priority, place_count: int, heard: Condition
    ) -> None:
        """`heard` is what the reader waits for: notified when there is something to tell."""
        self.jobs = jobs
        self.priority = priority
        self.heard = heard
        self.failure: Exception | None = None
        # Since when it waits for its next turn: a count of such moments.
        self.waits_since = 0
        self._begun_count = 0
        self._runs = _runs(len(jobs), place_count)
        self._working: set[int] = set()
        self._attempts = [0] * len(jobs)
        self._unfinished_count = len(jobs)
        self._untold: dict[tuple[type[Reported | Done], int], Reported | Done] = {}
        self._untold_max = _UNTOLD_PER_PLACE_MAX * place_count

    @property
    def wants_a_place(self) -> bool:
        """Whether a job is left that may begin now."""
        return self.failure is None and len(self._untold) < self._untold_max and any(self._runs)

    @property
    def is_finished(self) -> bool:
        """Whether every job gave its result; some may not be told yet."""
        return not self._unfinished_count

    def begin(self, place: int, now: int) -> int:
        """Take the job that suits a place best and give its index; `now` counts moments."""
        if not self._runs[place]:
            self._take_over(place)
        index = self._runs[place].popleft()
        self._working.add(place)
        self._attempts[index] += 1
        self._begun_count += 1
        if self._begun_count % _STAY_JOBS == 0:
            self.waits_since = now
        return index

    def report(self, index: int, amount: float) -> None:
        self._untold[Reported, index] = Reported(index, amount)
        self.heard.notify()

    def end(self, index: int, place: int, outcome: Done | Exception) -> None:
        """Note how a job ended that `place` had begun; what broke it may be tried again."""
        self._working.discard(place)
        match outcome:
            case Done():
                self._untold[Done, index] = outcome
                self._unfinished_count -= 1
            case ChildDied() if self._attempts[index] < _ATTEMPTS_MAX:
                self._runs[place].appendleft(index)
            case ChildDied():
                failure = ChunkFailed(self.jobs[index].name, outcome.how)
                failure.__cause__ = outcome
                self.failure = self.failure or failure
            case _:
                self.failure = self.failure or outcome
        self.heard.notify()

    def next_untold(self) -> Reported | Done | None:
        """Take the oldest event that was not told; a failure is told after all of them."""
        if not self._untold:
            return None
        return self._untold.pop(next(iter(self._untold)))

    def _take_over(self, place: int) -> None:
        other = max(range(len(self._runs)), key=lambda number: len(self._runs[number]))
        longest = self._runs[other]
        taken = (len(longest) + 1) // 2 if other in self._working else len(longest)
        self._runs[place].extendleft(longest.pop() for _ in range(taken))


def due(batches: Iterable[Batch], busy: Mapping[Batch, int]) -> Batch | None:
    """Give the batch whose turn it is to get a place, if any wants one.

    The highest priority goes first; among equals the one with the fewest places, then the one
    that waits longest, so that more batches than places take turns.

    Args:
        busy: how many places each batch has; those that have none may be left out.
    """
    return min(
        (batch for batch in batches if batch.wants_a_place),
        key=lambda batch: (-batch.priority, busy.get(batch, 0), batch.waits_since),
        default=None,
    )


def error_of(job: Job, told: Any) -> SaycutError:
    """Give the error of a job from what its worker told: a SaycutError, or words."""
    return told if isinstance(told, SaycutError) else ChunkFailed(job.name, str(told))


def _runs(count: int, run_count: int) -> list[deque[int]]:
    """Cut 0..count into runs of neighbours of nearly the same length."""
    borders = [count * i // run_count for i in range(run_count + 1)]
    return [deque(range(a, b)) for a, b in pairwise(borders)]
