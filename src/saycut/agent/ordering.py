"""What plays in which order and for how long: handlers of intents about shots."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from saycut.agent.clauses import Clause
from saycut.agent.hearing import with_music_on
from saycut.agent.lettering import half_ms
from saycut.agent.naming import caption_of
from saycut.agent.palette import COLOURS
from saycut.agent.retiming import Closing, closing_of, retimed
from saycut.agent.settling import settle
from saycut.agent.values import ValueKind
from saycut.agent.work import FILM_MS, CannotDo, Handlers, Note, Work, pictures_of
from saycut.edit import set_durations
from saycut.timeline import AssetKind, Draft, Segment

__all__ = ["HANDLERS"]

# A screen that nobody gave a colour for.
PLAIN: Final = "#000000"
# One step of "faster" or "slower": clearly felt, and again when said again.
FASTER: Final = 0.75
SLOWER: Final = 1 / FASTER
LONGER: Final = 1.25


def _swap(work: Work, clause: Clause) -> None:
    places = work.places(clause)
    if not places and len(work.shots) == 2:
        places = [0, 1]
    if len(places) != 2:
        raise CannotDo("swap_which")
    before = work.draft
    work.do("swap_segments", index=places[0], other_index=places[1])
    settle(work, before)


def _remove_shot(work: Work, clause: Clause) -> None:
    before = work.draft
    card = closing_of(work.draft)
    places = work.places(clause)
    names = [_name_of(work, work.shots[p]) for p in places]
    is_card_photo = card is not None and any(
        work.shots[p].asset_id == card.shot.asset_id for p in places
    )
    for place in sorted(places, reverse=True):
        work.do("remove_segment", index=place)
    if card and is_card_photo:
        _move_card(work, card)
    _whole_seconds(work, before)
    settle(work, before)
    _tell_taken_out(work, before, names, has_new_card=card is not None and is_card_photo)


def _whole_seconds(work: Work, before: Draft) -> None:
    """Let a film of whole seconds stay one: its last shot gives or takes what is over."""
    over_ms = (work.draft.duration_ms + 500) % 1000 - 500
    if over_ms and not before.duration_ms % 1000 and work.shots and _is_still(work, work.shots[-1]):
        length_ms = work.shots[-1].track_range.duration_ms - over_ms
        if length_ms > 1000:
            work.do("set_duration", index=len(work.shots) - 1, duration_ms=length_ms)


def _tell_taken_out(work: Work, before: Draft, names: Sequence[str], *, has_new_card: bool) -> None:
    """Say it as a person would: what went, and what that did to the film."""
    if before != work.before or not names or not work.shots:
        return  # other changes are told beside it, one by one
    key = "taken_out_card" if has_new_card and closing_of(work.draft) else "taken_out"
    photo = _name_of(work, work.shots[-1])
    length = work.draft.duration_ms
    work.done = Note(key, {"names": names, "photo": photo, "length": length})
    work.told = work.draft


def _name_of(work: Work, shot: Segment) -> str:
    """Give what a shot is called: what its file says, else the file's name."""
    asset = work.asset_of(shot)
    return (caption_of(asset.name) or asset.name) if asset else shot.id


def _move_card(work: Work, card: Closing) -> None:
    """Let the closing card stand on the photo that closes the film now."""
    kept = [s for s in work.shots if s.id != card.shot.id and s.asset_id]
    if not kept:
        return
    length_ms = card.shot.track_range.duration_ms
    if not _is_still(work, kept[-1]):
        length_ms = min(length_ms, kept[-1].track_range.duration_ms)
    work.do("remove_segment", segment_id=card.shot.id)
    work.do(
        "add_media",
        asset_ids=[kept[-1].asset_id],
        duration_ms=length_ms,
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
    before = work.draft
    work.do("move_segment", index=place, to_index=to)
    settle(work, before)


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
    wanted_ms = min(_duration_ms(clause), FILM_MS[1] // max(1, len(work.shots)))
    places = stills or range(len(work.shots))
    durations = {work.shots[place].id: wanted_ms for place in places}
    work.draft = set_durations(work.draft, durations, work.known)


def _one_duration(work: Work, clause: Clause) -> None:
    for place in work.places(clause):
        work.do("set_duration", index=place, duration_ms=_duration_ms(clause))


def _duration(work: Work, clause: Clause) -> None:
    _fit(work, work.film_ms(_duration_ms(clause)) or 0)


def _on_beat(work: Work, _: Clause) -> None:
    """Move the seams onto the beats; whether that went well is told by where they lie."""
    if any(a.facts.beats_ms for a in work.music) and not work.song_on_beat():
        _relay(work, work.draft.duration_ms)


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
    "on_beat": _on_beat,
    "faster": _faster,
    "slower": _slower,
    "shorter": _shorter,
    "longer": _longer,
    "clear": _clear,
}


def _fit(work: Work, duration_ms: int) -> None:
    if not work.shots:
        raise CannotDo("nothing_to_edit")
    if work.draft.duration_ms == duration_ms:
        return
    before_ms = work.draft.duration_ms
    if not _relay(work, duration_ms):
        work.do("fit_duration", duration_ms=duration_ms)
    with_music_on(work, before_ms)


def _relay(work: Work, duration_ms: int) -> bool:
    """Give all shots lengths anew, seams on the beats; tells whether they are free for it."""
    before = work.draft
    lengths = retimed(work.draft, work.known, duration_ms)
    if lengths is None:
        return False
    shots = zip(work.shots, lengths, strict=True)
    work.draft = set_durations(work.draft, {s.id: ms for s, ms in shots}, work.known)
    _calm_transitions(work)
    settle(work, before)
    return True


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
    if value.ms <= 0:
        raise CannotDo("not_a_length")
    return value.ms


def _is_still(work: Work, shot: Segment) -> bool:
    asset = work.asset_of(shot)
    return asset is None or asset.kind is AssetKind.IMAGE
