"""Exports from the order to the file, on both kinds of database."""

import shutil
from pathlib import Path

import av
import pytest

from saycut.engine import Engine
from saycut.jobs import Jobs, JobsOptions
from saycut.store import Export
from saycut.timeline import Draft
from tests.jobs.conftest import StartJobs
from tests.jobs.films import a_long_film, a_project, a_short_film, an_order, ended, export_of, until


def is_moving(engine: Engine, uid: str) -> bool:
    export = export_of(engine, uid)
    return export.state == "processing" and export.progress > 0


def frames_of(engine: Engine, export: Export) -> int:
    assert export.digest is not None
    with av.open(str(engine.blobs.path_of(export.digest))) as film:
        return sum(1 for _ in film.decode(video=0))


def blobs_of(engine: Engine) -> set[str]:
    return {path.name for path in engine.folder.path.with_name("blobs").glob("??/*")}


def incoming_of(engine: Engine) -> list[Path]:
    return list(engine.blobs.incoming().parent.iterdir())


def test_an_order_becomes_a_verified_film(engine: Engine, start: StartJobs) -> None:
    export = ended(engine, an_order(engine, start()).uid)

    assert export.state == "completed", export.error
    assert (export.width, export.height, export.duration_ms) == (160, 90, 500)
    assert export.report is not None
    assert {check["state"] for check in export.report["checks"]} <= {"pass", "unsettled"}
    assert frames_of(engine, export) == 15
    assert incoming_of(engine) == []


def test_an_order_says_the_size_and_how_finely_it_is_encoded(
    engine: Engine, start: StartJobs
) -> None:
    jobs = start()

    small = an_order(engine, jobs, "small", height=64)
    coarse = an_order(engine, jobs, "coarse", quality="low")
    fine = an_order(engine, jobs, "fine", quality="high")

    assert ended(engine, small.uid).height == 64
    sizes = [ended(engine, export.uid).size_bytes or 0 for export in (coarse, fine)]
    assert sizes[0] < sizes[1]


def test_the_same_order_again_is_the_same_export(engine: Engine, start: StartJobs) -> None:
    jobs = start()
    first = ended(engine, an_order(engine, jobs).uid)

    assert an_order(engine, jobs) == first


def test_films_of_one_project_are_made_one_after_the_other(
    engine: Engine, start: StartJobs
) -> None:
    a_project(engine, "p2")
    jobs = start()
    uids = [
        an_order(engine, jobs, f"render_{n}", draft=a_short_film(1000 + n)).uid for n in (1, 2, 3)
    ]
    other = an_order(engine, jobs, "other", project_id="p2", draft=a_long_film()).uid

    until(lambda: is_moving(engine, other))
    jobs.cancel(other)
    first, second, third = sorted(
        (ended(engine, uid) for uid in uids), key=lambda export: export.started_ms or 0
    )

    assert first.finished_ms is not None and second.started_ms is not None
    assert first.finished_ms <= second.started_ms
    assert second.finished_ms is not None and third.started_ms is not None
    assert second.finished_ms <= third.started_ms


def test_what_is_being_made_ends_soon_after_it_was_cancelled(
    engine: Engine, start: StartJobs
) -> None:
    jobs = start()
    before = blobs_of(engine)
    uid = an_order(engine, jobs, draft=a_long_film()).uid
    until(lambda: is_moving(engine, uid))

    jobs.cancel(uid)

    until(lambda: export_of(engine, uid).state == "cancelled", deadline_s=3)
    until(lambda: not jobs.running_count)
    assert (blobs_of(engine), incoming_of(engine)) == (before, [])


def test_what_another_server_cancelled_ends_too(engine: Engine, start: StartJobs) -> None:
    jobs = start()
    uid = an_order(engine, jobs, draft=a_long_film()).uid
    until(lambda: is_moving(engine, uid))

    with engine.store.transaction() as tx:
        tx.exports.cancel(uid)

    until(lambda: export_of(engine, uid).state == "cancelled", deadline_s=3)


def test_what_waits_is_cancelled_at_once_and_never_made(engine: Engine, start: StartJobs) -> None:
    jobs = start()
    running = an_order(engine, jobs, "render_1", draft=a_long_film()).uid
    waiting = an_order(engine, jobs, "render_2").uid
    until(lambda: is_moving(engine, running))

    assert jobs.cancel(waiting).state == "cancelled"
    jobs.cancel(running)
    third = an_order(engine, jobs, "render_3").uid

    assert ended(engine, third).state == "completed"
    assert export_of(engine, waiting).started_ms is None


def test_an_order_whose_server_ended_before_it_was_taken_up_is_not_lost(
    engine: Engine, start: StartJobs
) -> None:
    uid = an_order(engine, Jobs(engine, JobsOptions())).uid

    start()

    assert ended(engine, uid).state == "completed"


def test_what_a_close_interrupted_goes_on_from_its_finished_parts(
    engine: Engine, start: StartJobs
) -> None:
    jobs = start()
    uid = an_order(engine, jobs, draft=a_long_film(50_000)).uid
    until(lambda: export_of(engine, uid).progress >= 10)

    jobs.close()

    assert export_of(engine, uid).state == "processing"
    assert incoming_of(engine) == []
    start()
    export = ended(engine, uid)
    assert export.state == "completed", export.error
    assert export.report is not None
    assert export.report["cached_chunks"] > 0


def test_a_project_that_is_removed_takes_its_exports_along(
    engine: Engine, start: StartJobs
) -> None:
    jobs = start()
    uid = an_order(engine, jobs, draft=a_long_film()).uid
    until(lambda: is_moving(engine, uid))

    jobs.forget_project("p1")
    engine.remove("p1")

    until(lambda: not jobs.running_count)
    assert (blobs_of(engine), incoming_of(engine)) == (set(), [])


def test_a_draft_without_a_picture_fails_with_what_to_do(engine: Engine, start: StartJobs) -> None:
    export = ended(engine, an_order(engine, start(), draft=Draft()).uid)

    assert (export.state, export.error_code) == ("failed", 4301)
    assert "add a photo" in (export.error or "")


def test_lost_media_are_named(engine: Engine, start: StartJobs) -> None:
    for digest in blobs_of(engine):
        engine.blobs.remove(digest)

    export = ended(engine, an_order(engine, start()).uid)

    assert (export.state, export.error_code) == ("failed", 4801)
    assert "golden.jpg" in (export.error or "")


def test_a_disk_that_takes_nothing_is_told_without_paths_of_the_machine(
    engine: Engine, start: StartJobs
) -> None:
    cache = engine.workshop.cache_folder
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("a file where the folder should be")

    export = ended(engine, an_order(engine, start()).uid)

    assert (export.state, export.error_code) == ("failed", 4802)
    assert "operator" in (export.error or "")
    assert str(cache) not in (export.error or "")


class Stumbling(Engine):
    """An engine that breaks, for no reason that anybody foresaw, so often."""

    times = 0

    def export(self, *arguments: object, **options: object) -> object:  # type: ignore[override]
        if self.times > 0:
            self.times -= 1
            raise RuntimeError("a bad moment")
        return super().export(*arguments, **options)  # type: ignore[arg-type]


def test_what_nobody_foresaw_is_tried_again(engine: Engine, start: StartJobs) -> None:
    engine.__class__ = Stumbling
    engine.times = 2  # type: ignore[attr-defined]

    assert ended(engine, an_order(engine, start()).uid).state == "completed"


def test_what_breaks_each_time_fails_with_the_next_step(engine: Engine, start: StartJobs) -> None:
    engine.__class__ = Stumbling
    engine.times = 99  # type: ignore[attr-defined]

    export = ended(engine, an_order(engine, start()).uid)

    assert (export.state, export.error_code) == ("failed", 500)
    assert "RuntimeError: a bad moment" in (export.error or "")
    assert "order it again with a new id" in (export.error or "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_records_of_the_workflows_can_be_lost(engine: Engine, start: StartJobs) -> None:
    jobs = start()
    uid = an_order(engine, jobs, draft=a_long_film(50_000)).uid
    until(lambda: is_moving(engine, uid))
    jobs.close()
    for path in engine.folder.path.glob("jobs.db*"):
        path.unlink()

    start()

    assert ended(engine, uid).state == "completed"
