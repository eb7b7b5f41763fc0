"""What is taken out of the film: handlers of intents that cut by time, pauses or words."""

from collections.abc import Iterator
from typing import Final

from saycut.agent.clauses import Clause
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Work
from saycut.edit import ripple_delete
from saycut.timeline import Facts, Segment, TimeRange

__all__ = ["CUTS", "HANDLERS", "cut_out", "highlights"]

_Span = tuple[int, int]
# Speech keeps this much air on either side when a pause is cut out.
AIR_MS: Final = 120
# What is left between two cuts has to be longer than a blink.
SLIVER_MS: Final = 250
# Shorter pauses are breaths; cutting them makes people sound like machines.
PAUSE_MS_MIN: Final = 500
FILLERS: Final = frozenset(
    {"um", "uh", "er", "erm", "uhm", "hmm", "嗯", "呃", "えっと", "äh", "ähm"}
)
# A highlight is long enough to understand, short enough to stay one.
HIGHLIGHT_PART_MS: Final = 8_000
HIGHLIGHT_MS: Final = 60_000


def cut_out(work: Work, spans: list[_Span]) -> None:
    """Take stretches of the film out, all counted on the clock of the film as it was.

    Raises:
        CannotDo: nothing would be left.
    """
    merged = _merged(spans)
    if not merged:
        return
    if sum(end - start for start, end in merged) >= work.draft.duration_ms:
        raise CannotDo("nothing_left", length=work.draft.duration_ms)
    draft, gone_ms = work.draft, 0
    # From the front: what lies behind is one piece still, which keeps hundreds of cuts quick.
    for start, end in merged:
        span = TimeRange.between(start - gone_ms, end - gone_ms)
        draft = ripple_delete(draft, span, work.known)
        gone_ms += span.duration_ms
    before, work.draft = work.draft, draft
    work.check(before)


def _merged(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for start, end in sorted(s for s in spans if s[0] < s[1]):
        if merged and start <= merged[-1][1] + SLIVER_MS:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


# Cuts: each gives the stretches to take out, so that all of a request count on one clock.


def _trim_start(work: Work, clause: Clause) -> list[_Span]:
    return [(0, _inside(work, _duration_ms(clause)))]


def _trim_end(work: Work, clause: Clause) -> list[_Span]:
    end = work.draft.duration_ms
    return [(end - _inside(work, _duration_ms(clause)), end)]


def _keep_first(work: Work, clause: Clause) -> list[_Span]:
    return [(_duration_ms(clause), work.draft.duration_ms)]


def _keep_last(work: Work, clause: Clause) -> list[_Span]:
    return [(0, max(0, work.draft.duration_ms - _duration_ms(clause)))]


def _keep_range(work: Work, clause: Clause) -> list[_Span]:
    start, end = _ranges(work, clause)[0]
    return [(0, start), (end, work.draft.duration_ms)]


def _cut_range(work: Work, clause: Clause) -> list[_Span]:
    return _ranges(work, clause)


def _silences(work: Work, clause: Clause) -> list[_Span]:
    least = clause.value(ValueKind.DURATION)
    least_ms = least.ms if least else PAUSE_MS_MIN
    found = [
        span
        for shot in work.shots
        if (asset := work.asset_of(shot))
        for start, end in asset.facts.silences_ms
        if end - start >= least_ms
        for span in _on_film(shot, start + AIR_MS * (start > 0), end - AIR_MS)
    ]
    if clause.has("at_start") and not clause.has("all"):
        starts = {s.track_range.start_ms for s in work.shots}
        found = [span for span in found if span[0] in starts] or found
    if not found:
        raise CannotDo("no_pauses_known")
    return found


def _fillers(work: Work, _: Clause) -> list[_Span]:
    found = [
        span
        for shot in work.shots
        if (asset := work.asset_of(shot))
        for word in asset.facts.words
        if word.text.strip(".,!?").lower() in FILLERS
        for span in _on_film(shot, word.start_ms, word.end_ms)
    ]
    if not found:
        raise CannotDo("no_words_known")
    return found


def highlights(work: Work, wanted_ms: int) -> None:
    """Keep parts spread evenly over the film, each from where a shot or a sentence begins.

    What happens in a clip is not known; its shots and pauses are. No length (0) takes a
    minute, at most a third of the film.

    Raises:
        CannotDo: the film is no longer than that.
    """
    length_ms = work.draft.duration_ms
    wanted_ms = wanted_ms or min(HIGHLIGHT_MS, length_ms // 3)
    if not 0 < wanted_ms < length_ms:
        raise CannotDo("cannot_fit", longest=length_ms, shortest=0)
    count = max(1, round(wanted_ms / HIGHLIGHT_PART_MS))
    starts = _beginnings(work)
    kept: list[_Span] = []
    for part in range(count):
        low, high = length_ms * part // count, length_ms * (part + 1) // count
        part_ms = wanted_ms * (part + 1) // count - wanted_ms * part // count
        middle = (low + high - part_ms) // 2
        fitting = [s for s in starts if low <= s <= high - part_ms]
        start = min(fitting, key=lambda s: abs(s - middle), default=middle)
        kept.append((start, start + part_ms))
    edges = [0, *(edge for span in kept for edge in span), length_ms]
    cut_out(work, [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)])
    work.tell("highlights_chosen", count=count)


def _beginnings(work: Work) -> list[int]:
    """Give the moments of the film where a shot begins or somebody begins to speak again."""
    found: list[int] = []
    for shot in work.shots:
        asset = work.asset_of(shot)
        facts = asset.facts if asset else Facts()
        for at in (*facts.scenes_ms, *(end for _, end in facts.silences_ms)):
            found += [start for start, _ in _on_film(shot, at, at + 1)]
    return found


CUTS: Final = {
    "trim_start": _trim_start,
    "trim_end": _trim_end,
    "keep_first": _keep_first,
    "keep_last": _keep_last,
    "keep_range": _keep_range,
    "cut_range": _cut_range,
    "silences": _silences,
    "fillers": _fillers,
}


def _trim_some(work: Work, _: Clause) -> None:
    """Without an amount, only what says nothing goes: silence at the very start and end."""
    if not work.shots:
        raise CannotDo("trim_how_much")
    first, last = work.shots[0], work.shots[-1]
    end = work.draft.duration_ms
    heads = [s for s in _silences_of(work, first) if s[0] <= AIR_MS]
    tails = [s for s in _silences_of(work, last) if s[1] >= end - AIR_MS]
    if not heads and not tails:
        raise CannotDo("trim_how_much")
    cut_out(work, [*heads, *tails])
    work.tell("trimmed_silence")


def _silences_of(work: Work, shot: Segment) -> list[_Span]:
    asset = work.asset_of(shot)
    found = asset.facts.silences_ms if asset else ()
    return [span for start, end in found for span in _on_film(shot, start, end - AIR_MS)]


HANDLERS: Final[Handlers] = {
    "trim_some": _trim_some,
}


def _duration_ms(clause: Clause) -> int:
    value = clause.value(ValueKind.DURATION)
    assert value is not None  # the rules ask for one
    if value.ms <= 0:
        raise CannotDo("not_a_length")
    return value.ms


def _inside(work: Work, duration_ms: int) -> int:
    length_ms = work.draft.duration_ms
    if duration_ms >= length_ms:
        raise CannotDo("nothing_left", length=length_ms)
    return duration_ms


def _ranges(work: Work, clause: Clause) -> list[_Span]:
    spans = [(v.ms, round(v.other)) for v in clause.values if v.kind is ValueKind.RANGE]
    length_ms = work.draft.duration_ms
    inside = [(start, min(end, length_ms)) for start, end in spans if start < length_ms]
    if not inside:
        raise CannotDo("outside_film", length=length_ms)
    return inside


def _on_film(shot: Segment, start_ms: int, end_ms: int) -> Iterator[_Span]:
    """Give where a stretch of the media plays in a shot, if it does."""
    source = shot.source_range
    start, end = max(start_ms, source.start_ms), min(end_ms, source.end_ms)
    if start < end:
        offset = shot.track_range.start_ms
        yield (
            offset + round((start - source.start_ms) / shot.speed),
            offset + round((end - source.start_ms) / shot.speed),
        )
