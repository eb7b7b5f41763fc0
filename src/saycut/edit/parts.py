"""Segments cut, shortened and lengthened on their own; tracks and neighbours are for others."""

from dataclasses import replace
from fractions import Fraction
from math import floor

from saycut.timeline import Asset, AssetKind, Segment, TimeRange

__all__ = ["cut", "is_still", "longest_ms", "with_curves_shifted", "with_range"]


def is_still(segment: Segment, asset: Asset | None) -> bool:
    """Tell whether it can be shown for any length: a photo, a plain colour or a text."""
    return segment.asset_id is None or (asset is not None and asset.kind is AssetKind.IMAGE)


def longest_ms(segment: Segment, asset: Asset | None) -> int | None:
    """Give how long the segment can play from where it begins in the media.

    None means any length. Media whose asset is not known plays no longer than it does.
    """
    if is_still(segment, asset):
        return None
    playing_ms = segment.track_range.duration_ms
    if asset is None:
        return playing_ms
    left_ms = floor((asset.duration_ms - segment.source_start_ms) / segment.speed)
    # Containers round durations: what already plays is taken as there.
    return max(playing_ms, left_ms)


def cut(segment: Segment, at_ms: int, *, tail_id: str) -> tuple[Segment, Segment]:
    """Cut a segment in two at a moment inside it; together they show what the one showed.

    Fades stay at the outer edges, as far as the parts have room for them.
    """
    before, after = segment.track_range.cut_at(at_ms)
    share = Fraction(before.duration_ms, segment.track_range.duration_ms)
    picture, sound = segment.picture, segment.sound
    first, second = picture.motion.cut_at(share) if picture.motion else (None, None)
    head = replace(
        segment,
        picture=replace(picture, motion=first, fade_out_ms=0),
        sound=replace(sound, fade_out_ms=0),
    )
    tail = replace(
        segment,
        id=tail_id,
        source_start_ms=segment.source_ms(at_ms),
        picture=replace(picture, motion=second, fade_in_ms=0),
        sound=replace(sound, fade_in_ms=0),
        transition=None,
    )
    return with_range(head, before), with_range(
        with_curves_shifted(tail, -before.duration_ms), after
    )


def with_range(segment: Segment, track_range: TimeRange) -> Segment:
    """Give the segment in another place, its fades shortened to what fits.

    A fade out is kept before a fade in: an end that breaks off is heard and seen.
    """
    duration_ms = track_range.duration_ms
    picture, sound = segment.picture, segment.sound
    picture_in, picture_out = _fades(picture.fade_in_ms, picture.fade_out_ms, duration_ms)
    sound_in, sound_out = _fades(sound.fade_in_ms, sound.fade_out_ms, duration_ms)
    return replace(
        segment,
        track_range=track_range,
        picture=replace(picture, fade_in_ms=picture_in, fade_out_ms=picture_out),
        sound=replace(sound, fade_in_ms=sound_in, fade_out_ms=sound_out),
    )


def with_curves_shifted(segment: Segment, by_ms: int) -> Segment:
    """Give the segment with the curves of opacity and gain moved along its own clock."""
    picture, sound = segment.picture, segment.sound
    return replace(
        segment,
        picture=replace(picture, opacity=picture.opacity.shifted(by_ms)),
        sound=replace(sound, gain_db=sound.gain_db.shifted(by_ms)),
    )


def _fades(in_ms: int, out_ms: int, duration_ms: int) -> tuple[int, int]:
    out_ms = min(out_ms, duration_ms)
    return min(in_ms, duration_ms - out_ms), out_ms
