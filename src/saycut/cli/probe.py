"""The command that tells what files are, in words or as JSON."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from saycut.bootstrap import settings_of_environment, workshop_of
from saycut.cli.exits import ExitCode
from saycut.cli.plain import counted, printable
from saycut.engine import Probed, Refusal
from saycut.engine import probe as probe_files
from saycut.engine.plain import whole_text
from saycut.timeline import Asset, AssetKind, Facts

__all__ = ["probe"]

_KINDS: Final = {AssetKind.IMAGE: "photo", AssetKind.VIDEO: "clip", AssetKind.AUDIO: "sound"}


def probe(files: Sequence[Path], *, is_json: bool) -> ExitCode:
    """Tell of each file; gives MEDIA when any is bad."""
    workshop = workshop_of(settings_of_environment())
    found = probe_files(files, worker_count=workshop.worker_count, max_pixels=workshop.max_pixels)
    bad_count = sum(isinstance(result, Refusal) for result in found)
    if is_json:
        told = {"files": [_as_json(result) for result in found], "bad": bad_count}
        text = whole_text(json.dumps(told, ensure_ascii=False)) + "\n"
    else:
        text = "".join(f"{printable(line)}\n" for result in found for line in _lines(result))
    sys.stdout.write(text)
    return ExitCode.MEDIA if bad_count else ExitCode.DONE


def _as_json(result: Probed | Refusal) -> dict[str, Any]:
    if isinstance(result, Refusal):
        error = {"code": result.error.code, "message": str(result.error)}
        return {"path": str(result.path), "error": error}
    asset = result.asset
    return {
        "path": str(result.path),
        "name": asset.name,
        "kind": asset.kind.value,
        "type": result.type,
        "size_bytes": asset.size_bytes,
        "digest": asset.digest,
        "duration_s": asset.duration_ms / 1000,
        "width": asset.width,
        "height": asset.height,
        "fps": None if asset.frame_rate is None else round(float(asset.frame_rate), 3),
        "has_audio": asset.has_audio,
        "has_alpha": asset.has_alpha,
        "found": _found(asset.facts),
    }


def _found(facts: Facts) -> dict[str, Any]:
    """Give what was found under the names of the facts; what was not is left out."""
    nothing = Facts()
    found = {
        field.name: value
        for field in fields(Facts)
        if (value := getattr(facts, field.name)) != getattr(nothing, field.name)
    }
    if facts.faces:
        found["faces"] = [[f.x, f.y, f.width, f.height] for f in facts.faces]
    return found


def _lines(result: Probed | Refusal) -> Iterator[str]:
    if isinstance(result, Refusal):
        yield f"{result.path}: {result.error}"
        return
    yield f"{result.path}: {', '.join(_shape(result.type, result.asset))}"
    if seen := list(_seen_and_heard(result.asset.facts)):
        yield f"  {', '.join(seen)}"


def _shape(type_name: str, asset: Asset) -> Iterator[str]:
    yield f"{_KINDS[asset.kind]} ({type_name})"
    if asset.duration_ms:
        yield f"{_plain(asset.duration_ms / 1000)} s"
    if asset.width:
        yield f"{asset.width}x{asset.height}"
    if asset.frame_rate:
        yield f"{_plain(float(asset.frame_rate))} frames/s"
    if asset.kind is AssetKind.VIDEO:
        yield "with sound" if asset.has_audio else "no sound"
    if asset.has_alpha:
        yield "transparent parts"
    yield _size(asset.size_bytes)


def _seen_and_heard(facts: Facts) -> Iterator[str]:
    if facts.faces:
        yield counted(len(facts.faces), "face")
    if facts.palette:
        yield f"colours {' '.join(facts.palette)}"
    if facts.tempo_bpm is not None:
        yield f"{_plain(facts.tempo_bpm)} beats a minute"
    if facts.beats_ms:
        yield f"{counted(len(facts.beats_ms), 'beat')} from {_plain(facts.beats_ms[0] / 1000)} s"
    if facts.loudness_lufs is not None:
        yield f"{facts.loudness_lufs:.1f} LUFS"
    if facts.silences_ms:
        yield counted(len(facts.silences_ms), "silence")


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.1f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def _plain(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
