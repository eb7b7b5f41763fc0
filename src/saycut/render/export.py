"""From a draft to a finished, verified file: plan, chunks, mix, join, verify, publish."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from saycut.audio import mix_digest, render_mix
from saycut.render.cache import ChunkCache
from saycut.render.chunks import Chunk, chunks_of, render_chunk
from saycut.render.encode import Encoding
from saycut.render.errors import ExportFailed, ShapeMismatch
from saycut.render.film import check_chunks, check_film
from saycut.render.join import join
from saycut.render.plan import plan_render
from saycut.render.pool import Job, WorkerPool
from saycut.render.verify import Check, State
from saycut.render.work import Mix, Progress, Work
from saycut.timeline import Asset, Canvas, Draft, clock

__all__ = ["ExportReport", "ExportSettings", "export"]


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the file should be. `size_px` None takes the canvas; another must have its shape."""

    size_px: tuple[int, int] | None = None
    encoding: Encoding = Encoding()
    audio_bitrate_bps: int = 192_000


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was published, how it was verified and what it cost.

    `cached_chunks` of `chunk_count` were there already. CPU times are those of the workers.
    """

    path: Path
    width: int
    height: int
    frame_rate: Fraction
    frame_count: int
    duration_ms: int
    size_bytes: int
    loudness_lufs: float | None
    checks: tuple[Check, ...]
    chunk_count: int
    cached_chunks: int
    wall_s: float
    render_cpu_s: float
    verify_cpu_s: float


def export(
    draft: Draft,
    assets: Mapping[str, Asset],
    sources: Mapping[str, Path],
    destination: Path,
    *,
    cache: ChunkCache,
    pool: WorkerPool,
    settings: ExportSettings = ExportSettings(),
    progress: Callable[[Progress], None] = lambda _: None,
) -> ExportReport:
    """Render a draft to `destination` (.mp4), which appears complete and verified or not at all.

    Whatever ends it early, finished chunks stay in the cache and the next export goes on from
    them.

    Args:
        assets: all assets the draft names, by id.
        sources: the media file of each asset, by id.

    Raises:
        NothingToRender, ShapeMismatch: nothing was begun.
        ChunkFailed, MediaError: a part could not be rendered.
        ExportFailed: the file did not pass verification.
    """
    started_s = time.monotonic()
    canvas = _canvas(draft.canvas, settings.size_px)
    chunks = list(chunks_of(plan_render(draft, assets, canvas), settings.encoding))
    sound_name = mix_digest(draft, assets, bitrate_bps=settings.audio_bitrate_bps)
    work = Work(cache, chunks, sound_name, progress)
    used = {segment.asset_id for segment in draft.segments() if segment.asset_id}
    paths = {assets[asset_id].digest: sources[asset_id] for asset_id in used}
    work.run(
        pool,
        lambda chunk: Job(_label(chunk), render_chunk, (chunk, paths)),
        Job("the sound", _mix, (draft, assets, sources, settings.audio_bitrate_bps)),
    )
    work.tell("join")
    with _part_beside(destination) as part:
        sound = part.with_suffix(".m4a")
        try:
            mix = work.mix(sound)
            join(work.fragments(), sound if mix else None, part, canvas.frame_rate)
        finally:
            sound.unlink(missing_ok=True)
        checks = [*check_chunks(chunks, work.verdicts), *check_film(part, chunks, mix)]
        if failures := [f"{c.name}: {c.detail}" for c in checks if c.state is State.FAIL]:
            raise ExportFailed(failures)
        size_bytes = part.stat().st_size
    frame_count = chunks[-1].end
    return ExportReport(
        path=destination,
        width=canvas.width,
        height=canvas.height,
        frame_rate=canvas.frame_rate,
        frame_count=frame_count,
        duration_ms=round(frame_count / canvas.frame_rate * 1000),
        size_bytes=size_bytes,
        loudness_lufs=mix.loudness_lufs if mix else None,
        checks=tuple(checks),
        chunk_count=len(chunks),
        cached_chunks=work.cached_count,
        wall_s=time.monotonic() - started_s,
        render_cpu_s=work.render_cpu_s,
        verify_cpu_s=work.verify_cpu_s,
    )


def _label(chunk: Chunk) -> str:
    return f"the part from {clock(round(chunk.first / chunk.canvas.frame_rate * 1000))}"


def _mix(
    draft: Draft,
    assets: Mapping[str, Asset],
    sources: Mapping[str, Path],
    bitrate_bps: int,
    report: Callable[[float], None],
) -> Mix:
    """Mix the sound; runs in a worker process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mix.m4a"
        made = render_mix(draft, assets, sources, path, bitrate_bps=bitrate_bps, progress=report)
        return Mix(path.read_bytes() if made else b"", made)


def _canvas(canvas: Canvas, size_px: tuple[int, int] | None) -> Canvas:
    """Give the canvas at another size of its shape; sizes round to even, so a pixel is free."""
    if size_px is None:
        return canvas
    if abs(size_px[0] * canvas.height - size_px[1] * canvas.width) > 2 * max(
        canvas.width, canvas.height
    ):
        raise ShapeMismatch(size_px, canvas.ratio)
    return replace(canvas, width=size_px[0], height=size_px[1])


@contextmanager
def _part_beside(destination: Path) -> Iterator[Path]:
    """Give a path to write to; it becomes `destination` in one step, or vanishes.

    Its name is always the same, so one that a killed process left behind is written over.
    """
    part = destination.with_name(f".{destination.name}.part")
    try:
        yield part
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)
