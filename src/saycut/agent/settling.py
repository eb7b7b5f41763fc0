"""What the rules of films laid out, laid out anew after shots changed length or order.

Words rest while their shot is alone, no two shots in a row move alike, the closing card goes
on from the shot before it. What a person placed otherwise stays as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise

from saycut.agent.direction import closing_motion, move_for
from saycut.agent.lettering import rests, text_span
from saycut.agent.naming import caption_of
from saycut.agent.retiming import closing_of
from saycut.agent.work import Work
from saycut.edit.motions import kind_of, motion_for
from saycut.timeline import Draft, Easing, Motion, Segment, TextRole, TimeRange, TrackKind

__all__ = ["settle"]


def settle(work: Work, before: Draft) -> None:
    """Bring words and moves in order; `before` is the film as it was when all was in order."""
    _moves(work)
    _card(work, before)
    for text, shot_id in list(_by_rule(before)):
        _respan(work, text, shot_id)
    _without_glimpses(work)


def _moves(work: Work) -> None:
    """Give another move to a shot that moves as the one before it, where a rule chose it."""
    shots = work.shots
    for place, (_, other) in enumerate(pairwise(shots), 1):
        kinds = [kind_of(s.picture.motion) if s.picture.motion else None for s in work.shots]
        if kinds[place] is None or kinds[place] is not kinds[place - 1] or other.picture.dim:
            continue
        asset = work.asset_of(other)
        if asset is None or not _is_by_rule(work, other):
            continue
        avoid = {k for k in (kinds[place - 1], *kinds[place + 1 : place + 2]) if k}
        length_ms = other.track_range.duration_ms
        move = move_for(asset, other.picture, work.draft.canvas, length_ms, avoid=avoid, turn=place)
        if move:
            _set(work, place, move)


def _is_by_rule(work: Work, shot: Segment) -> bool:
    """Tell whether a move is what the rules of films give: even, and as far as they go."""
    move = shot.picture.motion
    kind = kind_of(move) if move else None
    if move is None or kind is None or move.easing is not Easing.LINEAR:
        return False
    asset = work.asset_of(shot)
    length_ms = shot.track_range.duration_ms
    by_rule = motion_for(kind, asset, shot.picture, work.draft.canvas, length_ms)
    return by_rule is not None and (by_rule.start, by_rule.end) == (move.start, move.end)


def _card(work: Work, before: Draft) -> None:
    """Let the closing card begin where the shot before it ends, and move as slowly as that."""
    was, now = closing_of(before), closing_of(work.draft)
    if was and now and was.shot.picture.motion and len(work.shots) > 1:
        length_ms = now.shot.track_range.duration_ms
        _set(work, len(work.shots) - 1, closing_motion(work.shots[-2].picture.motion, length_ms))


def _set(work: Work, place: int, move: Motion) -> None:
    if work.shots[place].picture.motion != move:
        start, end = asdict(move.start), asdict(move.end)
        work.do("set_motion", index=place, start=start, end=end, easing=move.easing.value)


def _by_rule(before: Draft) -> Iterator[tuple[Segment, str | None]]:
    """Give the texts that stood where the rules put them, and the shot each belongs to: None for
    a title, which opens the film whatever is shown under it."""
    shots = _shots(before)
    for segment in before.segments(TrackKind.TEXT):
        span = segment.track_range
        middle_ms = (span.start_ms + span.end_ms) // 2
        for place, shot in enumerate(shots):
            is_over = shot.track_range.start_ms <= middle_ms < shot.track_range.end_ms
            if segment.text and is_over and text_span(shots, place, segment.text.role) == span:
                is_title = place == 0 and segment.text.role is TextRole.TITLE
                yield segment, None if is_title else shot.id


def _respan(work: Work, text: Segment, shot_id: str | None) -> None:
    ids = [s.id for s in work.shots]
    shot_id = shot_id or next(iter(ids), None)
    is_there = any(s.id == text.id for s in work.draft.segments(TrackKind.TEXT))
    if not is_there or shot_id not in ids or text.text is None:
        return
    span = text_span(work.shots, ids.index(shot_id), text.text.role)
    if work.draft.segment(text.id).track_range != span:
        _place(work, text.id, span)


def _place(work: Work, text_id: str, span: TimeRange) -> None:
    work.do("place_text", segment_id=text_id, start_ms=span.start_ms, duration_ms=span.duration_ms)


def _without_glimpses(work: Work) -> None:
    """Take the names of photos off the film when one of them can no longer be read."""
    names = {caption_of(a.name) for a in work.assets}
    shown = [s for s in work.texts(TextRole.LOWER_THIRD) if s.text and s.text.content in names]
    if all(s.text and rests(s.track_range, s.text.content) for s in shown):
        return
    for segment in shown:
        work.do("remove_text", segment_id=segment.id)
    work.tell("no_time_for_names")


def _shots(draft: Draft) -> Sequence[Segment]:
    return draft.main_track.segments if draft.main_track else ()
