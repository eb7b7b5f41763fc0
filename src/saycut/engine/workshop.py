"""What heavy work may use of the machine."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Workshop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What heavy work may use: processes at a time, the largest picture, the cache of chunks.

    `max_pixels` None is the limit of `media`.
    """

    cache_folder: Path
    cache_bytes: int = 10_000_000_000
    max_pixels: int | None = None
    worker_count: int = 1
