"""From a draft to a finished, verified file: plan, chunks, mix, join, verify, publish."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from saycut.audio import MixReport, mix_digest, render_mix
from saycut.render.cache import ChunkCache
from saycut.render.chunks import Chunk, ChunkRender, chunks_of, render_chunk
from saycut.render.encode import Encoding
from saycut.render.errors import ChunkFailed, ExportFailed, ShapeMismatch
from saycut.render.film import check_chunks, check_film
from saycut.render.join import join
from saycut.render.plan import plan_render
from saycut.render.pool import Done, Job, Reported, WorkerPool
from saycut.render.verify import Check, State, Verdict
from saycut.timeline import Asset, Canvas, Draft, clock

__all__ = ["ExportReport", "ExportSettings", "Progress", "export"]


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What the file should be. `size_px` None takes the canvas; another must have its shape."""

    size_px: tuple[int, int] | None = None
    encoding: Encoding = Encoding()
    audio_bitrate_bps: int = 192_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is. Frames from the cache count as done, but not in the speed.

    `stage` is "render", "sound" or "join"; `remaining_s` is None until there is something to go by.
    """

    stage: str
    done_frames: int
    total_frames: int
    frames_per_s: float
    remaining_s: float | None


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
    work = _Work(cache, chunks, progress)
    jobs = _chunk_jobs(work, draft, assets, sources)
    mix_name = mix_digest(draft, assets, bitrate_bps=settings.audio_bitrate_bps)
    if cache.get(f"{mix_name}.json") is None:
        arguments = (draft, assets, sources, settings.audio_bitrate_bps)
        jobs.insert(0, (mix_name, Job("the sound", _mix, arguments)))
    work.run(pool, jobs)
    work.tell("join")
    with _part_beside(destination) as part:
        sound = part.with_suffix(".m4a")
        try:
            mix = work.mix(mix_name, sound)
            join(work.fragments(), sound if mix else None, part, canvas.frame_rate)
        finally:
            sound.unlink(missing_ok=True)
        checks = [*check_chunks(chunks, work.verdicts()), *check_film(part, chunks, mix)]
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


class _Work:
    """The chunks of one export on their way into the cache, and what is told of it."""

    def __init__(
        self, cache: ChunkCache, chunks: Sequence[Chunk], progress: Callable[[Progress], None]
    ) -> None:
        self._cache = cache
        self._progress = progress
        self._chunks = chunks
        self._names = [chunk.key for chunk in chunks]
        self._frames = {n: c.frame_count for n, c in zip(self._names, chunks, strict=True)}
        # A name with its verdict is complete: the verdict is written after the pictures.
        present = {name for name in self._frames if cache.get(f"{name}.json") is not None}
        self.missing = {
            name: chunk
            for name, chunk in zip(self._names, chunks, strict=True)
            if name not in present
        }
        self.cached_count = sum(name in present for name in self._names)
        self._done = {name: self._frames[name] for name in present}
        self._started_s = time.monotonic()
        self.render_cpu_s = 0.0
        self.verify_cpu_s = 0.0

    def run(self, pool: WorkerPool, jobs: Sequence[tuple[str, Job]]) -> None:
        """Run jobs, each under its name, and put what they give into the cache."""
        self.tell("render")
        for event in pool.run([job for _, job in jobs]):
            name = jobs[event.index][0]
            match event:
                case Reported(amount=amount) if name in self._frames:
                    self._done[name] = int(amount)
                case Done(result=ChunkRender() as made):
                    self._done[name] = self._frames[name]
                    self._keep(name, made)
                case Done(result=(sound, report)):
                    self._cache.put(f"{name}.m4a", sound)
                    self._cache.put(f"{name}.json", json.dumps(report).encode())
            self.tell("render" if self._frames_left() else "sound")

    def tell(self, stage: str) -> None:
        """Report how far it is; a chunk that occurs twice in the film counts twice."""
        total = sum(self._frames[name] for name in self._names)
        done = sum(self._done.get(name, 0) for name in self._names)
        made = sum(self._done.get(name, 0) for name in self.missing)
        passed_s = time.monotonic() - self._started_s
        speed = made / passed_s if passed_s > 0 else 0.0
        left = (total - done) / speed if speed else None
        self._progress(Progress(stage, done, total, speed, left))

    def fragments(self) -> Iterator[tuple[int, bytes]]:
        """Iterate over the first frame and the MP4 of each chunk, in order."""
        for name, chunk in zip(self._names, self._chunks, strict=True):
            yield chunk.first, self._stored(f"{name}.mp4", f"the chunk at frame {chunk.first}")

    def verdicts(self) -> list[Verdict]:
        return [
            Verdict(**json.loads(self._stored(f"{name}.json", "a verdict"))) for name in self._names
        ]

    def mix(self, name: str, path: Path) -> MixReport | None:
        """Write the mix to `path` and give its report, or None when the film is silent."""
        report = json.loads(self._stored(f"{name}.json", "the sound"))
        if report is None:
            return None
        path.write_bytes(self._stored(f"{name}.m4a", "the sound"))
        return MixReport(**report)

    def _frames_left(self) -> bool:
        return any(self._done.get(name, 0) < count for name, count in self._frames.items())

    def _keep(self, name: str, made: ChunkRender) -> None:
        self._cache.put(f"{name}.mp4", made.fragment)
        self._cache.put(f"{name}.json", json.dumps(asdict(made.verdict)).encode())
        self.render_cpu_s += made.render_cpu_s
        self.verify_cpu_s += made.verify_cpu_s

    def _stored(self, name: str, what: str) -> bytes:
        data = self._cache.get(name)
        if data is None:
            raise ChunkFailed(what, "it left the cache too early, which is too small for this film")
        return data


def _chunk_jobs(
    work: _Work, draft: Draft, assets: Mapping[str, Asset], sources: Mapping[str, Path]
) -> list[tuple[str, Job]]:
    used = {segment.asset_id for segment in draft.segments() if segment.asset_id}
    paths = {assets[asset_id].digest: sources[asset_id] for asset_id in used}
    jobs = []
    for name, chunk in work.missing.items():
        at_s = float(chunk.first / chunk.canvas.frame_rate)
        label = f"the part from {clock(round(at_s * 1000))}"
        jobs.append((name, Job(label, render_chunk, (chunk, paths))))
    return jobs


def _mix(
    draft: Draft,
    assets: Mapping[str, Asset],
    sources: Mapping[str, Path],
    bitrate_bps: int,
    report: Callable[[float], None],
) -> tuple[bytes, dict[str, Any] | None]:
    """Mix the sound; runs in a worker process. Gives the .m4a and its report as JSON values."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mix.m4a"
        made = render_mix(draft, assets, sources, path, bitrate_bps=bitrate_bps, progress=report)
        return (path.read_bytes(), asdict(made)) if made else (b"", None)


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
