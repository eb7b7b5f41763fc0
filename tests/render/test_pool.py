import fcntl
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any, cast
from unittest.mock import ANY

import pytest

from saycut.errors import SaycutError
from saycut.render import ChunkFailed, NothingToRender, PoolClosed, Priority, WorkerPool
from saycut.render.pool import Done, Job, Reported, Waited


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(2)
    yield made
    made.close()


def square(number: int, report: Callable[[int], None]) -> tuple[int, int]:
    report(1)
    return number * number, os.getpid()


def fail(report: Callable[[int], None]) -> None:
    raise NothingToRender(7)


def trip(report: Callable[[int], None]) -> None:
    raise KeyError("gone")


def die(report: Callable[[int], None]) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def die_once(report: Callable[[int], None]) -> str:
    mark = Path(tempfile.gettempdir()) / "mark"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "made it"


def hang(report: Callable[[int], None]) -> None:
    while True:
        pass


def write(path: Path, report: Callable[[int], None]) -> None:
    path.write_bytes(b"evil")


def results(pool: WorkerPool, jobs: list[Job]) -> dict[int, object]:
    return {e.index: e.result for e in pool.run(jobs) if isinstance(e, Done)}


def test_every_job_gives_its_result_and_tells_how_far_it_is(pool: WorkerPool) -> None:
    jobs = [Job(str(n), square, (n,)) for n in range(9)]

    events = list(pool.run(jobs))

    assert {e.index: e.result[0] for e in events if isinstance(e, Done)} == {
        n: n * n for n in range(9)
    }
    assert sum(isinstance(e, Reported) for e in events) == 9


def test_workers_stay_warm_and_neighbouring_jobs_share_one(pool: WorkerPool) -> None:
    jobs = [Job(str(n), square, (n,)) for n in range(8)]

    first = {e.result[1] for e in pool.run(jobs) if isinstance(e, Done)}
    second = {e.result[1] for e in pool.run(jobs) if isinstance(e, Done)}

    assert len(first) <= 2
    assert second <= first


def test_an_error_of_a_job_arrives_as_it_was(pool: WorkerPool) -> None:
    with pytest.raises(NothingToRender, match="7 ms long"):
        results(pool, [Job("it", fail, ())])


def test_a_fault_of_a_job_names_the_job(pool: WorkerPool) -> None:
    with pytest.raises(ChunkFailed, match=r"the part from 0:04 .*KeyError"):
        results(pool, [Job("the part from 0:04", trip, ())])


def test_a_job_that_crashes_its_process_costs_that_job_alone(pool: WorkerPool) -> None:
    with pytest.raises(ChunkFailed, match="SIGSEGV"):
        results(pool, [Job("bad", die, ())])

    assert results(pool, [Job("good", square, (3,))])[0]


def test_a_job_whose_process_was_killed_once_is_tried_again(pool: WorkerPool) -> None:
    assert results(pool, [Job("it", die_once, ())]) == {0: "made it"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can hold a process to a folder")
def test_a_job_can_write_where_it_is_told_and_nowhere_else(
    pool: WorkerPool, tmp_path: Path
) -> None:
    with pytest.raises(ChunkFailed, match="PermissionError"):
        results(pool, [Job("evil", write, (tmp_path / "made",))])

    assert not (tmp_path / "made").exists()


def test_a_job_that_hangs_is_ended() -> None:
    impatient = WorkerPool(1, silence_s=2.0)

    with pytest.raises(ChunkFailed, match="SIGKILL"):
        results(impatient, [Job("endless", hang, ())])
    impatient.close()


def test_leaving_early_leaves_a_pool_that_works(pool: WorkerPool) -> None:
    jobs = [Job(str(n), square, (n,)) for n in range(6)]

    next(pool.run(jobs))

    assert len(results(pool, jobs)) == 6


def test_no_jobs_are_no_work(pool: WorkerPool) -> None:
    assert results(pool, []) == {}


def wait_for(path: Path, report: Callable[[int], None]) -> tuple[float, int]:
    """Tell which process it is, then wait for a file; give when that began and in which one."""
    began_s = time.monotonic()
    report(os.getpid())
    until(path.exists)
    return began_s, os.getpid()


def wait_unheard(path: Path, report: Callable[[int], None]) -> None:
    until(path.exists)


def hold_a_slot(slot_count: int, report: Callable[[int], None]) -> int:
    """Work while holding one of so many locks, which the system takes back from the dead."""
    report(os.getpid())
    for number in range(slot_count):
        with (Path(tempfile.gettempdir()) / f"slot-{number}").open("w") as slot:
            try:
                fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return sum(range(200_000))
    raise RuntimeError("more workers are busy than there are places")


def hold_a_slot_and_die(slot_count: int, report: Callable[[int], None]) -> None:
    hold_a_slot(slot_count, report)
    die(report)


def note(path: Path, report: Callable[[int], None]) -> float:
    """Leave a trace in the scratch folder and give when that was."""
    (Path(tempfile.gettempdir()) / f"{path.name}-{time.monotonic_ns()}").touch()
    return time.monotonic()


def fork(path: Path, report: Callable[[int], None]) -> None:
    """Hang, and leave a process behind that holds what this one has open."""
    if os.fork() == 0:
        until(path.exists)
        os._exit(0)
    report(os.getpid())
    hang(report)


def until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def heard(events: Iterator[Any]) -> Any:
    """The next event that is more than a sign of time."""
    return next(event for event in islice(events, 60) if not isinstance(event, Waited))


@dataclass
class Gates:
    """Jobs that each wait until the test opens them."""

    folder: Path

    def jobs(self, *names: str) -> list[Job]:
        return [Job(name, wait_for, (self.folder / name,)) for name in names]

    def open(self, *names: str) -> None:
        for name in names:
            (self.folder / name).touch()


@pytest.fixture
def gates(tmp_path: Path) -> Gates:
    return Gates(tmp_path)


def test_a_free_place_goes_to_the_highest_priority(gates: Gates) -> None:
    pool = WorkerPool(1)
    gates.open("export", "probe", "preview")
    first = pool.run(gates.jobs("first"))
    assert isinstance(heard(first), Reported)
    waiting = {
        name: pool.run(gates.jobs(name, name), priority=Priority[name.upper()])
        for name in ("export", "probe", "preview")
    }
    assert all(isinstance(next(events), Waited) for events in waiting.values())

    gates.open("first")
    began_s = {
        name: [e.result[0] for e in events if isinstance(e, Done)]
        for name, events in waiting.items()
    }

    assert max(began_s["preview"]) < min(began_s["probe"])
    assert max(began_s["probe"]) < min(began_s["export"])
    first.close()
    pool.close()


def test_two_runs_share_two_places_evenly(pool: WorkerPool, gates: Gates) -> None:
    ours = pool.run(gates.jobs("a0", "a1", "a2", "a3"))
    assert {heard(ours).index, heard(ours).index} == {0, 2}  # a run of neighbours each
    theirs = pool.run(gates.jobs("b0", "b1", "b2", "b3"))
    assert isinstance(next(theirs), Waited)

    gates.open("a0")
    assert heard(theirs).index == 0
    gates.open("a2")
    assert (type(heard(ours)), type(heard(ours))) == (Done, Done)
    assert heard(ours) in (Reported(1, ANY), Reported(3, ANY))
    gates.open("b0")

    assert heard(theirs).index == 0
    assert heard(theirs) == Reported(1, ANY)
    gates.open("b1", "b2", "b3")
    # All with the one worker, and in their order, so that a photo of two jobs is decoded once.
    assert [e.index for e in theirs if isinstance(e, Done)] == [1, 2, 3]
    gates.open("a1", "a3")
    assert sum(isinstance(e, Done) for e in ours) == 2


def test_of_more_runs_than_places_none_waits_for_the_end_of_another() -> None:
    pool = WorkerPool(1)
    jobs = [Job(str(n), hold_a_slot, (1,)) for n in range(40)]
    told: list[tuple[int, int]] = []

    def read(number: int) -> None:
        told.extend((number, e.index) for e in pool.run(jobs) if isinstance(e, Done))

    in_threads(read, 3)

    assert len(told) == 120
    begins = [told.index((number, 0)) for number in range(3)]
    assert max(begins) < min(
        max(at for at, (one, _) in enumerate(told) if one == number) for number in range(3)
    )
    pool.close()


def test_a_reader_that_stalls_holds_no_place(pool: WorkerPool, tmp_path: Path) -> None:
    stalled = pool.run([Job(str(n), note, (tmp_path / "stalled",)) for n in range(100)])
    heard(stalled)
    until(lambda: not any(place.batch for place in pool._places))
    made = list(Path(pool._scratch.name).glob("stalled-*"))

    done = results(pool, [Job(str(n), note, (tmp_path / "other",)) for n in range(100)])

    assert len(done) == 100
    # What is made and not read is held in memory, so there is a bound to it.
    assert 1 <= len(made) <= 12
    assert sum(isinstance(e, Done) for e in islice(stalled, 150)) == 99


def test_leaving_early_ends_the_workers_of_that_run_alone(pool: WorkerPool, gates: Gates) -> None:
    ours, theirs = pool.run(gates.jobs("a")), pool.run(gates.jobs("b"))
    left, kept = heard(ours).amount, heard(theirs).amount

    ours.close()
    until(lambda: is_gone(left))
    gates.open("b")

    assert heard(theirs).result[1] == kept
    assert len(results(pool, [Job(str(n), square, (n,)) for n in range(4)])) == 4


def test_an_error_of_the_reader_ends_its_workers(pool: WorkerPool, gates: Gates) -> None:
    pids: list[Any] = []

    with pytest.raises(KeyError), closing(pool.run(gates.jobs("a", "b"))) as events:
        while len(pids) < 2:
            pids.append(heard(events).amount)
        raise KeyError("the reader's own")

    until(lambda: all(is_gone(pid) for pid in pids))


def test_a_death_in_one_run_is_none_of_another(pool: WorkerPool) -> None:
    outcomes: dict[int, object] = {}

    def read(number: int) -> None:
        try:
            function = (hold_a_slot, hold_a_slot_and_die)[number % 2]
            outcomes[number] = results(pool, [Job(str(number), function, (2,))] * 6)
        except ChunkFailed as error:
            outcomes[number] = str(error)

    in_threads(read, 4)

    assert [len(cast("Any", outcomes[number])) for number in (0, 2)] == [6, 6]
    assert all("SIGSEGV" in str(outcomes[number]) for number in (1, 3))


def test_closing_ends_what_is_under_way_and_says_so(gates: Gates) -> None:
    pool = WorkerPool(2)
    pids: list[Any] = []
    errors: list[SaycutError] = []

    def read(_: int) -> None:
        try:
            pids.extend(
                e.amount for e in pool.run(gates.jobs("never", "so")) if isinstance(e, Reported)
            )
        except SaycutError as error:
            errors.append(error)

    threads = [Thread(target=read, args=(n,), daemon=True) for n in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: len(pids) == 2)
    pool.close()
    gone = [is_gone(pid) for pid in pids]
    for thread in threads:
        thread.join(30)

    assert gone == [True, True]
    assert [type(error) for error in errors] == [PoolClosed] * 3
    assert "shutting down" in str(errors[0])
    with pytest.raises(PoolClosed):
        next(pool.run([]))
    pool.close()


def test_what_a_job_forked_keeps_neither_a_place_nor_the_closing(tmp_path: Path) -> None:
    pool = WorkerPool(1)
    events = pool.run([Job("evil", fork, (tmp_path / "gate",))])
    heard(events)
    began_s = time.monotonic()

    events.close()
    assert results(pool, [Job("good", square, (3,))])[0]
    pool.close()

    # Far from the 30 s for which what was forked waits.
    assert time.monotonic() - began_s < 15
    (tmp_path / "gate").touch()


def test_a_reader_hears_something_every_second_though_no_job_does(
    pool: WorkerPool, tmp_path: Path
) -> None:
    events = pool.run([Job("quiet", wait_unheard, (tmp_path / "gate",))])
    began_s = time.monotonic()

    told = [next(events) for _ in range(4)]

    assert told == [Waited()] * 4
    assert time.monotonic() - began_s < 4
    (tmp_path / "gate").touch()
    assert heard(events) == Done(0, None)


def test_a_hung_job_is_ended_though_its_reader_stalls(gates: Gates) -> None:
    pool = WorkerPool(1, silence_s=2.0)
    stalled = pool.run([Job("endless", hang, ())])
    assert isinstance(next(stalled), Waited)

    assert results(pool, [Job("other", square, (5,))])[0]

    with pytest.raises(ChunkFailed, match="SIGKILL"):
        heard(stalled)
    pool.close()


def test_threads_that_come_and_leave_at_random_share_no_more_than_the_places() -> None:
    pool = WorkerPool(2)
    pids: set[Any] = set()
    wrong: list[object] = []

    def read(number: int) -> None:
        chance = Random(number)
        for _ in range(4):
            count = chance.randrange(1, 12)
            heard_max = chance.choice([1, 3, 99])
            jobs = [Job(str(n), hold_a_slot, (2,)) for n in range(count)]
            done = []
            try:
                with closing(pool.run(jobs, priority=chance.choice(list(Priority)))) as events:
                    for event in islice(events, heard_max):
                        if isinstance(event, Reported):
                            pids.add(event.amount)
                        if isinstance(event, Done):
                            done.append(event.index)
            except Exception as error:
                wrong.append(error)
            if heard_max == 99 and sorted(done) != list(range(count)):
                wrong.append((count, done))

    in_threads(read, 6)
    pool.close()

    assert wrong == []
    assert len(pids) > 2
    assert all(is_gone(pid) for pid in pids)


def in_threads(read: Callable[[int], None], count: int) -> None:
    threads = [Thread(target=read, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
