"""The parts of one export: which are there, which must be made, how far that is."""

import json
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from saycut.audio import MixReport
from saycut.render.cache import ChunkCache
from saycut.render.chunks import Chunk, ChunkRender
from saycut.render.errors import ChunkFailed, ExportFailed
from saycut.render.pool import Done, Job, Reported, Waited, WorkerPool
from saycut.render.verify import Verdict

__all__ = ["Mix", "Progress", "Work"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is. Frames from the cache count as done, but not in the speed.

    `stage` is "render", "sound" or "join"; `remaining_s` is None until there is something to
    go by.
    """

    stage: str
    done_frames: int
    total_frames: int
    frames_per_s: float
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class Mix:
    """The finished sound: an .m4a and what was measured of it, or neither for a silent film."""

    data: bytes
    report: MixReport | None


class Work:
    """The chunks and the sound of one export on their way through the cache.

    An entry of the cache is what was measured, as a line of JSON, and the encoded bytes after
    it: both are there or neither is.
    """

    def __init__(
        self,
        cache: ChunkCache,
        chunks: Sequence[Chunk],
        sound: str,
        progress: Callable[[Progress], None],
    ) -> None:
        """`sound` is the name of the mix in the cache."""
        self._cache = cache
        self._chunks = chunks
        self._sound = sound
        self._progress = progress
        self._names = [chunk.key for chunk in chunks]
        # The same pictures may come twice in a film; they are rendered once.
        self._repeats = Counter(self._names)
        by_name = dict(zip(self._names, chunks, strict=True))
        self.missing = {name: chunk for name, chunk in by_name.items() if not cache.has(name)}
        self.cached_count = sum(name not in self.missing for name in self._names)
        self._frames_done = dict.fromkeys(self.missing, 0)
        self._total = sum(chunk.frame_count for chunk in chunks)
        self._made = 0
        self._cached = self._total - sum(
            chunk.frame_count * self._repeats[name] for name, chunk in self.missing.items()
        )
        self._started_s = time.monotonic()
        self.verdicts: list[Verdict] = []
        self.render_cpu_s = 0.0
        self.verify_cpu_s = 0.0

    def run(self, pool: WorkerPool, chunk_job: Callable[[Chunk], Job], sound_job: Job) -> None:
        """Make what is missing and put it into the cache.

        How far it is, is told about twice a second even when nothing happens. What `progress`
        raises then ends the jobs that are under way, and comes through.

        Args:
            chunk_job: gives the job that makes a chunk, as a `ChunkRender`.
            sound_job: makes the `Mix`.

        Raises:
            ChunkFailed, MediaError: a part could not be made.
            ExportFailed: a chunk did not come out as it was composed; it was not kept.
        """
        jobs = [(name, chunk_job(chunk)) for name, chunk in self.missing.items()]
        if not self._cache.has(self._sound):
            jobs.insert(0, (self._sound, sound_job))
        self.tell("render")
        with closing(pool.run([job for _, job in jobs])) as events:
            for event in events:
                self._note(event, [name for name, _ in jobs])
                self.tell("render" if self._cached + self._made < self._total else "sound")

    def tell(self, stage: str) -> None:
        passed_s = time.monotonic() - self._started_s
        speed = self._made / passed_s if passed_s > 0 else 0.0
        done = self._cached + self._made
        left = (self._total - done) / speed if speed else None
        self._progress(Progress(stage, done, self._total, speed, left))

    def fragments(self) -> Iterator[tuple[int, bytes]]:
        """Iterate over the first frame and the MP4 of each chunk; `verdicts` fills on the way."""
        for name, chunk in zip(self._names, self._chunks, strict=True):
            # A long film takes a while to join; it can be stopped then, too.
            self.tell("join")
            head, fragment = self._stored(name, f"the chunk at frame {chunk.first}")
            self.verdicts.append(Verdict(**head))
            yield chunk.first, fragment

    def mix(self, path: Path) -> MixReport | None:
        """Write the mix to `path` and give its report, or None when the film is silent."""
        head, data = self._stored(self._sound, "the sound")
        if head is None:
            return None
        path.write_bytes(data)
        return MixReport(**head)

    def _note(self, event: Reported | Done | Waited, names: Sequence[str]) -> None:
        match event:
            case Reported(index, amount) if names[index] in self._frames_done:
                self._advance(names[index], int(amount))
            case Done(index, ChunkRender() as made):
                self._keep_chunk(names[index], made)
            case Done(index, Mix() as mix):
                head = asdict(mix.report) if mix.report else None
                self._cache.put(names[index], _packed(head, mix.data))

    def _advance(self, name: str, frames: int) -> None:
        self._made += (frames - self._frames_done[name]) * self._repeats[name]
        self._frames_done[name] = frames

    def _keep_chunk(self, name: str, made: ChunkRender) -> None:
        chunk = self.missing[name]
        if not made.verdict.is_sound or made.verdict.decoded_frames != chunk.frame_count:
            raise ExportFailed([f"pictures: the chunk at frame {chunk.first} is not as composed"])
        self._cache.put(name, _packed(asdict(made.verdict), made.fragment))
        self._advance(name, chunk.frame_count)
        self.render_cpu_s += made.render_cpu_s
        self.verify_cpu_s += made.verify_cpu_s

    def _stored(self, name: str, what: str) -> tuple[Any, bytes]:
        entry = self._cache.get(name)
        if entry is None:
            raise ChunkFailed(what, "it left the cache too early, which is too small for this film")
        try:
            return _unpacked(entry)
        except ValueError as error:
            # Made anew by the next export: what is broken must not stay in the way.
            self._cache.drop(name)
            raise ChunkFailed(what, "the cache held damaged data, now removed") from error


def _packed(head: Mapping[str, Any] | None, data: bytes) -> bytes:
    """Write a line of JSON, which holds a check sum of the data, and the data."""
    return json.dumps({"head": head, "crc": zlib.crc32(data)}).encode() + b"\n" + data


def _unpacked(entry: bytes) -> tuple[Any, bytes]:
    """Raises ValueError: the entry is not as it was written."""
    line, _, data = entry.partition(b"\n")
    said = json.loads(line)
    if not isinstance(said, dict) or said.get("crc") != zlib.crc32(data):
        raise ValueError("the check sum is wrong")
    return said["head"], data
