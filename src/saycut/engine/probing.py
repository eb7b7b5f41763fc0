"""What files are and what is found in them, without any project."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from saycut.engine.intake import Given, Refusal, Taken, take_each
from saycut.engine.plain import file_label
from saycut.media import MediaError, sniff
from saycut.timeline import Asset

__all__ = ["Probed", "probe"]


@dataclass(frozen=True, slots=True)
class Probed:
    """A good file: its type as its usual extension says it, and what it holds."""

    path: Path
    type: str
    asset: Asset


def probe(
    files: Sequence[Path], *, worker_count: int, max_pixels: int | None
) -> list[Probed | Refusal]:
    """Look at files as uploads are looked at; tells of each, in their order."""
    given = [Given(path, file_label(path)) for path in files]
    looked = take_each(given, worker_count=worker_count, max_pixels=max_pixels)
    return [_typed(result) for result in looked]


def _typed(result: Taken | Refusal) -> Probed | Refusal:
    if isinstance(result, Refusal):
        return result
    name = result.asset.name
    try:
        return Probed(result.path, sniff(result.path, name).name, result.asset)
    except MediaError as error:  # it went away a moment ago
        return Refusal(result.path, name, error)
