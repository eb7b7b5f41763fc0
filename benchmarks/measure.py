"""Runs a program and says what it cost, children included."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil

__all__ = ["Cost", "median_of", "run"]

_SAMPLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """User and system CPU seconds, wall seconds, and the peak of the proportional set size.

    A page that several processes share counts once in `rss_mb`.
    """

    cpu_s: float
    wall_s: float
    rss_mb: float


def run(command: Sequence[str]) -> Cost:
    """Run a command to its end; what it prints is shown only when it fails."""
    started_s = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        watch = _Watch(process.pid)
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - started_s
        rss_mb = watch.stop()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{output.decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, wall_s, rss_mb)


def median_of(costs: Sequence[Cost]) -> Cost:
    return Cost(
        median(c.cpu_s for c in costs),
        median(c.wall_s for c in costs),
        median(c.rss_mb for c in costs),
    )


class _Watch:
    """Samples the memory of a process and its children until stopped."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._peak_bytes = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> float:
        self._is_over.set()
        self._thread.join()
        return self._peak_bytes / 1e6

    def _look(self) -> None:
        while not self._is_over.wait(_SAMPLE_S):
            total = 0
            try:
                for process in [self._process, *self._process.children(recursive=True)]:
                    total += getattr(process.memory_full_info(), "pss", 0)
            except psutil.Error:
                continue
            self._peak_bytes = max(self._peak_bytes, total)
