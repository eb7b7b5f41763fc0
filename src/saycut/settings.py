"""What the environment decides, read once into a frozen value. Only `bootstrap` reads this.

| Variable             | Meaning                                      | Default                   |
|----------------------|----------------------------------------------|---------------------------|
| `SAYCUT_DATA`        | folder of projects and media                 | the user's data folder    |
| `SAYCUT_CACHE`       | folder of finished chunks, safe to delete    | the user's cache folder   |
| `SAYCUT_CACHE_BYTES` | how large that folder may grow               | 10000000000 (10 GB)       |
| `SAYCUT_MAX_PIXELS`  | the largest picture taken in, width x height | that of `media` (100 MP)  |
| `SAYCUT_WORKERS`     | processes that render at the same time       | the cores we may run on   |

A variable that is set but empty counts as not set.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

__all__ = ["Settings"]

_Default = TypeVar("_Default", int, None)

# About an hour of 1080p chunks for each GB; ten keep the projects of a month warm.
_CACHE_BYTES: Final = 10_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process; see the table above.

    `max_pixels` is None where the environment says nothing: `media` has a limit of its own.
    """

    data_folder: Path
    cache_folder: Path
    cache_bytes: int = _CACHE_BYTES
    max_pixels: int | None = None
    worker_count: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            ValueError: a variable does not hold what it should; the message names it.
        """
        from platformdirs import user_cache_path, user_data_path

        return cls(
            data_folder=_folder(environment, "SAYCUT_DATA") or user_data_path("saycut"),
            cache_folder=_folder(environment, "SAYCUT_CACHE") or user_cache_path("saycut"),
            cache_bytes=_count(environment, "SAYCUT_CACHE_BYTES", _CACHE_BYTES),
            max_pixels=_count(environment, "SAYCUT_MAX_PIXELS", None),
            worker_count=_count(environment, "SAYCUT_WORKERS", _usable_cores()),
        )


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name, "")
    return Path(text).expanduser().absolute() if text else None


def _count(environment: Mapping[str, str], name: str, default: _Default) -> int | _Default:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} is {text!r}: write a whole number of at least 1, or unset it")
    return int(text)


def _usable_cores() -> int:
    # A container may be allowed fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
