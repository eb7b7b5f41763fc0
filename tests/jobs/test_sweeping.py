import os
import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from saycut.engine import Engine
from saycut.store import Export
from saycut.store.projects import now_ms
from saycut.store.schema import attempts, users
from tests.jobs.conftest import StartJobs
from tests.jobs.films import a_project, an_order, ended, export_of

DAY_MS = 24 * 3600 * 1000


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now_ms = now_ms()

    def __call__(self) -> int:
        return self.now_ms

    def pass_days(self, days: int) -> None:
        self.now_ms += days * DAY_MS


@pytest.fixture
def clock() -> Clock:
    return Clock()


def has_file(engine: Engine, digest: str | None) -> bool:
    assert digest
    return engine.blobs.has(digest)


def a_finished(engine: Engine, jobs: object, export_id: str = "render_1") -> Export:
    return ended(engine, an_order(engine, jobs, export_id).uid)  # type: ignore[arg-type]


def test_a_film_is_kept_for_its_days_and_no_longer(
    engine: Engine, start: StartJobs, clock: Clock
) -> None:
    jobs = start(clock_ms=clock, export_days=30)
    export = a_finished(engine, jobs)

    clock.pass_days(29)
    jobs.sweep()
    assert has_file(engine, export.digest)

    clock.pass_days(2)
    jobs.sweep()
    assert not has_file(engine, export.digest)
    assert export_of(engine, export.uid).state == "completed"
    assert export_of(engine, export.uid).digest is None


def test_a_film_that_two_exports_gave_stays_while_one_of_them_does(
    engine: Engine, start: StartJobs, clock: Clock
) -> None:
    jobs = start(clock_ms=clock, export_days=30)
    first = a_finished(engine, jobs)
    clock.pass_days(20)
    second = a_finished(engine, jobs, "render_2")
    assert first.digest == second.digest

    clock.pass_days(20)
    jobs.sweep()

    assert export_of(engine, first.uid).digest is None
    assert has_file(engine, export_of(engine, second.uid).digest)


def test_projects_that_anonymous_users_left_go_with_all_their_files(
    engine: Engine, start: StartJobs, clock: Clock
) -> None:
    with engine.store.transaction() as tx:
        for user_id, kind in (("guest", "anonymous"), ("member", "account")):
            row = {"id": user_id, "kind": kind, "created_ms": now_ms()}
            tx.connection.execute(insert(users).values(row))
    a_project(engine, "left", user_id="guest")
    a_project(engine, "kept", user_id="member")
    jobs = start(clock_ms=clock, project_days=90)

    clock.pass_days(89)
    jobs.sweep()
    clock.pass_days(2)
    jobs.sweep()

    with engine.store.reading() as tx:
        assert tx.projects.recent("guest") == ()
        assert [project.id for project in tx.projects.recent("member")] == ["kept"]
        assert [project.id for project in tx.projects.recent()] == ["p1"]


def test_what_was_counted_against_limits_is_forgotten(
    engine: Engine, start: StartJobs, clock: Clock
) -> None:
    with engine.store.transaction() as tx:
        for days in (1, 40):
            row = {"kind": "token", "subject": "x", "at_ms": clock.now_ms - days * DAY_MS}
            tx.connection.execute(insert(attempts).values(row))

    start(clock_ms=clock).sweep()

    with engine.store.transaction() as tx:
        assert tx.retention.forget_attempts(clock.now_ms) == 1


def a_file(path: Path, *, days_old: int) -> Path:
    path.write_bytes(b"half a film")
    at_s = time.time() - days_old * 24 * 3600
    os.utime(path, (at_s, at_s))
    return path


def test_files_under_way_that_nobody_is_at_any_more_are_removed(
    engine: Engine, start: StartJobs
) -> None:
    left = a_file(engine.blobs.incoming(), days_old=3)
    under_way = a_file(engine.blobs.incoming(), days_old=0)

    start().sweep()

    assert not left.exists()
    assert under_way.exists()
