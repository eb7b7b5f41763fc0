import errno
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path

import numpy as np
import pytest

from saycut.media import (
    ChildDied,
    ChildNotStarted,
    ConfinedChild,
    Confinement,
    Limits,
    confine_this_process,
    run_confined,
    start_child,
)
from tests.media import children

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def a_child(
    function: Callable[[Connection, Limits], None], *, writable: Path | None = None
) -> ConfinedChild:
    limits = Limits(writable=str(writable) if writable else None)
    return start_child(f"tests.media.children:{function.__name__}", limits)


def test_values_go_there_and_come_back_any_number_of_times() -> None:
    with a_child(children.echo) as child:
        child.send("a")
        child.send(np.arange(3))

        assert child.receive() == "a"
        assert child.receive().tolist() == [0, 1, 2]


def test_one_can_wait_for_many() -> None:
    with a_child(children.echo) as idle, a_child(children.echo) as busy:
        busy.send(1)

        assert wait([idle.fileno(), busy.fileno()]) == [busy.fileno()]


@linux_only
def test_threads_that_imports_start_cannot_write_either(tmp_path: Path) -> None:
    with a_child(children.write_in_old_thread) as child:
        child.send(tmp_path / "made")

        assert isinstance(child.receive(), PermissionError)
    assert not (tmp_path / "made").exists()


@linux_only
def test_no_other_process_can_be_reached() -> None:
    with a_child(children.reach) as child:
        child.send(os.getpid())

        assert child.receive() == [errno.EACCES] * 4
        assert child.receive() == 0, "itself, it may signal"


def test_interrupts_are_left_to_the_parent() -> None:
    with a_child(children.echo) as child:
        os.kill(child.pid, signal.SIGINT)
        child.send(1)
        assert child.receive() == 1

        os.kill(child.pid, signal.SIGINT)
        child.send(2)
        assert child.receive() == 2


def test_the_environment_holds_what_python_needs_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    monkeypatch.setenv("TMPDIR", "/var/tmp")

    with a_child(children.environment) as child:
        found = child.receive()
    with a_child(children.environment, writable=tmp_path) as child:
        temporary = child.receive()["TMPDIR"]

    assert "SOME_TOKEN" not in found
    # Importing OpenCV puts a folder of its own before it.
    assert found["LD_LIBRARY_PATH"].endswith("/opt/lib")
    assert found["TMPDIR"] == "/var/tmp"
    assert temporary == str(tmp_path)


def test_no_module_comes_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)

    with a_child(children.origin_of_json) as child:
        assert Path(child.receive()).name == "__init__.py"


def test_a_crash_is_told_by_its_signal() -> None:
    with a_child(children.crash) as child:
        child.send("now")

        with pytest.raises(ChildDied, match="SIGSEGV") as caught:
            child.receive()

    assert caught.value.status == -signal.SIGSEGV


def test_a_function_that_raises_ends_its_child() -> None:
    with a_child(children.fail) as child, pytest.raises(ChildDied, match="exit status 1"):
        child.receive()


def test_an_answer_that_stops_in_its_middle_ends_with_the_child() -> None:
    with a_child(children.half_an_answer) as child:
        wait([child.fileno()])
        child.kill()

        with pytest.raises(ChildDied, match="SIGKILL"):
            child.receive()


def test_a_child_that_cannot_import_its_function_did_not_start() -> None:
    with start_child("saycut.nowhere:serve", Limits()) as child:
        child.send("work")

        with pytest.raises(ChildNotStarted, match=r"No module named 'saycut.nowhere'"):
            child.receive()


@pytest.mark.parametrize("program", ["/nowhere/python", "false"])
def test_an_interpreter_that_does_not_run_is_no_fault_of_the_file(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)

    with pytest.raises(ChildNotStarted, match=program):
        run_confined(time.time)


def test_no_process_is_left() -> None:
    child = a_child(children.echo)

    assert child.close() == -signal.SIGKILL
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)


@linux_only
def test_a_process_tells_what_holds_it() -> None:
    assert run_confined(confine_this_process, Limits()) == Confinement(
        limits=True, files=True, calls=True
    )
