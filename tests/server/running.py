"""A real server as tests use it: `saycut serve` in a process of its own, on a free port."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

__all__ = ["ATTRIBUTION", "Server", "data_of", "events_of"]

ATTRIBUTION = {
    "X-Skill-Source": "tests",
    "X-Skill-Version": "1.0",
    "X-Skill-Platform": "pytest",
}


@dataclass
class Server:
    """`saycut serve` over a folder; ended and started again as a test likes.

    A port is chosen at the first start and kept, so that addresses go on to hold.
    """

    folder: Path
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.folder / "server.log"

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> Self:
        """Start and wait until it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {
            "SAYCUT_DATA": str(self.folder / "data"),
            "SAYCUT_CACHE": str(self.folder / "cache"),
            "SAYCUT_WORKERS": "2",
            "SAYCUT_PORT": str(self.port) if self.port else "",
        }
        words = ["serve", *self.options, *(() if self.port else ("--port", "0"))]
        with self.log_path.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "saycut", *words],
                env=os.environ | own | dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[^ ]+:(\d+)", line)
        assert found, f"{line!r}\n{self.log}"
        self.port = int(found[1])
        return self

    def wait_until_ready(self) -> Self:
        """Wait until it answers calls; it has taken its address a little before that."""
        # The connection waits in the queue of the address for as long as that takes.
        with self.client() as client:
            assert client.get("/readyz").status_code == 200, self.log
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=40)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def kill(self) -> None:
        """End it as a power cut would."""
        self.stop(signal.SIGKILL)

    def client(self, token: str | None = None, **options: Any) -> httpx.Client:
        """Give a client that says who it is."""
        headers = dict(ATTRIBUTION)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, **options)

    def anonymous(self, client_id: str = "client-1") -> httpx.Client:
        """Give a client with a fresh anonymous token."""
        with self.client() as client:
            answer = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": client_id})
        return self.client(data_of(answer)["token"])


def data_of(answer: httpx.Response) -> dict[str, Any]:
    """Give the data of an answer that must be a success."""
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["code"] == 0, body
    data: dict[str, Any] = body["data"]
    return data


def events_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """Give the events of a stream that has ended."""
    assert answer.status_code == 200, answer.text
    lines = answer.text.splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
