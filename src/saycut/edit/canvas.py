"""The output picture: its size, rate and background; pictures stay well framed on it."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from saycut.edit.framing import refit
from saycut.edit.motions import remade
from saycut.timeline import Asset, Canvas, Draft, Segment, TrackKind

__all__ = ["frame_rate_of", "set_canvas", "size_of"]

# People write these rates rounded; what cameras and players mean is a thousandth slower.
NTSC_RATES: Final = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "59.94": Fraction(60000, 1001),
}


def set_canvas(draft: Draft, canvas: Canvas, assets: Mapping[str, Asset]) -> Draft:
    """Change the canvas and frame the pictures for it.

        +--------------+        +------+
        |   o          |        |      |
        |  /|\\         |   ->   |  o   |
        +--------------+        | /|\\  |
                                +------+

    What was chosen by the rules of framing (fit, focus, moves) is chosen anew, so that the
    subject stays in view; what was set otherwise stays.
    """
    after = draft.with_canvas(canvas)
    if canvas.aspect == draft.canvas.aspect:
        return after
    for track in draft.tracks_of(TrackKind.VIDEO):
        segments = tuple(
            _reframed(s, assets.get(s.asset_id or ""), draft.canvas, canvas) for s in track.segments
        )
        after = after.with_track(replace(track, segments=segments))
    return after


def size_of(aspect: Fraction, *, short_px: int = 1080) -> tuple[int, int]:
    """Give the size of that shape whose shorter side is `short_px`, both sides even."""
    long_px = 2 * round(short_px * max(aspect, 1 / aspect) / 2)
    return (long_px, short_px) if aspect >= 1 else (short_px, long_px)


def frame_rate_of(written: str) -> Fraction:
    """Read a rate as people write it: `30`, `29.97` (30000/1001), `24000/1001`.

    Raises:
        ValueError: it is not a number.
    """
    return NTSC_RATES.get(written.strip()) or Fraction(written)


def _reframed(segment: Segment, asset: Asset | None, before: Canvas, after: Canvas) -> Segment:
    if asset is None:
        return segment
    picture = refit(segment.picture, asset, before, after)
    return remade(segment, replace(segment, picture=picture), asset, before, after)
