"""The command `saycut` as tests run it: in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass(frozen=True)
class Cli:
    """The command as people run it: its own process, a data folder and a working folder."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "SAYCUT_DATA": str(self.folder / "data"),
            "SAYCUT_CACHE": str(self.folder / "cache"),
            "SAYCUT_WORKERS": "2",
        }
        return os.environ | own

    @property
    def work(self) -> Path:
        path = self.folder / "work"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "saycut", *map(str, words)],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str | Path, stdin: str = "") -> Result:
        with self.start(*words) as process:
            out, err = process.communicate(stdin)
        return Result(process.returncode, out, err)
