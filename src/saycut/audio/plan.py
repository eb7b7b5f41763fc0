"""What sounds when: the sound of a draft on the clock of its mix, in samples at 48 kHz.

Fades, crossfades and the short ramps against clicks all become the same thing here, a
`Ramp`; from then on nobody asks why a sound grows or fades.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from hashlib import sha256
from typing import Final

import av

from saycut.audio.samples import SAMPLES_PER_MS
from saycut.timeline import (
    Asset,
    Curve,
    Draft,
    Segment,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)

__all__ = ["MixPlan", "PlacedSound", "Ramp", "RampShape", "mix_digest", "plan_mix"]

# Raise when the same plan gives other samples than before.
MIX_VERSION: Final = 1

DEFAULT_LOUDNESS_LUFS: Final = -14.0

# Quieter films are not asked for by turning down; what is softer than this is masked by a room.
_TURNED_DOWN_MIN_DB: Final = -30.0

# A waveform cut in mid-swing clicks. Five milliseconds hide it and still leave an attack sharp.
_DECLICK_MS: Final = 5


class RampShape(Enum):
    """How the gain of a ramp goes from 0 to 1."""

    # A raised cosine: leaves silence and reaches full level without a corner.
    SMOOTH = "smooth"
    # A quarter sine: two different sounds that cross keep their joint power all the way.
    EQUAL_POWER = "equal-power"


@dataclass(frozen=True, slots=True)
class Ramp:
    """Gain from 0 to 1 over `[start, end)` when `is_rising`, else from 1 to 0.

    Before and after it stays at what it came from and led to.
    """

    start: int
    end: int
    is_rising: bool
    shape: RampShape = RampShape.SMOOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSound:
    """The sound of one segment: it plays over `[start, end)` of the mix.

    `source_start` counts samples of the media from its start, `gain_db` from sample
    `gain_start` of the mix. Crossfades have already made it longer than its segment.
    """

    # Not part of the digest: the same sound under another id is the same sound.
    asset_id: str = field(repr=False)
    asset_digest: str
    start: int
    end: int
    source_start: int
    speed: Fraction
    gain_db: Curve
    gain_start: int
    ramps: tuple[Ramp, ...]


@dataclass(frozen=True, slots=True)
class MixPlan:
    """All that sounds in a draft, in order of its start, and how long and loud the mix is."""

    sounds: tuple[PlacedSound, ...]
    sample_count: int
    loudness_lufs: float


def plan_mix(draft: Draft, assets: Mapping[str, Asset]) -> MixPlan:
    """Give what sounds in the draft: each audible segment of each track but the text tracks."""
    sounds = sorted(_sounds_of(draft, assets), key=lambda sound: sound.start)
    target = draft.loudness_lufs
    if target is None:
        target = DEFAULT_LOUDNESS_LUFS + _turned_down_db(sounds)
    return MixPlan(tuple(sounds), draft.duration_ms * SAMPLES_PER_MS, target)


def _turned_down_db(sounds: Sequence[PlacedSound]) -> float:
    """Give the gain of the loudest sound when all were turned down, else 0.

    Who turns the only music of a film down to 30 % wants a quieter film, not to see it brought
    back to the same loudness.
    """
    loudest = max((max(k.value for k in s.gain_db.keyframes) for s in sounds), default=0.0)
    return max(min(0.0, loudest), _TURNED_DOWN_MIN_DB)


def mix_digest(draft: Draft, assets: Mapping[str, Asset], *, bitrate_bps: int = 192_000) -> str:
    """Give the hash, in hex, of all that can change a sample of the mix or a byte of its file."""
    inputs = (MIX_VERSION, av.__version__, bitrate_bps, plan_mix(draft, assets))
    return sha256(repr(inputs).encode()).hexdigest()


def _sounds_of(draft: Draft, assets: Mapping[str, Asset]) -> Iterator[PlacedSound]:
    for track in draft.tracks:
        if track.kind is TrackKind.TEXT:
            continue
        for segment in track.segments:
            if segment.asset_id is None or segment.sound.is_muted:
                continue
            if assets[segment.asset_id].has_audio:
                yield _placed(track, segment, assets[segment.asset_id])


def _placed(track: Track, segment: Segment, asset: Asset) -> PlacedSound:
    span = segment.track_range
    entry = _entry(track.before(segment), segment)
    leave = _leave(segment, _after(track, segment), asset)
    early = span.start_ms * SAMPLES_PER_MS - entry.edge
    return PlacedSound(
        asset_id=asset.id,
        asset_digest=asset.digest,
        start=entry.edge,
        end=leave.edge,
        source_start=segment.source_start_ms * SAMPLES_PER_MS - round(early * segment.speed),
        speed=segment.speed,
        gain_db=segment.sound.gain_db,
        gain_start=span.start_ms * SAMPLES_PER_MS,
        ramps=(*entry.ramps, *leave.ramps),
    )


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where a sound begins or ends, and the ramps there."""

    edge: int
    ramps: tuple[Ramp, ...]


def _entry(before: Segment | None, segment: Segment) -> _Edge:
    seam = segment.track_range.start_ms * SAMPLES_PER_MS
    fades = _ramps(seam, segment.sound.fade_in_ms, is_rising=True)
    half = _half(segment.transition) if before is not None else 0
    if segment.transition is not None and half > 0:
        if segment.transition.kind is TransitionKind.FADE_BLACK:
            return _Edge(seam, (Ramp(seam, seam + half, True), *fades))
        handle = int(segment.source_start_ms * SAMPLES_PER_MS / segment.speed)
        start = seam - max(0, min(half, handle, seam))
        return _Edge(start, (Ramp(start, seam + half, True, RampShape.EQUAL_POWER), *fades))
    is_hard = segment.source_start_ms > 0 and not _continues(before, segment)
    return _Edge(seam, fades or _ramps(seam, _DECLICK_MS * is_hard, is_rising=True))


def _leave(segment: Segment, after: Segment | None, asset: Asset) -> _Edge:
    seam = segment.track_range.end_ms * SAMPLES_PER_MS
    fades = _ramps(seam, segment.sound.fade_out_ms, is_rising=False)
    unused_ms = asset.duration_ms - segment.source_range.end_ms
    transition = after.transition if after is not None else None
    half = _half(transition)
    if transition is not None and half > 0:
        if transition.kind is TransitionKind.FADE_BLACK:
            return _Edge(seam, (Ramp(seam - half, seam, False), *fades))
        handle = int(unused_ms * SAMPLES_PER_MS / segment.speed)
        end = seam + max(0, min(half, handle))
        return _Edge(end, (Ramp(seam - half, end, False, RampShape.EQUAL_POWER), *fades))
    is_hard = unused_ms > 0 and not _continues(segment, after)
    return _Edge(seam, fades or _ramps(seam, _DECLICK_MS * is_hard, is_rising=False))


def _ramps(seam: int, duration_ms: int, *, is_rising: bool) -> tuple[Ramp, ...]:
    """Give the ramp of that length inside the seam where a sound begins or ends, if any."""
    length = duration_ms * SAMPLES_PER_MS
    if length <= 0:
        return ()
    return (Ramp(seam, seam + length, True) if is_rising else Ramp(seam - length, seam, False),)


def _half(transition: Transition | None) -> int:
    return 0 if transition is None else transition.duration_ms * SAMPLES_PER_MS // 2


def _after(track: Track, segment: Segment) -> Segment | None:
    """Give the neighbour that begins exactly where `segment` ends, if any."""
    end_ms = segment.track_range.end_ms
    return next((s for s in track.segments if s.track_range.start_ms == end_ms), None)


def _continues(before: Segment | None, after: Segment | None) -> bool:
    """Tell whether a seam is inaudible: the media runs on through it as if never cut.

    Changed tempo starts anew in each segment, so it never runs on exactly.
    """
    return (
        before is not None
        and after is not None
        and before.asset_id == after.asset_id
        and before.speed == after.speed == 1
        and before.source_range.end_ms == after.source_start_ms
        and not (before.sound.is_muted or after.sound.is_muted)
        and before.sound.fade_out_ms == after.sound.fade_in_ms == 0
        and before.sound.gain_db.at(before.track_range.duration_ms) == after.sound.gain_db.at(0)
    )
