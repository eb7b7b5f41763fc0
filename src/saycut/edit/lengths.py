"""How long one segment, or the whole film, plays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import inf

from saycut.edit.errors import CannotFit, NothingToEdit, NotInSource
from saycut.edit.follow import follow
from saycut.edit.lanes import replaced_in_lane
from saycut.edit.motions import remade
from saycut.edit.parts import is_still, longest_ms, with_range
from saycut.edit.seams import with_seams_kept
from saycut.edit.texts import with_time_to_read
from saycut.timeline import Asset, Draft, Segment, TimeRange, Track

__all__ = ["fit_duration", "set_duration", "set_durations"]

# Stills are not shortened below this as long as clips can give time instead.
STILL_MS_MIN = 1000
# No shot gets shorter than this: three frames at 30 a second.
SHOT_MS_MIN = 100


def set_duration(
    draft: Draft, segment_id: str, duration_ms: int, assets: Mapping[str, Asset]
) -> Draft:
    """Let a segment play for that long; media is cut or continued at its end.

        |  A  |  B  |  C  |   ->   |  A  |    B    |  C  |

    On the main track all that follows moves, and texts over a still stretch with it. On
    other tracks nothing else moves; a text with no room left in its lane gets another one.

    Raises:
        UnknownSegment: the draft has no segment of that id.
        NotInSource: the media is not that long.
    """
    segment = draft.segment(segment_id)
    if draft.track_of(segment_id) == draft.main_track:
        return set_durations(draft, {segment_id: duration_ms}, assets)
    _check_length(segment, duration_ms, assets)
    span = TimeRange(segment.track_range.start_ms, duration_ms)
    return with_seams_kept(replaced_in_lane(draft, with_range(segment, span)))


def set_durations(
    draft: Draft, durations_ms: Mapping[str, int], assets: Mapping[str, Asset]
) -> Draft:
    """Let shots of the film, named by their ids, play for so long; as one edit.

        |  A  |  B  |  C  |   ->   | A |    B    |  C  |

    Raises:
        UnknownSegment: the draft has no segment of such an id.
        NotInSource: the media of one is not that long.
    """
    for segment_id, duration_ms in durations_ms.items():
        _check_length(draft.segment(segment_id), duration_ms, assets)
    main = draft.main_track
    if main is None:
        return draft
    lengths = [durations_ms.get(s.id, s.track_range.duration_ms) for s in main.segments]
    return _with_lengths(draft, main, lengths, _gaps(main), assets)


def _check_length(segment: Segment, duration_ms: int, assets: Mapping[str, Asset]) -> None:
    asset = assets.get(segment.asset_id or "")
    longest = longest_ms(segment, asset)
    if asset and longest is not None and duration_ms > longest:
        wanted = TimeRange(segment.source_start_ms, round(duration_ms * segment.speed))
        raise NotInSource(segment, asset, wanted, longest)


def fit_duration(draft: Draft, duration_ms: int, assets: Mapping[str, Asset]) -> Draft:
    """Make the whole film last exactly that long.

        video  |   A   |   B   |  clip  |         video  | A | B |  clip  |
        words    | ta|                      ->    words   |ta|
        music  |----------------------\\|         music  |--------------\\|

    Stills share the time in proportion, clips keep theirs as long as that works; else clips
    give or take time at their ends too. Texts scale with the pictures under them, and stay
    readable where there is room.

    Raises:
        NothingToEdit: there is nothing on the main track.
        CannotFit: the media is too short, or there are too many shots.
    """
    main = draft.main_track
    if main is None or not main.segments:
        raise NothingToEdit(
            "set the length of the film", "it has no pictures", "add photos or clips first"
        )
    spans = _spans(main, assets)
    lengths = _shared(duration_ms, [s.gently() for s in spans])
    lengths = lengths or _shared(duration_ms, spans)
    if lengths is None:
        most_ms = _most(spans)
        longest = None if most_ms == inf else int(most_ms)
        raise CannotFit(duration_ms, sum(s.shortest_ms for s in spans), longest)
    after = _with_lengths(draft, main, lengths[1::2], lengths[0::2], assets)
    return with_time_to_read(_cut_off(after, duration_ms))


@dataclass(frozen=True, slots=True)
class _Span:
    """A shot or a gap that can be given another length; `longest_ms` None knows no limit."""

    length_ms: int
    shortest_ms: int
    longest_ms: int | None
    is_still: bool = True

    def gently(self) -> "_Span":
        """Give the limits of the first try: clips keep their length, stills stay readable."""
        if not self.is_still:
            return replace(self, shortest_ms=self.length_ms, longest_ms=self.length_ms)
        return replace(self, shortest_ms=min(self.length_ms, STILL_MS_MIN))

    def nearest(self, length_ms: Fraction) -> Fraction:
        """Give the allowed length nearest to this one."""
        longer = max(length_ms, Fraction(self.shortest_ms))
        return longer if self.longest_ms is None else min(longer, Fraction(self.longest_ms))


def _spans(main: Track, assets: Mapping[str, Asset]) -> list[_Span]:
    """Give gap, shot, gap, shot, ... of the main track."""
    spans: list[_Span] = []
    for segment, gap_ms in zip(main.segments, _gaps(main), strict=True):
        asset = assets.get(segment.asset_id or "")
        length_ms = segment.track_range.duration_ms
        shortest_ms = min(length_ms, SHOT_MS_MIN)
        longest, still = longest_ms(segment, asset), is_still(segment, asset)
        spans.append(_Span(gap_ms, 0, gap_ms))
        spans.append(_Span(length_ms, shortest_ms, longest, still))
    return spans


def _shared(total_ms: int, spans: Sequence[_Span]) -> list[int] | None:
    """Share a time out in proportion to the lengths, within the limits of each.

    Those that would pass a limit are set to it and the others share the rest, until none
    does. Returns None when the limits leave no way to reach the total exactly.
    """
    if not sum(s.shortest_ms for s in spans) <= total_ms <= _most(spans):
        return None
    fixed = {i: 0 for i, s in enumerate(spans) if not s.length_ms}
    while True:
        wanted = _in_proportion(total_ms - sum(fixed.values()), spans, fixed)
        off = {i: spans[i].nearest(w) - w for i, w in wanted.items()}
        excess = sum(off.values())
        # Only the limits on the side of the excess bind for good; the others may come free.
        bound = [i for i, by in off.items() if by * excess > 0 or (by and not excess)]
        if not bound:
            return _in_whole_ms(
                [wanted.get(i, Fraction(fixed.get(i, 0))) for i in range(len(spans))]
            )
        fixed |= {i: int(spans[i].nearest(wanted[i])) for i in bound}


def _in_proportion(
    total_ms: int, spans: Sequence[_Span], fixed: Mapping[int, int]
) -> dict[int, Fraction]:
    free = [i for i in range(len(spans)) if i not in fixed]
    weight = sum(spans[i].length_ms for i in free)
    return {i: Fraction(total_ms * spans[i].length_ms, weight) for i in free}


def _in_whole_ms(lengths: Sequence[Fraction]) -> list[int]:
    """Round borders, not lengths: the total stays exact and no length is off by a whole ms."""
    borders = [round(b) for b in accumulate(lengths, initial=Fraction(0))]
    return [end - start for start, end in pairwise(borders)]


def _most(spans: Sequence[_Span]) -> float:
    return sum(inf if s.longest_ms is None else s.longest_ms for s in spans)


def _gaps(track: Track) -> list[int]:
    """Give the empty time before each segment of a track."""
    ends = [0, *(s.track_range.end_ms for s in track.segments)]
    return [s.track_range.start_ms - end for s, end in zip(track.segments, ends, strict=False)]


def _with_lengths(
    draft: Draft,
    track: Track,
    lengths_ms: Sequence[int],
    gaps_ms: Sequence[int],
    assets: Mapping[str, Asset],
) -> Draft:
    """Lay the main track anew with these lengths and gaps; moves are made for the new lengths."""
    placed: list[Segment] = []
    at_ms = 0
    for segment, length_ms, gap_ms in zip(track.segments, lengths_ms, gaps_ms, strict=True):
        span = TimeRange(at_ms + gap_ms, length_ms)
        asset = assets.get(segment.asset_id or "")
        now = with_range(segment, span)
        placed.append(remade(segment, now, asset, draft.canvas, draft.canvas))
        at_ms = span.end_ms
    return follow(draft, draft.with_track(replace(track, segments=tuple(placed))), assets)


def _cut_off(draft: Draft, end_ms: int) -> Draft:
    """Take away what lies behind the end of the film, on any track."""
    for track in draft.tracks:
        inside = [s for s in track.segments if s.track_range.start_ms < end_ms]
        ended = (
            with_range(
                s, TimeRange.between(s.track_range.start_ms, min(s.track_range.end_ms, end_ms))
            )
            for s in inside
        )
        draft = draft.with_track(replace(track, segments=tuple(ended)))
    return draft
