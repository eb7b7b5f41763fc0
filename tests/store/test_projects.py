import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saycut.store import (
    AmbiguousProject,
    DataFolder,
    NothingToRedo,
    NothingToUndo,
    StaleBase,
    Store,
    UnknownProject,
    open_database,
)
from saycut.timeline import Asset, AssetKind, Canvas, Draft, Facts, Rect, Word
from tests.databases import PostgresServer


def a_draft(number: int) -> Draft:
    """A draft that is told from others by its width."""
    return Draft(canvas=Canvas(width=2 * number + 2))


def an_asset(asset_id: str) -> Asset:
    return Asset(
        id=asset_id,
        name="été 夏.mp4",
        kind=AssetKind.VIDEO,
        digest="ab" * 32,
        size_bytes=5_000_000_000,
        duration_ms=10_010,
        width=1080,
        height=1920,
        frame_rate=Fraction(30000, 1001),
        has_audio=True,
        facts=Facts(
            faces=(Rect(0.1, 0.2, 0.3, 0.4),),
            focus=(0.25, 0.5),
            palette=("#102030",),
            lights=(0.1, 0.25, 0.5) * 3,
            beats_ms=(0, 500),
            tempo_bpm=120.0,
            silences_ms=((0, 10),),
            words=(Word("hello", 5, 300),),
        ),
    )


def test_a_new_project_is_found_by_its_id_and_by_its_name(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Golden Hour", Draft())

    with store.transaction() as tx:
        assert tx.projects.find("p1") == tx.projects.find("Golden Hour")
        assert tx.projects.find("p1").current == 1


def test_an_id_wins_over_the_same_word_as_a_name(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "p2", Draft())
        tx.projects.create("p2", "other", Draft())

        assert tx.projects.find("p2").name == "other"


def test_a_name_that_several_projects_bear_is_refused_with_their_ids(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
        tx.projects.create("p2", "Film", Draft())

        with pytest.raises(AmbiguousProject, match="p1, p2"):
            tx.projects.find("Film")


def test_a_project_that_is_not_there_is_named(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(UnknownProject, match="nowhere"):
        tx.projects.find("nowhere")


def test_projects_are_listed_newest_first(store: Store) -> None:
    for number in range(3):
        with store.transaction() as tx:
            tx.projects.create(f"p{number}", "Film", Draft())

    with store.transaction() as tx:
        created = [project.created_ms for project in tx.projects.recent()]

    assert created == sorted(created, reverse=True)
    assert len(created) == 3


def test_assets_come_back_whole_and_in_the_order_they_came(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
        tx.projects.add_assets("p1", [an_asset("z"), an_asset("b")])
        tx.projects.add_assets("p1", [an_asset("a")])

    with store.transaction() as tx:
        assert tx.projects.assets("p1") == (an_asset("z"), an_asset("b"), an_asset("a"))


def test_an_asset_stored_before_a_fact_was_known_lacks_only_that_fact(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder, folder.store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
        tx.projects.add_assets("p1", [an_asset("a")])

    with sqlite3.connect(tmp_path / "saycut.db") as raw:
        raw.execute("UPDATE assets SET descriptor = json_remove(descriptor, '$.facts.lights')")
    raw.close()

    stored = an_asset("a")
    with DataFolder(tmp_path) as reopened, reopened.store.transaction() as tx:
        assert tx.projects.assets("p1") == (
            replace(stored, facts=replace(stored.facts, lights=())),
        )


def test_an_edit_made_on_an_older_version_is_refused_and_changes_nothing(
    store: Store,
) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
        tx.projects.write("p1", base=1, draft=a_draft(2), request="one", reply="")

    with store.transaction() as tx, pytest.raises(StaleBase) as refused:
        tx.projects.write("p1", base=1, draft=a_draft(3), request="other", reply="")

    assert (refused.value.base, refused.value.current) == (1, 2)
    with store.transaction() as tx:
        assert [version.request for version in tx.projects.history("p1")] == ["", "one"]


def test_of_two_writers_on_one_base_exactly_one_is_taken(store: Store) -> None:
    with store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
    refused: list[StaleBase] = []

    def write(number: int) -> None:
        try:
            with store.transaction() as tx:
                tx.projects.write("p1", base=1, draft=a_draft(number), request="", reply="")
        except StaleBase as stale:
            refused.append(stale)

    writers = [Thread(target=write, args=(number,)) for number in (2, 3, 4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(refused) == 2
    with store.transaction() as tx:
        assert len(tx.projects.history("p1")) == 2


def test_an_interrupt_inside_a_transaction_leaves_nothing_of_it(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction() as tx:
        tx.projects.create("p1", "Film", Draft())
        raise KeyboardInterrupt

    with store.transaction() as tx:
        assert tx.projects.recent() == ()


CRASH = """
import sys
from pathlib import Path
from saycut.store import DataFolder
from saycut.timeline import Draft
folder = DataFolder(Path(sys.argv[1]))
with folder.store.transaction() as tx:
    tx.projects.create("kept", "Film", Draft())
with folder.store.transaction() as tx:
    tx.projects.write("kept", base=1, draft=Draft(), request="half done", reply="")
    tx.projects.create("half", "Film", Draft())
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_inside_a_transaction_loses_only_that_transaction(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        child.kill()
        child.communicate()

    with DataFolder(tmp_path) as reopened, reopened.store.transaction() as tx:
        assert [project.id for project in tx.projects.recent()] == ["kept"]
        assert [version.request for version in tx.projects.history("kept")] == [""]
    with sqlite3.connect(tmp_path / "saycut.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()


@dataclass
class Model:
    """The rules of versions, in the plainest words: each version's parent, and where we are."""

    parents: list[int | None] = field(default_factory=lambda: [None])
    at: int = 1

    def write(self) -> None:
        self.parents.append(self.at)
        self.at = len(self.parents)

    def undo(self) -> bool:
        parent = self.parents[self.at - 1]
        self.at = parent or self.at
        return parent is not None

    def redo(self) -> bool:
        children = [number for number, p in enumerate(self.parents, 1) if p == self.at]
        self.at = max(children, default=self.at)
        return bool(children)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One database for all generated examples; each example has a project of its own."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('data') / 'test.db'}"
        if request.param == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            url = stack.enter_context(server.database())
        opened = Store(open_database(url))
        yield opened
        opened.close()


STEPS = st.lists(st.sampled_from(["write", "undo", "redo"]), max_size=12)


def play(store: Store, project_id: str, steps: list[str], model: Model) -> None:
    for step in steps:
        with store.transaction() as tx:
            if step == "write":
                model.write()
                draft = a_draft(len(model.parents))
                tx.projects.write(
                    project_id,
                    base=tx.projects.find(project_id).current,
                    draft=draft,
                    request="",
                    reply="",
                )
            elif step == "undo":
                if model.undo():
                    tx.projects.undo(project_id)
                else:
                    with pytest.raises(NothingToUndo):
                        tx.projects.undo(project_id)
            elif model.redo():
                tx.projects.redo(project_id)
            else:
                with pytest.raises(NothingToRedo):
                    tx.projects.redo(project_id)


def a_project(store: Store) -> str:
    with store.transaction() as tx:
        project_id = f"p{len(tx.projects.recent())}"
        tx.projects.create(project_id, "Film", a_draft(1))
    return project_id


@given(STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_undo_and_redo_walk_the_tree_of_versions_and_never_change_it(
    shared: Store, steps: list[str]
) -> None:
    project_id = a_project(shared)
    model = Model()

    play(shared, project_id, steps, model)

    with shared.transaction() as tx:
        assert [version.parent for version in tx.projects.history(project_id)] == model.parents
        assert [version.draft.canvas for version in tx.projects.history(project_id)] == [
            a_draft(number).canvas for number in range(1, len(model.parents) + 1)
        ]
        assert tx.projects.current(project_id).number == model.at


@given(STEPS, st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_as_many_redos_as_undos_lead_back_to_the_same_version(
    shared: Store, steps: list[str], count: int
) -> None:
    project_id = a_project(shared)
    # An edit last: before it there may be another branch that redo would take.
    play(shared, project_id, [*steps, "write"], Model())
    with shared.transaction() as tx:
        start = tx.projects.current(project_id)
        undone = 0
        while undone < count and tx.projects.current(project_id).parent is not None:
            tx.projects.undo(project_id)
            undone += 1

        for _ in range(undone):
            back = tx.projects.redo(project_id)

    assert back == start
