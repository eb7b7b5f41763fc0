"""When shots change: seams at their ideal times, moved onto beats where the music has them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log
from statistics import median
from typing import Final

__all__ = ["Beats", "Span", "borders_of", "even_borders", "shared"]

# A seam may move this much of a shot to meet a beat; more would be felt as another rhythm.
REACH: Final = 0.45
# A beat that begins no bar is worth a detour of a tenth of a shot to one that does.
OFF_BAR_COST: Final = 0.01
# Dearer than any beat within reach, so that a seam leaves the beat only where there is none.
OFF_BEAT_COST: Final = 1.0
CANDIDATES_MAX: Final = 12
# How much shorter and longer than planned a shot may get on its way to the beats.
STRETCH: Final = (0.6, 1.5)


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most that a length may be, in ms."""

    least_ms: float
    most_ms: float

    def holds(self, ms: float) -> bool:
        return self.least_ms <= ms <= self.most_ms


@dataclass(frozen=True, slots=True)
class Beats:
    """Where music beats, in ms of the film's clock, sorted; `bars` are the beats that begin one."""

    beats: tuple[int, ...] = ()
    bars: frozenset[int] = frozenset()

    @property
    def period_ms(self) -> float:
        """The time from beat to beat, the commonest one; 0 where there are none."""
        return median([b - a for a, b in pairwise(self.beats)] or [0])

    def near(self, at_ms: float, reach_ms: float) -> list[int]:
        """Give the beats within reach of a moment."""
        low = bisect_left(self.beats, at_ms - reach_ms)
        high = bisect_left(self.beats, at_ms + reach_ms)
        nearest = sorted(self.beats[low:high], key=lambda beat: abs(beat - at_ms))
        return sorted(nearest[:CANDIDATES_MAX])


def shared(total_ms: int, weights: Sequence[float], longest_ms: Sequence[float]) -> list[float]:
    """Share a time out by weight, none longer than its limit; the sum is the total.

    Where the limits leave too little, the last shots go beyond theirs in proportion.
    """
    lengths = [0.0] * len(weights)
    free, left = set(range(len(weights))), float(total_ms)
    while free:
        unit = left / sum(weights[i] for i in free)
        bound = {i for i in free if weights[i] * unit > longest_ms[i]}
        if not bound or bound == free:
            for i in free:
                lengths[i] = weights[i] * unit
            break
        for i in bound:
            lengths[i] = longest_ms[i]
        left -= sum(longest_ms[i] for i in bound)
        free -= bound
    return lengths


def even_borders(
    total_ms: int, count: int, beats: Beats, *, first: Span, shot: Span, last: Span
) -> tuple[int, ...] | None:
    """Give borders on beats, all shots but the first and the last of one number of beats.

    None where that does not go into the total. Of several ways the most even one is taken,
    and of two alike the one that begins on a bar.
    """
    best: tuple[float, tuple[int, ...]] | None = None
    for begin, opening_ms in enumerate(beats.beats):
        if not first.holds(opening_ms):
            continue
        for step in range(1, max(1, (len(beats.beats) - 1 - begin) // max(1, count - 2)) + 1):
            seams = beats.beats[begin : begin + step * (count - 2) + 1 : step]
            if len(seams) != count - 1 or not last.holds(total_ms - seams[-1]):
                continue
            mean_ms = (seams[-1] - seams[0]) / (count - 2)
            if not shot.holds(mean_ms):
                continue
            uneven = abs(log(opening_ms / mean_ms)) + abs(log((total_ms - seams[-1]) / mean_ms))
            cost = uneven + sum(OFF_BAR_COST for s in seams if s not in beats.bars) / count
            if best is None or cost < best[0]:
                best = cost, (0, *seams, total_ms)
    return best[1] if best else None


def borders_of(
    lengths_ms: Sequence[float],
    longest_ms: Sequence[float],
    beats: Beats,
    *,
    last_least_ms: float = 0.0,
) -> tuple[int, ...]:
    """Give the borders of shots of about these lengths, the first 0 and the last their sum.

    The last shot is never made shorter than `last_least_ms` for a beat. The seams between
    lie on beats wherever one is near, chosen together so that all shots stay close to their
    planned lengths (least squares, by dynamic programming).
    """
    ideal = [0.0, *accumulate(lengths_ms)]
    seams = [(0.0, 0.0)]  # (place, cost) of all that can be reached, with the way back below
    ways: list[list[tuple[float, int]]] = [[(0.0, -1)]]
    for i in range(1, len(ideal)):
        is_last = i == len(ideal) - 1
        options = [(ideal[i], 0.0)] if is_last else _options(ideal, i, beats)
        low = lengths_ms[i - 1] * STRETCH[0]
        if is_last:
            low = max(low, min(last_least_ms, lengths_ms[i - 1]))
        high = max(lengths_ms[i - 1], min(longest_ms[i - 1], lengths_ms[i - 1] * STRETCH[1]))
        reached = []
        way = []
        for place, cost in options:
            best = min(
                (
                    (before_cost + cost, before)
                    for before, (start, before_cost) in enumerate(seams)
                    if low - 1e-6 <= place - start <= high + 1e-6
                ),
                default=None,
            )
            if best is not None:
                reached.append((place, best[0]))
                way.append((place, best[1]))
        seams, ways = reached, [*ways, way]
    return _walked_back(ways, min(range(len(seams)), key=lambda i: seams[i][1]))


def _options(ideal: Sequence[float], i: int, beats: Beats) -> list[tuple[float, float]]:
    """Give where seam `i` could lie and what each place costs."""
    shot_ms = min(ideal[i] - ideal[i - 1], ideal[i + 1] - ideal[i])
    if shot_ms <= 0:
        return [(ideal[i], 0.0)]
    found = [
        (
            float(beat),
            ((beat - ideal[i]) / shot_ms) ** 2 + (0.0 if beat in beats.bars else OFF_BAR_COST),
        )
        for beat in beats.near(ideal[i], REACH * shot_ms)
    ]
    return [*found, (ideal[i], OFF_BEAT_COST)]


def _walked_back(ways: Sequence[Sequence[tuple[float, int]]], index: int) -> tuple[int, ...]:
    borders = []
    for way in reversed(ways):
        place, before = way[index]
        borders.append(round(place))
        index = before
    return tuple(reversed(borders))
