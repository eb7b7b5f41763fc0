"""Client ids and tokens in the user's config folder: one entry for each server.

The file has mode 0600 and is replaced whole; a lock beside it lets two processes change it, one
after the other. The client id is kept before a token is asked for: servers give one to each id.
"""

import fcntl
import json
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from saycut.client.errors import TokenNotKept

__all__ = ["Entry", "TokenFile", "new_key"]

_FILE_NAME: Final = "clients.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who we are to one server. `token` "" is none yet."""

    client_id: str
    token: str = ""


class TokenFile:
    """The file; `folder` None is the user's config folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or user_config_path("saycut")) / _FILE_NAME

    def entry(self, url: str) -> Entry:
        """Give the entry of a server; a new one gets its client id at once, and for good."""
        with self._held():
            entries = self._read()
            if (found := _entry(entries.get(url))) is not None:
                return found
            made = Entry(str(uuid.uuid4()))
            self._write(entries | {url: asdict(made)})
            return made

    def keep(self, url: str, token: str) -> None:
        """Keep the token of a server."""
        with self._held():
            entries = self._read()
            entry = _entry(entries.get(url)) or Entry(str(uuid.uuid4()))
            self._write(entries | {url: asdict(replace(entry, token=token))})

    @contextmanager
    def _held(self) -> Iterator[None]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_path = self._path.with_suffix(".lock")
            descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            raise TokenNotKept(self._path, error.strerror or str(error)) from error

    def _read(self) -> dict[str, Any]:
        try:
            read = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            # Damaged by other hands: tokens are free, so a new one costs nothing.
            return {}
        return read if isinstance(read, dict) else {}

    def _write(self, entries: dict[str, Any]) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{_FILE_NAME}.")
        unfinished = Path(name)  # of mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(entries, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._path)
        finally:
            unfinished.unlink(missing_ok=True)


def _entry(raw: Any) -> Entry | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("client_id"), str):
        return None
    token = raw.get("token")
    return Entry(raw["client_id"], token if isinstance(token, str) else "")


def new_key(prefix: str) -> str:
    """Give a name for a turn or an order that nobody else gives."""
    return f"{prefix}_{secrets.token_hex(12)}"
