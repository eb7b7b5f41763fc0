"""A server whose turns wait for the test: python -m tests.server.held_server FOLDER [PRICE]

Before a turn does its work it says an event, and goes on once the file `go` is in the folder.
With a price each turn costs that, and the server has accounts. Everything else is as it is.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from saycut.bootstrap.serving import opened
from saycut.server import create_app, serve
from saycut.server.edge.logs import set_up_logs
from saycut.server.running import listen
from saycut.server.talk.adk import says
from saycut.server.talk.chat import Say
from saycut.settings import ServerSettings, Settings
from saycut.store import Turn


def main(folder: Path, price: int = 0) -> None:
    set_up_logs("json")

    async def talk(turn: Turn, say: Say) -> None:
        await say(says(turn.id, "Working.\n", is_partial=True))
        while not (folder / "go").exists():
            await asyncio.sleep(0.02)

    listener = listen("127.0.0.1", 0)
    prices = dict.fromkeys(("chat", "edit", "make"), price)
    server = ServerSettings(heartbeat_s=1, is_open=not price, prices=prices)
    settings = replace(
        Settings(data_folder=folder / "data", cache_folder=folder / "cache"), server=server
    )
    address = listener.getsockname()[:2]
    with opened(settings, address) as parts:
        sys.stdout.write(f"http://127.0.0.1:{address[1]}\n")
        sys.stdout.flush()
        serve(create_app(parts, talk), listener)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
