from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, text

from saycut.store import (
    LOCAL_USER,
    Balance,
    BindRefused,
    EmailTaken,
    MergeRefused,
    Store,
    UnknownProject,
    UnknownUser,
)
from saycut.store.schema import assets, exports, metadata, turns, uploads
from saycut.timeline import Draft


def an_account(store: Store, email: str = "ann@example.org") -> str:
    with store.transaction() as tx:
        return tx.users.create_account(email, "argon2-hash").id


def an_anonymous(store: Store) -> str:
    with store.transaction() as tx:
        return tx.users.create_anonymous().id


def a_rich_user(store: Store, project_id: str, export_id: str = "render_1") -> str:
    """An anonymous user with one of everything: a project and all that can hang on it."""
    with store.transaction() as tx:
        user_id = tx.tokens.issue_anonymous(
            f"client of {project_id}", "203.0.113.9", grant=100
        ).token.user_id
        tx.projects.create(project_id, "Film", Draft(), owner_id=user_id)
        add_belongings(tx.connection, user_id, project_id, export_id)
        tx.tokens.issue("claim", user_id, project_id=project_id)
        tx.credits.hold(f"hold of {project_id}", user_id, 30)
        tx.users.new_bind(user_id)
        tx.attempts.record("knock", user_id)
    return user_id


def add_belongings(connection: Any, user_id: str, project_id: str, export_id: str) -> None:
    own = {"user_id": user_id, "project_id": project_id}
    rows: list[tuple[Table, dict[str, Any]]] = [
        (
            assets,
            {
                "project_id": project_id,
                "id": "a1",
                "position": 0,
                "digest": f"photo of {project_id}",
                "name": "a.jpg",
                "descriptor": {},
            },
        ),
        (
            exports,
            own
            | {
                "uid": f"x-{project_id}",
                "id": export_id,
                "fingerprint": "",
                "draft": {},
                "options": {},
                "state": "completed",
                "digest": f"film of {project_id}",
                "created_ms": 1,
            },
        ),
        (
            uploads,
            own
            | {
                "id": f"u-{project_id}",
                "name": "b.mp4",
                "length_bytes": 5,
                "created_ms": 1,
                "expires_ms": 2,
            },
        ),
        (
            turns,
            own
            | {
                "id": f"t-{project_id}",
                "key": "k",
                "fingerprint": "",
                "request": "cut it",
                "state": "done",
                "server_id": "s",
                "started_ms": 1,
            },
        ),
    ]
    for table, row in rows:
        connection.execute(insert(table).values(row))


def owners(store: Store) -> dict[str, set[str]]:
    """Give who owns rows of each table that tells it."""
    with store.reading() as tx:
        return {
            table.name: set(tx.connection.scalars(select(table.c.user_id)))
            for table in metadata.sorted_tables
            if "user_id" in table.c
        }


def test_an_account_is_found_by_its_address_in_any_case(store: Store) -> None:
    account_id = an_account(store, " Ann@Example.ORG ")

    with store.reading() as tx:
        found = tx.users.by_email("ANN@example.org")
        assert found == tx.users.get(account_id)
        assert found is not None
        assert (found.kind, found.email, found.plan) == ("account", "ann@example.org", "free")
        assert tx.users.by_email("bob@example.org") is None


def test_a_user_that_is_not_there_is_named(store: Store) -> None:
    with store.reading() as tx, pytest.raises(UnknownUser, match="nobody"):
        tx.users.get("nobody")


def test_a_second_account_of_an_address_is_refused(store: Store) -> None:
    an_account(store)

    with store.transaction() as tx, pytest.raises(EmailTaken, match=r"ann@example\.org"):
        tx.users.create_account("ANN@example.org", "other")


def test_of_many_who_sign_up_with_one_address_at_once_one_is_taken(store: Store) -> None:
    def sign_up() -> None:
        an_account(store)

    assert outcomes([sign_up] * 10).count(EmailTaken) == 9


def test_many_anonymous_users_share_having_no_address(store: Store) -> None:
    assert an_anonymous(store) != an_anonymous(store)


def test_a_password_and_a_plan_belong_to_accounts_alone(store: Store) -> None:
    account_id, anonymous_id = an_account(store), an_anonymous(store)

    with store.transaction() as tx:
        tx.users.set_password(account_id, "new-hash")
        tx.users.set_plan(account_id, "pro")
        with pytest.raises(UnknownUser):
            tx.users.set_password(anonymous_id, "new-hash")

    with store.reading() as tx:
        user = tx.users.get(account_id)
    assert (user.password_hash, user.plan) == ("new-hash", "pro")
    assert "new-hash" not in repr(user)


def test_an_account_takes_over_all_that_an_anonymous_user_has(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)

    with store.transaction() as tx:
        tx.users.merge(anonymous_id, account_id)

    owned = owners(store)
    for name in ("projects", "exports", "uploads", "turns", "tokens", "holds"):
        assert owned[name] == {account_id}, name
    with store.reading() as tx:
        assert tx.users.get(anonymous_id).merged_into == account_id
        assert tx.credits.balance(account_id) == Balance(available=70, frozen=30)
        assert tx.credits.balance(anonymous_id) == Balance(0, 0)


def test_taking_over_again_does_nothing_and_by_another_account_is_refused(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)
    other_id = an_account(store, "bob@example.org")
    with store.transaction() as tx:
        tx.users.merge(anonymous_id, account_id)

    with store.transaction() as tx:
        tx.users.merge(anonymous_id, account_id)
    with store.transaction() as tx, pytest.raises(MergeRefused, match="another account"):
        tx.users.merge(anonymous_id, other_id)

    assert owners(store)["projects"] == {account_id}


@pytest.mark.parametrize("is_anonymous_taken", [False, True])
def test_only_accounts_take_over_and_only_from_anonymous_users(
    store: Store, is_anonymous_taken: bool
) -> None:
    taken = an_anonymous(store) if is_anonymous_taken else an_account(store, "bob@example.org")
    taker = an_anonymous(store) if is_anonymous_taken else an_account(store)

    with store.transaction() as tx, pytest.raises(MergeRefused):
        tx.users.merge(taken, taker)
    with store.transaction() as tx, pytest.raises(MergeRefused):
        tx.users.merge(LOCAL_USER, taker)


def test_an_export_whose_id_the_account_has_used_gets_another(store: Store) -> None:
    account_id = an_account(store)
    for project_id in ("p1", "p2", "p3"):
        user_id = a_rich_user(store, project_id, export_id="render_1732456789")
        with store.transaction() as tx:
            tx.users.merge(user_id, account_id)

    with store.reading() as tx:
        kept = tx.connection.execute(select(exports.c.uid, exports.c.id)).all()
    assert {(uid, name) for uid, name in kept} == {
        ("x-p1", "render_1732456789"),
        ("x-p2", "render_1732456789-x-p2"),
        ("x-p3", "render_1732456789-x-p3"),
    }


def test_of_two_accounts_that_take_over_at_once_one_gets_all(store: Store) -> None:
    anonymous_id = a_rich_user(store, "p1")
    takers = [an_account(store, f"{number}@example.org") for number in range(6)]

    def take(account_id: str) -> Callable[[], None]:
        def run() -> None:
            with store.transaction() as tx:
                tx.users.merge(anonymous_id, account_id)

        return run

    assert outcomes([take(account_id) for account_id in takers]).count(MergeRefused) == 5
    owned = owners(store)
    assert len(owned["projects"] | owned["exports"] | owned["tokens"] | owned["holds"]) == 1


def test_turns_begin_and_end_while_a_user_is_taken_over(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)

    def work(number: int) -> Callable[[], None]:
        def run() -> None:
            with store.transaction() as tx:
                owner_id = tx.projects.lock("p1").owner_id
                tx.credits.hold(f"h{number}", owner_id, 2)
            with store.transaction() as tx:
                tx.projects.lock("p1")
                tx.credits.capture(f"h{number}")

        return run

    def merge() -> None:
        with store.transaction() as tx:
            tx.users.merge(anonymous_id, account_id)

    found = outcomes([*map(work, range(8)), merge, *map(work, range(8, 16))])

    assert found == [None] * 17
    with store.reading() as tx:
        assert tx.credits.balance(account_id) == Balance(available=70 - 32, frozen=30)
        assert tx.credits.balance(anonymous_id) == Balance(0, 0)


def test_one_project_is_bound_alone(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)
    with store.transaction() as tx:
        tx.projects.create("p2", "Other", Draft(), owner_id=anonymous_id)

    with store.transaction() as tx:
        tx.users.bind_project("p1", anonymous_id, account_id)

    with store.reading() as tx:
        assert tx.projects.get("p1").owner_id == account_id
        assert tx.projects.get("p2").owner_id == anonymous_id
        assert tx.credits.balance(account_id).total == 0
        assert tx.users.get(anonymous_id).merged_into is None
    owned = owners(store)
    for name in ("exports", "uploads", "turns"):
        assert owned[name] == {account_id}, name
    # The token of the chat stays, the claim of the project goes with it.
    assert owned["tokens"] == {anonymous_id, account_id}


def test_a_project_that_is_another_users_is_not_bound(store: Store) -> None:
    anonymous_id, account_id = an_anonymous(store), an_account(store)
    a_rich_user(store, "p1")

    with store.transaction() as tx, pytest.raises(UnknownProject, match="p1"):
        tx.users.bind_project("p1", anonymous_id, account_id)


def test_a_bind_tells_what_it_is_of_and_works_once(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)
    other_id = an_account(store, "bob@example.org")
    with store.transaction() as tx:
        secret = tx.users.new_bind(anonymous_id)

    with store.reading() as tx:
        assert tx.users.bind(secret).user_id == anonymous_id
        assert tx.users.bind(secret).project_id is None
    with store.transaction() as tx:
        tx.users.take_bind(secret, account_id)

    with store.transaction() as tx, pytest.raises(BindRefused, match="used"):
        tx.users.take_bind(secret, other_id)
    assert owners(store)["projects"] == {account_id}


def test_other_binds_of_a_user_who_was_taken_over_open_nothing(store: Store) -> None:
    anonymous_id, account_id = an_anonymous(store), an_account(store)
    with store.transaction() as tx:
        first, second = tx.users.new_bind(anonymous_id), tx.users.new_bind(anonymous_id)
        tx.users.take_bind(first, account_id)

    with store.reading() as tx, pytest.raises(BindRefused, match="unknown"):
        tx.users.bind(second)


def test_a_bind_of_one_project_takes_that_one(store: Store) -> None:
    anonymous_id, account_id = a_rich_user(store, "p1"), an_account(store)
    with store.transaction() as tx:
        tx.projects.create("p2", "Other", Draft(), owner_id=anonymous_id)
        secret = tx.users.new_bind(anonymous_id, "p2")

    with store.transaction() as tx:
        tx.users.take_bind(secret, account_id)

    with store.reading() as tx:
        assert tx.projects.get("p1").owner_id == anonymous_id
        assert tx.projects.get("p2").owner_id == account_id


def test_a_bind_is_kept_as_a_hash_and_for_an_hour(store: Store) -> None:
    anonymous_id, account_id = an_anonymous(store), an_account(store)
    with store.transaction() as tx:
        old = tx.users.new_bind(anonymous_id, lifetime_ms=0)
        with pytest.raises(BindRefused, match="expired"):
            tx.users.take_bind(old, account_id)
        fresh = tx.users.new_bind(anonymous_id)
        with pytest.raises(BindRefused, match="unknown"):
            tx.users.bind("guessed")

    with store.reading() as tx:
        rows = tx.connection.execute(text("SELECT * FROM binds")).all()
    # Those that are over are dropped when a new one is made.
    assert len(rows) == 1
    assert fresh not in str(rows)
    assert rows[0].expires_ms - rows[0].created_ms == 3_600_000


def test_a_bind_that_fails_can_be_used_again(store: Store) -> None:
    anonymous_id, account_id = an_anonymous(store), an_account(store)
    with store.transaction() as tx:
        secret = tx.users.new_bind(anonymous_id)

    with pytest.raises(UnknownUser), store.transaction() as tx:
        tx.users.take_bind(secret, "nobody")

    with store.transaction() as tx:
        tx.users.take_bind(secret, account_id)


def test_a_user_is_removed_with_all_that_is_theirs_and_nothing_of_others(store: Store) -> None:
    gone_id, account_id = a_rich_user(store, "p1"), an_account(store)
    kept_id = a_rich_user(store, "p2")
    with store.transaction() as tx:
        tx.users.merge(gone_id, account_id)
        tx.attempts.record("password", "ann@example.org")
        tx.attempts.record("password", "bob@example.org")

    with store.transaction() as tx:
        assert tx.users.remove(account_id) == {"photo of p1", "film of p1"}

    assert set().union(*owners(store).values()) == {kept_id}
    with store.reading() as tx:
        users = set(tx.connection.scalars(text("SELECT id FROM users")))
        tables = {
            table.name: str(tx.connection.execute(select(table)).all())
            for table in metadata.sorted_tables
        }
    assert users == {LOCAL_USER, kept_id}
    for name, rows in tables.items():
        for word in (gone_id, account_id, "ann@example.org", "'p1'"):
            assert word not in rows, name


def test_the_local_user_is_never_removed(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(ValueError, match="local"):
        tx.users.remove(LOCAL_USER)
    with store.transaction() as tx, pytest.raises(UnknownUser):
        tx.users.remove("nobody")


def outcomes(calls: list[Callable[[], None]]) -> list[type[Exception] | None]:
    """Make calls at the same moment, and tell what each of them raised."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], None]) -> type[Exception] | None:
        ready.wait()
        try:
            call()
        except Exception as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
