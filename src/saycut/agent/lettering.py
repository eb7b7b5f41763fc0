"""Words over the shots of a film: which, where, and for how long each of them rests.

Words come and go while their shot is seen alone, and are shown only when they rest for as
long as it takes to read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from saycut.agent.direction import Brief, accent_of, position_for
from saycut.agent.naming import caption_of
from saycut.edit import reading_ms
from saycut.timeline import (
    Asset,
    Canvas,
    Segment,
    Text,
    TextAnimation,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
)

__all__ = [
    "Shot",
    "closing_need_ms",
    "half_ms",
    "lettered",
    "opening_need_ms",
    "rests",
    "text_span",
]

# What the text animations take to bring words in and to take them away.
ENTRANCE_MS: Final = 700
EXIT_MS: Final = 450
TITLE_START_MS: Final = 400
# Before the first seam: half of a transition and some air.
TITLE_ROOM_MS: Final = 700
TITLE_MS_MAX: Final = 5_000
CAPTION_MS_MAX: Final = 4_500
TEXT_MARGIN_MS: Final = 150
# The last words stay to the last frame; less than this at rest and they are not taken in.
CLOSING_REST_MS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Shot:
    """An asset as it is shown once; `longest_ms` is what there is of it."""

    asset: Asset
    showing: int  # how often the asset was shown before
    longest_ms: float
    is_closing: bool = False


def lettered(
    brief: Brief, shots: Sequence[Shot], segments: Sequence[Segment], canvas: Canvas
) -> tuple[Track, bool]:
    """Lay words over the shots, each alone with its shot: none while a transition runs.

    Returns:
        The track, and whether there was time to read all that could have been shown: names
        of photos are shown all or not at all, words that were given are shown in any case.
    """
    accent = accent_of([s.asset for s in shots])
    words = [(i, *said) for i in range(len(shots)) if (said := _words_for(brief, shots, i))]
    is_readable = brief.lines or all(
        rests(text_span(segments, i, role), content)
        for i, content, role in words
        if role is TextRole.LOWER_THIRD
    )
    if not is_readable:
        words = [said for said in words if said[2] is not TextRole.LOWER_THIRD]
    found: list[Segment] = []
    for index, content, role in words:
        shot, segment = shots[index], segments[index]
        place = None
        if not shot.is_closing:
            place = position_for(role, shot.asset, segment.picture, canvas)
        text = Text(
            content,
            role=role,
            style=brief.style,
            animation=TextAnimation.RISE if role is TextRole.TITLE else TextAnimation.FADE,
            position=place,
            accent=accent,
            language=brief.language,
        )
        span = text_span(segments, index, role)
        found.append(Segment(id=f"text{len(found) + 1}", track_range=span, text=text))
    return Track(id="track3", kind=TrackKind.TEXT, segments=tuple(found)), bool(is_readable)


def text_span(segments: Sequence[Segment], index: int, role: TextRole) -> TimeRange:
    """Give the time in which a shot is seen alone, as long as such words need of it."""
    segment, following = segments[index], (*segments, None)[index + 1]
    margin_ms = TEXT_MARGIN_MS if segment.track_range.duration_ms > 2000 else 0
    start_ms = segment.track_range.start_ms + half_ms(segment) + (margin_ms if index else 0)
    if index == 0:
        start_ms += min(TITLE_START_MS, segment.track_range.duration_ms // 6)
    end_ms = segment.track_range.end_ms
    if following is not None:
        end_ms -= half_ms(following) + margin_ms
    if role not in (TextRole.END_CARD, TextRole.CTA):
        most = TITLE_MS_MAX if role is TextRole.TITLE else CAPTION_MS_MAX
        end_ms = min(end_ms, start_ms + most)
    return TimeRange.between(start_ms, max(end_ms, start_ms + 1))


def half_ms(segment: Segment) -> int:
    """Give how long after its start a shot still shares the screen with the one before."""
    return -(-segment.transition.duration_ms // 2) if segment.transition else 0


def opening_need_ms(title: str) -> int:
    """Give how long the opening shot has to be for its title to be read."""
    return reading_ms(title) + TITLE_START_MS + TITLE_ROOM_MS


def closing_need_ms(content: str, transition_ms: int) -> int:
    """Give how long a closing card has to be for its words to rest until they are read."""
    resting_ms = max(CLOSING_REST_MS, reading_ms(content))
    return -(-transition_ms // 2) + TEXT_MARGIN_MS + ENTRANCE_MS + resting_ms


def rests(span: TimeRange, content: str) -> bool:
    """Tell whether words that are shown so long stand still for as long as it takes to read."""
    return span.duration_ms >= ENTRANCE_MS + EXIT_MS + reading_ms(content)


def _words_for(brief: Brief, shots: Sequence[Shot], index: int) -> tuple[str, TextRole] | None:
    """Give what is written over a shot and as what: title first, then captions, then the card."""
    shot = shots[index]
    if shot.is_closing:
        return (brief.closing, TextRole.END_CARD) if brief.closing else None
    if brief.title and index == 0:
        return brief.title, TextRole.TITLE
    line = index - (1 if brief.title else 0)
    if brief.lines:
        return (brief.lines[line], TextRole.LOWER_THIRD) if line < len(brief.lines) else None
    if brief.shows_names and not shot.showing and (name := caption_of(shot.asset.name)):
        return name, TextRole.LOWER_THIRD
    return None
