"""How far a render is, on stderr: a bar on a terminal, a line every tenth elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

__all__ = ["RenderProgress", "shown"]


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


Report = Callable[[RenderProgress], None]


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
        TextColumn("{task.completed:.0f}/{task.total:.0f} frames  {task.fields[pace]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=1, pace="")

        def report(now: RenderProgress) -> None:
            bar.update(
                task,
                description=now.stage,
                completed=now.done_frames,
                total=now.total_frames,
                pace=_pace(now),
            )

        yield report


def _lines() -> Report:
    said = ""

    def report(now: RenderProgress) -> None:
        nonlocal said
        tenths = 10 * now.done_frames // max(1, now.total_frames)
        here = f"{now.stage} {10 * tenths}%"
        if here != said:
            said = here
            frames = f"{now.done_frames}/{now.total_frames} frames"
            sys.stderr.write(f"{here}  {frames}  {_pace(now)}".rstrip() + "\n")
            sys.stderr.flush()

    return report


def _pace(now: RenderProgress) -> str:
    if not now.frames_per_s:
        return ""
    left = "" if now.remaining_s is None else f"  {now.remaining_s:.0f} s left"
    return f"{now.frames_per_s:.0f} frames/s{left}"
