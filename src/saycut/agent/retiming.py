"""A film that is there given another length: rhythm, closing card and all.

Scaling all shots alike would take the seams off the beats and the closing card the time in
which it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from saycut.agent.lettering import closing_need_ms, half_ms
from saycut.agent.rhythm import Beats, borders_of, shared
from saycut.timeline import Asset, AssetKind, Draft, Segment, SoundRole, TextRole, TrackKind

__all__ = ["Closing", "closing_of", "retimed"]


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing card of a film: its shot and the text over it."""

    shot: Segment
    text: Segment


def closing_of(draft: Draft) -> Closing | None:
    """Give the closing card: a dimmed last shot with the words of an end under its own."""
    shots = draft.main_track.segments if draft.main_track else ()
    if len(shots) < 2 or not shots[-1].picture.dim:
        return None
    last = shots[-1]
    over = (
        s
        for s in draft.segments(TrackKind.TEXT)
        if s.text
        and s.text.role in (TextRole.END_CARD, TextRole.CTA)
        and s.track_range.overlaps(last.track_range)
    )
    text = next(over, None)
    return Closing(last, text) if text else None


def retimed(draft: Draft, assets: Mapping[str, Asset], duration_ms: int) -> tuple[int, ...] | None:
    """Give new lengths of all shots for the film to last so long, seams on the beats again.

    The closing card keeps the time it needs. None when there are clips, whose lengths are
    not free, or gaps between shots.
    """
    shots = draft.main_track.segments if draft.main_track else ()
    stills = all(_is_still(assets.get(s.asset_id or "")) for s in shots)
    is_closed = all(a.track_range.end_ms == b.track_range.start_ms for a, b in pairwise(shots))
    if not shots or not stills or not is_closed or shots[0].track_range.start_ms:
        return None
    weights = [float(s.track_range.duration_ms) for s in shots]
    least = 0
    if card := closing_of(draft):
        least = min(_card_need_ms(card), duration_ms // 2)
        closing = max(least, min(weights[-1], duration_ms * weights[-1] / sum(weights)))
        lengths = [
            *shared(duration_ms - round(closing), weights[:-1], [float("inf")] * len(weights))
        ]
        lengths.append(float(duration_ms - round(sum(lengths))))
    else:
        lengths = shared(duration_ms, weights, [float("inf")] * len(weights))
    if min(lengths) < 1:
        return None
    longest = [float("inf")] * len(lengths)
    borders = borders_of(lengths, longest, _beats_of(draft, assets), last_least_ms=least)
    return tuple(end - start for start, end in pairwise(borders))


def _card_need_ms(card: Closing) -> int:
    content = card.text.text.content if card.text.text else ""
    return closing_need_ms(content, 2 * half_ms(card.shot))


def _is_still(asset: Asset | None) -> bool:
    return asset is not None and asset.kind is AssetKind.IMAGE


def _beats_of(draft: Draft, assets: Mapping[str, Asset]) -> Beats:
    """Give the beats of the music that lies under a film, on the film's clock."""
    found: list[int] = []
    bars: set[int] = set()
    for segment in draft.segments(TrackKind.AUDIO):
        asset = assets.get(segment.asset_id or "")
        if asset is None or segment.sound.role is not SoundRole.MUSIC:
            continue
        offset = segment.track_range.start_ms - segment.source_start_ms
        found += [b + offset for b in asset.facts.beats_ms]
        bars |= {b + offset for b in asset.facts.downbeats_ms}
    return Beats(tuple(sorted(set(found) | bars)), frozenset(bars))
