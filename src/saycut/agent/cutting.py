"""What plays, in which order and for how long: handlers of intents about shots and time."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from saycut.agent.clauses import Clause
from saycut.agent.palette import COLOURS
from saycut.agent.recipes import Closing, closing_of, half_ms, retimed
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Work, pictures_of
from saycut.edit import ripple_delete
from saycut.timeline import AssetKind, Facts, Segment, TimeRange
from saycut.timeline.validate import check

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
# A screen that nobody gave a colour for.
PLAIN: Final = "#000000"
# One step of "faster" or "slower": clearly felt, and again when said again.
FASTER: Final = 0.75
SLOWER: Final = 1 / FASTER
LONGER: Final = 1.25


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
    # Hundreds of pauses are one edit: the rules of the document are checked once.
    check(draft)
    work.draft = draft


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


# Changes of order and length.


def _swap(work: Work, clause: Clause) -> None:
    places = work.places(clause)
    if not places and len(work.shots) == 2:
        places = [0, 1]
    if len(places) != 2:
        raise CannotDo("swap_which")
    work.do("swap_segments", index=places[0], other_index=places[1])


def _remove_shot(work: Work, clause: Clause) -> None:
    card = closing_of(work.draft)
    places = work.places(clause)
    is_card_photo = card is not None and any(
        work.shots[p].asset_id == card.shot.asset_id for p in places
    )
    for place in sorted(places, reverse=True):
        work.do("remove_segment", index=place)
    if card and is_card_photo:
        _move_card(work, card)


def _move_card(work: Work, card: Closing) -> None:
    """Let the closing card stand on the photo that closes the film now."""
    kept = [s for s in work.shots if s.id != card.shot.id and s.asset_id]
    if not kept:
        return
    work.do("remove_segment", segment_id=card.shot.id)
    work.do(
        "add_media",
        asset_ids=[kept[-1].asset_id],
        duration_ms=min(card.shot.track_range.duration_ms, kept[-1].track_range.duration_ms),
    )
    picture = card.shot.picture
    work.do("set_backdrop", index=-1, dim=picture.dim, blur=picture.blur)
    closing = work.shots[-1]
    start_ms = closing.track_range.start_ms + half_ms(closing)
    text = card.text
    assert text.text is not None  # it is a text
    work.do(
        "add_text",
        content=text.text.content,
        role=text.text.role.value,
        style=text.text.style.value,
        accent=text.text.accent,
        start_ms=start_ms,
        duration_ms=closing.track_range.end_ms - start_ms,
    )


def _move_shot(work: Work, clause: Clause) -> None:
    places = work.places(clause)
    if not places:
        raise CannotDo("which_shot", count=len(work.shots))
    place = places[0]
    if clause.has("at_end", "last"):
        to = -1
    elif len(places) > 1 and clause.has("before", "after"):
        to = places[1] - (place < places[1]) + clause.has("after")
    else:
        to = 0
    work.do("move_segment", index=place, to_index=to)


def _add_shot(work: Work, clause: Clause) -> None:
    named = [a for q in clause.quotes if q.is_file_name and (a := work.named(q.content))]
    used = {s.asset_id for s in work.draft.segments()}
    new = named or [a for a in pictures_of(work.assets) if a.id not in used]
    new = [a for a in new if a.kind is not AssetKind.AUDIO]
    if not new:
        raise CannotDo("nothing_new_to_add")
    index = 0 if clause.has("at_start", "first") else None
    work.do("add_media", asset_ids=[a.id for a in new], index=index)


def _card(work: Work, clause: Clause) -> None:
    """Put a plain screen in, black unless another colour is named."""
    hit = clause.hit(*COLOURS)
    value = clause.value(ValueKind.DURATION)
    colour = COLOURS[hit.concept] if hit else PLAIN
    if clause.has("card_white"):
        colour = COLOURS["white"]
    work.do(
        "add_card",
        colour=colour,
        duration_ms=value.ms if value else None,
        index=0 if clause.has("at_start", "first") else None,
    )


def _trim_shot_start(work: Work, clause: Clause) -> None:
    for place in work.places(clause):
        work.do("trim", index=place, head_ms=_duration_ms(clause))


def _split_at(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.MOMENT, ValueKind.DURATION)
    if value:
        work.do("split", at_ms=value.ms)


def _shot_duration(work: Work, clause: Clause) -> None:
    stills = [i for i, s in enumerate(work.shots) if _is_still(work, s)]
    for place in stills or range(len(work.shots)):
        work.do("set_duration", index=place, duration_ms=_duration_ms(clause))


def _one_duration(work: Work, clause: Clause) -> None:
    for place in work.places(clause):
        work.do("set_duration", index=place, duration_ms=_duration_ms(clause))


def _duration(work: Work, clause: Clause) -> None:
    _fit(work, _duration_ms(clause))


def _faster(work: Work, _: Clause) -> None:
    _paced(work, FASTER)


def _slower(work: Work, _: Clause) -> None:
    _paced(work, SLOWER)


def _paced(work: Work, factor: float) -> None:
    """Change the lengths of shots, of one or of all; clips would need another speed."""
    if not any(_is_still(work, s) for s in work.shots):
        raise CannotDo("pace_of_clips")
    _fit(work, round(work.draft.duration_ms * factor))
    work.tell("paced")


def _shorter(work: Work, clause: Clause) -> None:
    _stretched(work, clause, FASTER)


def _longer(work: Work, clause: Clause) -> None:
    _stretched(work, clause, LONGER)


def _stretched(work: Work, clause: Clause, factor: float) -> None:
    places = work.places(clause)
    if not places:
        _fit(work, round(work.draft.duration_ms * factor))
    for place in places:
        length_ms = work.shots[place].track_range.duration_ms
        work.do("set_duration", index=place, duration_ms=round(length_ms * factor))


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


def _clear(work: Work, _: Clause) -> None:
    work.do("clear")


HANDLERS: Final[Handlers] = {
    "swap": _swap,
    "remove_shot": _remove_shot,
    "move_shot": _move_shot,
    "add_shot": _add_shot,
    "card": _card,
    "trim_shot_start": _trim_shot_start,
    "split_at": _split_at,
    "shot_duration": _shot_duration,
    "one_duration": _one_duration,
    "duration": _duration,
    "faster": _faster,
    "slower": _slower,
    "shorter": _shorter,
    "longer": _longer,
    "trim_some": _trim_some,
    "clear": _clear,
}


def _fit(work: Work, duration_ms: int) -> None:
    if not work.shots:
        raise CannotDo("nothing_to_edit")
    if work.draft.duration_ms == duration_ms:
        return
    lengths = retimed(work.draft, work.known, duration_ms)
    if lengths is None:
        work.do("fit_duration", duration_ms=duration_ms)
        return
    for place, length_ms in enumerate(lengths):
        work.do("set_duration", index=place, duration_ms=length_ms)
    _calm_transitions(work)


def _calm_transitions(work: Work) -> None:
    """Shorten transitions that take up more than a quarter of a shot by now."""
    for place, (before, shot) in enumerate(pairwise(work.shots), 1):
        shorter_ms = min(before.track_range.duration_ms, shot.track_range.duration_ms)
        now = shot.transition
        if now and now.duration_ms > shorter_ms // 4:
            work.do("set_transition", index=place, kind=now.kind.value, duration_ms=shorter_ms // 4)


def _duration_ms(clause: Clause) -> int:
    value = clause.value(ValueKind.DURATION)
    assert value is not None  # the rules ask for one
    return max(1, value.ms)


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


def _is_still(work: Work, shot: Segment) -> bool:
    asset = work.asset_of(shot)
    return asset is None or asset.kind is AssetKind.IMAGE
