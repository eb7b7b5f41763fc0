import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from saycut.render import ChunkFailed, NothingToRender, WorkerPool
from saycut.render.pool import Done, Job, Reported


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
