"""Where the server of a data folder is: word of it lies in the folder while it serves."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

__all__ = ["announced", "server_address", "url_of"]

_NAME: Final = "server.json"


def server_address(data_folder: Path) -> str | None:
    """Give the address of the server that holds a data folder; None when none says so."""
    try:
        said = json.loads((data_folder / _NAME).read_text("utf-8"))
        os.kill(said["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(said["url"])


@contextmanager
def announced(folder: Path, version: str, url: str) -> Iterator[None]:
    """Leave word in a data folder of where its server is, for the command line."""
    path = folder / _NAME
    said = {"url": url, "pid": os.getpid(), "version": version}
    path.write_text(json.dumps(said), "utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def url_of(address: tuple[str, int]) -> str:
    """Give how this machine reaches an address that is listened on."""
    host, port = address
    # What listens everywhere is reached here by loopback.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
