from concurrent.futures import ThreadPoolExecutor

import pytest

from saycut.store import Export, Film, OrderReused, Store
from saycut.timeline import Draft

FILM = Film("d" * 64, 1000, 160, 90, 500, {"checks": []})


def an_order(store: Store, export_id: str = "render_1", fingerprint: str = "f") -> Export:
    with store.transaction() as tx:
        return tx.exports.order(
            user_id="local",
            export_id=export_id,
            project_id="p1",
            fingerprint=fingerprint,
            draft={"t": []},
            options={"format": "mp4"},
        )


def a_begun(store: Store) -> str:
    uid = an_order(store).uid
    with store.transaction() as tx:
        assert tx.exports.begin(uid)
    return uid


def a_completed(store: Store, *, expires_ms: int = 1) -> str:
    uid = a_begun(store)
    with store.transaction() as tx:
        tx.exports.announce(uid, FILM.digest)
        assert tx.exports.complete(uid, FILM, expires_ms=expires_ms)
    return uid


def seen(store: Store, uid: str) -> Export:
    with store.reading() as tx:
        export = tx.exports.by_uid(uid)
    assert export is not None
    return export


@pytest.fixture(autouse=True)
def project(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Golden Hour", Draft())


def test_the_same_order_is_the_same_export_however_often_it_comes(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        orders = list(threads.map(lambda _: an_order(store), range(24)))

    assert len({export.uid for export in orders}) == 1
    with store.reading() as tx:
        assert [export.id for export in tx.exports.of_project("p1")] == ["render_1"]


def test_an_id_that_was_used_for_another_order_is_refused(store: Store) -> None:
    an_order(store)

    with pytest.raises(OrderReused, match="render_1") as refused:
        an_order(store, fingerprint="another")

    assert refused.value.code == 409


def test_an_order_is_known_to_its_owner_alone(store: Store) -> None:
    an_order(store)

    with store.reading() as tx:
        assert tx.exports.get("somebody", "render_1") is None
        assert [e.id for e in tx.exports.of_owner("local")] == ["render_1"]


def test_progress_only_grows(store: Store) -> None:
    uid = a_begun(store)

    with store.transaction() as tx:
        assert tx.exports.advance(uid, 40)
        assert tx.exports.advance(uid, 10)

    assert seen(store, uid).progress == 40


def test_a_film_counts_once_its_export_is_completed(store: Store) -> None:
    uid = a_begun(store)

    with store.transaction() as tx:
        assert tx.exports.announce(uid, FILM.digest) == (True, None)
        # What is about to be kept is already told of, so that nobody gives it up.
        assert tx.projects.uses(FILM.digest)
    assert seen(store, uid).digest is None

    with store.transaction() as tx:
        assert tx.exports.complete(uid, FILM, expires_ms=7)
    export = seen(store, uid)
    assert (export.state, export.progress, export.digest) == ("completed", 100, FILM.digest)


def test_the_first_to_end_an_export_has_ended_it(store: Store) -> None:
    uid = a_completed(store)

    with store.transaction() as tx:
        assert not tx.exports.complete(uid, FILM, expires_ms=9)
        assert tx.exports.fail(uid, 4303, "too late") is None
        tx.exports.cancel(uid)
        assert tx.exports.begin(uid) is None

    assert (seen(store, uid).state, seen(store, uid).error) == ("completed", None)


def test_a_film_that_another_announced_over_is_not_the_one_that_counts(store: Store) -> None:
    uid = a_begun(store)

    with store.transaction() as tx:
        tx.exports.announce(uid, FILM.digest)
        assert tx.exports.announce(uid, "e" * 64) == (True, FILM.digest)
        assert not tx.exports.complete(uid, FILM, expires_ms=7)


def test_what_waits_is_cancelled_at_once_and_what_runs_once_it_is_noticed(store: Store) -> None:
    waiting, running = an_order(store, "render_2").uid, a_begun(store)

    with store.transaction() as tx:
        tx.exports.cancel(waiting)
        tx.exports.cancel(running)

    assert seen(store, waiting).state == "cancelled"
    assert seen(store, running).state == "processing"
    with store.transaction() as tx:
        assert not tx.exports.advance(running, 50)
        assert tx.exports.begin(running) is None
        tx.exports.stop(running)
    assert seen(store, running).state == "cancelled"


def test_a_failure_gives_up_what_was_announced(store: Store) -> None:
    uid = a_begun(store)

    with store.transaction() as tx:
        tx.exports.announce(uid, FILM.digest)
        assert tx.exports.fail(uid, 4303, "broken") == FILM.digest
        assert not tx.projects.uses(FILM.digest)

    assert (seen(store, uid).error_code, seen(store, uid).error) == (4303, "broken")


def test_what_has_not_ended_is_found_in_the_order_it_came(store: Store) -> None:
    first = a_completed(store)
    second = an_order(store, "render_2").uid

    with store.reading() as tx:
        assert tx.exports.unfinished() == (second,)
        assert first not in tx.exports.unfinished()


def test_an_expired_file_is_given_up_and_the_export_stays(store: Store) -> None:
    uid = a_completed(store, expires_ms=1000)

    with store.transaction() as tx:
        assert tx.exports.expired(999) == ()
        assert [export.uid for export in tx.exports.expired(1000)] == [uid]
        assert tx.exports.forget(uid) == FILM.digest
        assert tx.projects.stored_bytes("local") == 0
        assert tx.exports.expired(1000) == ()

    assert (seen(store, uid).state, seen(store, uid).digest) == ("completed", None)


def test_exports_go_with_their_project(store: Store) -> None:
    a_completed(store)

    with store.transaction() as tx:
        assert FILM.digest in tx.projects.remove("p1")

    with store.reading() as tx:
        assert tx.exports.of_owner("local") == ()


def test_servers_are_listed_until_they_are_forgotten(store: Store) -> None:
    with store.transaction() as tx:
        tx.servers.seen("s1")
        tx.servers.seen("s1")
        tx.servers.seen("s2")
        assert {server.id for server in tx.servers.list()} == {"s1", "s2"}
        tx.servers.forget("s1")
        assert [server.id for server in tx.servers.list()] == ["s2"]
