"""The server of `benchmarks.streams`: its turns say an event a second, which ours never need.

    python -m benchmarks.talking FOLDER SECONDS

Prints its port; everything else is the server as it is.
"""

import asyncio
import sys
import time
from pathlib import Path

from saycut.bootstrap.serving import opened
from saycut.server import create_app, serve
from saycut.server.running import listen
from saycut.server.talk.adk import says
from saycut.server.talk.chat import Say
from saycut.settings import Settings
from saycut.store import Turn


def main(folder: Path, seconds: int) -> None:
    """Serve until told to stop."""

    async def talk(turn: Turn, say: Say) -> None:
        started_s = time.monotonic()
        for number in range(seconds):
            await asyncio.sleep(max(0.0, started_s + number - time.monotonic()))
            await say(says(turn.id, f"Second {number}.\n", is_partial=True))

    listener = listen("127.0.0.1", 0)
    settings = Settings(data_folder=folder / "data", cache_folder=folder / "cache")
    address = listener.getsockname()[:2]
    with opened(settings, address) as parts:
        sys.stdout.write(f"{address[1]}\n")
        sys.stdout.flush()
        serve(create_app(parts, talk), listener)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
