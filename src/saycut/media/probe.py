"""What a file holds, as an asset: found out by decoding some of it, in a child process."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

from saycut.media.errors import BrokenMedia, MediaError
from saycut.media.examine import examined
from saycut.media.frames import FrameReader
from saycut.media.header import MAX_PIXELS
from saycut.media.look import LOOK_PX, facts_of
from saycut.media.picture import load_still
from saycut.media.planes import Planes, bgr_of_planes
from saycut.media.sandbox import Limits, run_confined
from saycut.media.sniff import sniff
from saycut.timeline import Asset, AssetKind, Facts

__all__ = ["inspect", "look_at", "probe"]

T = TypeVar("T")

# Hashing 10 GB takes 20 s; nothing else takes more than two.
PROBE_LIMITS: Final = Limits(cpu_s=60, wall_s=120.0)


def probe(path: Path, name: str, *, max_pixels: int | None = None) -> Asset:
    """Find out what a file holds; its first frame, or some of its sound, has then decoded.

    Args:
        name: the user's label, which becomes that of the asset.
        max_pixels: larger pictures are refused; None is `MAX_PIXELS`.

    Raises:
        UnsupportedMedia: it is of another type, or coded in a way that is not taken.
        BrokenMedia, MediaCrash: it cannot be decoded, or ends before it should.
        TooManyPixels, TooMuchMemory, MediaTimeout: it takes more than it may.
        MissingFile, EmptyFile: there is nothing to read.
    """
    return _confined(_probe, path, name, max_pixels or MAX_PIXELS)


def look_at(path: Path, kind: AssetKind, *, max_pixels: int | None = None) -> Facts:
    """Find out what a picture or a clip shows; of sound, nothing.

    Raises:
        As `probe`.
    """
    return _confined(_look_at, path, path.name, max_pixels or MAX_PIXELS, kind)


def inspect(path: Path, name: str, *, max_pixels: int | None = None) -> Asset:
    """Give what `probe` and `look_at` find out, in one go.

    Raises:
        As `probe`.
    """
    return _confined(_inspect, path, name, max_pixels or MAX_PIXELS)


def _confined(function: Callable[..., T], path: Path, name: str, *rest: object) -> T:
    # What the first bytes tell needs no child.
    sniff(path, name)
    return run_confined(_guarded, function, path, name, rest, limits=PROBE_LIMITS, subject=name)


def _guarded(function: Callable[..., T], path: Path, name: str, rest: tuple[object, ...]) -> T:
    """Call it, and say of whatever else goes wrong that the file is broken."""
    try:
        return function(path, name, *rest)
    except (MediaError, MemoryError):
        raise
    except Exception as error:
        # A hostile file meets any line of any library: here is where all of that ends.
        raise BrokenMedia(name, f"its data make no sense ({type(error).__name__})") from error


def _probe(path: Path, name: str, max_pixels: int) -> Asset:
    digest = _digest(path)
    asset = Asset(
        id=f"a{digest[:12]}",
        name=name,
        kind=AssetKind.IMAGE,
        digest=digest,
        size_bytes=path.stat().st_size,
    )
    return examined(path, asset, max_pixels)


def _inspect(path: Path, name: str, max_pixels: int) -> Asset:
    asset = _probe(path, name, max_pixels)
    return replace(asset, facts=_facts(path, asset.kind, asset.duration_ms, max_pixels))


def _look_at(path: Path, name: str, max_pixels: int, kind: AssetKind) -> Facts:
    duration_ms = 0
    if kind is AssetKind.VIDEO:
        asset = Asset(id="", name=name, kind=kind, digest="")
        duration_ms = examined(path, asset, max_pixels).duration_ms
    return _facts(path, kind, duration_ms, max_pixels)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# Moments of a clip that are looked at, as shares of its length: not its very ends, which are
# often black or blurred.
_LOOKS: Final = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))


def _facts(path: Path, kind: AssetKind, duration_ms: int, max_pixels: int) -> Facts:
    if kind is AssetKind.AUDIO:
        return Facts()
    pictures = _pictures(path, kind, duration_ms, max_pixels)
    return facts_of([bgr_of_planes(planes) for planes in pictures])


def _pictures(path: Path, kind: AssetKind, duration_ms: int, max_pixels: int) -> list[Planes]:
    if kind is AssetKind.IMAGE:
        return [load_still(path, fit_px=LOOK_PX, max_pixels=max_pixels)]
    with FrameReader(path, fit_px=LOOK_PX, max_pixels=max_pixels) as reader:
        return [reader.frame_at(share * duration_ms / 1000) for share in _LOOKS]
