"""A thousand people who each watch their own turn, an event a second: how late events are.

    python -m benchmarks.streams [STREAMS] [SECONDS]

One server process, whose turns say an event a second before they do their work; each event is
logged on disk before it is sent. The readers are another process on the same machine, so that
the clocks agree. Counted is what was said from the moment that all streams were open.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import psutil

RESULTS: Final = Path(__file__).parent / "out" / "streams.json"


_STREAMS: Final = 1000
_SECONDS: Final = 30
_EVENT_S: Final = 1.0
_AT_ONCE: Final = 50
_HEAD: Final = "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n\r\n"


def main(stream_count: int, seconds: int) -> None:
    """Measure and write down how late events came, and what the server took for it."""
    _allow_many_files()
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "benchmarks.talking", folder, str(seconds)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            try:
                events, memory_bytes = asyncio.run(
                    _watch(port, stream_count, psutil.Process(process.pid))
                )
            finally:
                process.terminate()
    late_s = [event.late_s for event in events if event.is_counted]
    percentiles = quantiles(late_s, n=100)
    figures = {
        "streams": stream_count,
        "events": len(events),
        "events_counted": len(late_s),
        "events_lost": stream_count * seconds - len(events),
        "p50_ms": round(percentiles[49] * 1000, 1),
        "p99_ms": round(percentiles[98] * 1000, 1),
        "max_ms": round(max(late_s) * 1000, 1),
        "memory_mb": round(memory_bytes / 1e6, 1),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class _Event:
    """How late an event was; counted are those said while all streams were open."""

    late_s: float
    is_counted: bool


@dataclass(slots=True)
class _Watch:
    """The streams that are to open, those that are, and what they told."""

    port: int
    stream_count: int
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    open_count: int = 0
    full_s: float = float("inf")
    events: list[_Event] = field(default_factory=list)

    def opened(self) -> None:
        self.open_count += 1
        if self.open_count == self.stream_count:
            self.full_s = time.time()

    def told(self, said_s: float) -> None:
        self.events.append(_Event(time.time() - said_s, said_s >= self.full_s))


async def _watch(
    port: int, stream_count: int, server: psutil.Process
) -> tuple[Sequence[_Event], int]:
    """Watch so many turns to their end; gives how late each event was and the server's peak."""
    watch = _Watch(port, stream_count)
    peak_bytes = 0
    readers = [asyncio.create_task(_reader(watch)) for _ in range(stream_count)]
    while not all(reader.done() for reader in readers):
        peak_bytes = max(peak_bytes, server.memory_info().rss)
        await asyncio.wait(readers, timeout=1.0)
    for reader in readers:
        reader.result()
    return watch.events, peak_bytes


async def _reader(watch: _Watch) -> None:
    async with watch.room:
        session = await _call(watch.port, "/api/tasks/me/with-session/saycut", {})
        reader, writer = await asyncio.open_connection("127.0.0.1", watch.port)
        message = {"parts": [{"text": "status"}]}
        body = {"session_id": session["data"]["session_id"], "new_message": message}
        _send(writer, "/run_sse", body)
        # The first event is the call of the tool: the turn runs.
        await reader.readuntil(b"data: ")
    watch.opened()
    while line := await reader.readline():
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            if event.get("partial"):
                watch.told(event["timestamp"])
            if event.get("turnComplete"):
                break
    writer.close()


async def _call(port: int, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _send(writer, path, body)
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(
        int(h[15:]) for h in head.decode().split("\r\n") if h[:15].lower() == "content-length:"
    )
    answer: dict[str, Any] = json.loads(await reader.readexactly(size))
    writer.close()
    return answer


def _send(writer: asyncio.StreamWriter, path: str, body: dict[str, Any]) -> None:
    text = json.dumps(body)
    writer.write((_HEAD.format("POST", path, len(text)) + text).encode())


def _allow_many_files() -> None:
    # Each stream is a file here and one in the server, which inherits the limit.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*[*given, *(_STREAMS, _SECONDS)[len(given) :]])
