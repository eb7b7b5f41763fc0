"""Functions of the standard library stand for decoders that crash, hang or misbehave."""

import builtins
import math
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from saycut.media import (
    Limits,
    MediaCrash,
    MediaTimeout,
    TooMuchMemory,
    UnsupportedMedia,
    run_confined,
    sniff,
)

linux_only = pytest.mark.skipif(os.uname().sysname != "Linux", reason="needs Linux")


def test_a_result_comes_back() -> None:
    result = run_confined(np.full, (3, 2_000_000), 7)

    assert result.shape == (3, 2_000_000)
    assert (result == 7).all()


def test_an_error_comes_back_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError):
        run_confined(divmod, 1, 0)


def test_an_error_of_media_comes_back_with_its_attributes(tmp_path: Path) -> None:
    path = tmp_path / "words.jpg"
    path.write_text("words")

    with pytest.raises(UnsupportedMedia) as caught:
        run_confined(sniff, path, "holiday.jpg")

    assert (caught.value.name, caught.value.found) == ("holiday.jpg", "a text file")


def test_a_crash_in_c_is_an_error() -> None:
    with pytest.raises(MediaCrash, match="SIGSEGV") as caught:
        run_confined(signal.raise_signal, signal.SIGSEGV, subject="evil.mp4")

    assert caught.value.name == "evil.mp4"


def test_a_child_that_ends_without_a_word_is_an_error() -> None:
    with pytest.raises(MediaCrash, match="exit status 3"):
        run_confined(os._exit, 3)


def test_hanging_is_an_error_and_leaves_no_process() -> None:
    # Other tests of this process may have a server running.
    before = set(psutil.Process().children())

    with pytest.raises(MediaTimeout):
        run_confined(time.sleep, 60, limits=Limits(wall_s=1.0))

    assert set(psutil.Process().children()) <= before


def test_spinning_is_an_error() -> None:
    with pytest.raises(MediaTimeout):
        run_confined(math.factorial, 10**7, limits=Limits(cpu_s=1))


def test_too_much_memory_is_an_error() -> None:
    with pytest.raises(TooMuchMemory):
        run_confined(bytearray, 10**10)


@linux_only
def test_the_network_is_out_of_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(PermissionError):
        run_confined(socket.create_connection, server.getsockname())


@linux_only
def test_no_program_can_be_started() -> None:
    with pytest.raises(PermissionError):
        run_confined(subprocess.check_call, ["true"])


def test_no_file_can_be_written(tmp_path: Path) -> None:
    with pytest.raises((OSError, MediaCrash)):
        run_confined(Path.write_bytes, tmp_path / "made", b"evil")

    assert not list(tmp_path.glob("*")) or not (tmp_path / "made").stat().st_size


def test_files_can_be_written_where_it_is_allowed_and_nowhere_else(tmp_path: Path) -> None:
    allowed = tmp_path / "scratch"
    allowed.mkdir()
    limits = Limits(writable=str(allowed))

    run_confined(Path.write_bytes, allowed / "made", b"mix", limits=limits)

    assert (allowed / "made").read_bytes() == b"mix"
    if sys.platform == "linux":
        with pytest.raises(OSError, match="made"):
            run_confined(Path.write_bytes, tmp_path / "made", b"evil", limits=limits)


def test_what_a_library_prints_does_not_mix_with_the_result() -> None:
    assert run_confined(builtins.print, "noise") is None


def test_threads_may_run_children_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda n: run_confined(math.factorial, n), range(6)))

    assert results == [math.factorial(n) for n in range(6)]
