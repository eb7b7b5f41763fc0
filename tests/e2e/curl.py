"""curl as chat agents use it: a process for each call, its words as they are published."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Answer", "Curl"]


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def data(self) -> dict[str, Any]:
        assert (self.status, self.json["code"]) == (200, 0), self.text
        found: dict[str, Any] = self.json["data"]
        return found

    @property
    def events(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.text
        lines = self.text.splitlines()
        return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]

    @property
    def reply(self) -> str:
        """The words of the last event, which ends the turn."""
        last = self.events[-1]
        assert last["turnComplete"], last
        return "".join(part.get("text", "") for part in last["content"]["parts"])


@dataclass
class Curl:
    """Calls of one server; `headers` go with every one."""

    url: str
    headers: list[str] = field(default_factory=list)

    def __call__(self, path: str, *words: str) -> Answer:
        headers = [word for header in self.headers for word in ("-H", header)]
        command = ["curl", "-s", "-S", "-w", "\n%{http_code}", *headers, *words, self.url + path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        text, _, status = done.stdout.rpartition("\n")
        return Answer(int(status), text)

    def post(self, path: str, body: dict[str, Any], *words: str) -> Answer:
        """Send JSON the short way, without its type: curl then calls it a form."""
        return self(path, "-X", "POST", "-d", json.dumps(body), *words)

    def save(self, url: str, path: Path) -> None:
        """Fetch an address into a file, without a token."""
        subprocess.run(["curl", "-s", "-S", "-f", "-o", str(path), url], check=True, timeout=60)
