"""How far work is, on stderr: a bar on a terminal, a line every tenth elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

__all__ = ["RenderProgress", "Report", "Transfer", "shown"]


class RenderProgress(Protocol):
    """What the bar reads: frames done and in all, frames a second, seconds left if known."""

    @property
    def done_frames(self) -> int: ...
    @property
    def total_frames(self) -> int: ...
    @property
    def frames_per_s(self) -> float: ...
    @property
    def remaining_s(self) -> float | None: ...
    @property
    def stage(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is on its way to or from a server, or being made there.

    `total` 100 of `unit` "%" is a share; else they are bytes. `per_s` 0 is not known yet.
    """

    stage: str
    done: int
    total: int
    unit: str = "bytes"
    per_s: float = 0.0


# Below it a file is there before a line about its first tenth has been read.
_TOLD_IN_TENTHS_BYTES: Final = 10_000_000

Report = Callable[[RenderProgress | Transfer], None]


@contextmanager
def shown(*, is_quiet: bool) -> Iterator[Report]:
    """Give what a render calls with its progress."""
    if is_quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=1, told="")

        def report(now: RenderProgress | Transfer) -> None:
            done, total = _share(now)
            bar.update(task, description=now.stage, completed=done, total=total, told=_told(now))

        yield report


def _lines() -> Report:
    said = ""

    def report(now: RenderProgress | Transfer) -> None:
        nonlocal said
        done, total = _share(now)
        if _is_brief(now) and done < total:
            return
        here = f"{now.stage} {10 * (10 * done // max(1, total))}%"
        if here != said:
            said = here
            sys.stderr.write(f"{here}  {_told(now)}".rstrip() + "\n")
            sys.stderr.flush()

    return report


def _is_brief(now: RenderProgress | Transfer) -> bool:
    is_bytes = isinstance(now, Transfer) and now.unit == "bytes"
    return is_bytes and _share(now)[1] < _TOLD_IN_TENTHS_BYTES


def _share(now: RenderProgress | Transfer) -> tuple[int, int]:
    if isinstance(now, Transfer):
        return now.done, now.total
    return now.done_frames, now.total_frames


def _told(now: RenderProgress | Transfer) -> str:
    if isinstance(now, Transfer):
        return _amount(now)
    return f"{now.done_frames}/{now.total_frames} frames  {_pace(now)}"


def _amount(now: Transfer) -> str:
    if now.unit != "bytes":
        return ""
    amount = f"{now.done / 1e6:.1f}/{now.total / 1e6:.1f} MB"
    return f"{amount}  {now.per_s / 1e6:.1f} MB/s" if now.per_s else amount


def _pace(now: RenderProgress) -> str:
    if not now.frames_per_s:
        return ""
    left = "" if now.remaining_s is None else f"  {now.remaining_s:.0f} s left"
    return f"{now.frames_per_s:.0f} frames/s{left}"
