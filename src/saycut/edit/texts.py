"""Words over the film: what they say, how they look, when and where they are seen."""

from dataclasses import replace
from typing import Final

from saycut.edit.errors import OutsideFilm
from saycut.edit.follow import film_end_ms
from saycut.edit.lanes import on_free_lane, replaced_in_lane
from saycut.edit.parts import with_range
from saycut.timeline import Draft, Segment, Text, TextRole, TimeRange, TrackKind

__all__ = [
    "add_text",
    "change_text",
    "default_range",
    "place_text",
    "reading_ms",
    "with_time_to_read",
]

# A second to notice a text, a quarter for each word.
NOTICE_MS: Final = 1000
WORD_MS: Final = 250
# Scripts without spaces: two characters are read like one word.
CHARACTERS_PER_WORD: Final = 2

ROLE_MS: Final = {
    TextRole.TITLE: 3000,
    TextRole.LOWER_THIRD: 4000,
    TextRole.CTA: 3000,
    TextRole.END_CARD: 3000,
}
AT_THE_END: Final = frozenset({TextRole.CTA, TextRole.END_CARD})


def add_text(draft: Draft, text: Text, span: TimeRange, *, segment_id: str) -> Draft:
    """Lay a text over the film, on a lane with room for it.

        video  |   A   |   B   |         video  |   A   |   B   |
                                   ->    words    |text|

    It ends with the film at the latest; over an empty film it plays as long as asked.

    Raises:
        OutsideFilm: it would begin when the film is over.
    """
    end_ms = film_end_ms(draft)
    if end_ms:
        if not 0 <= span.start_ms < end_ms:
            raise OutsideFilm("show a text", span.start_ms, end_ms)
        span = TimeRange.between(span.start_ms, min(span.end_ms, end_ms))
    segment = Segment(id=segment_id, track_range=span, text=text)
    return on_free_lane(draft, TrackKind.TEXT, segment)


def change_text(draft: Draft, segment_id: str, text: Text) -> Draft:
    """Give a text other words or another look; its time stays.

        |  Sunrise  |   ->   |  Golden Hour  |

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    return draft.with_segment_replaced(segment_id, replace(segment, text=text))


def place_text(draft: Draft, segment_id: str, span: TimeRange) -> Draft:
    """Show a text at another time; where its lane has no room it takes another one.

        |text|         |   ->   |      |text|   |

    Raises:
        UnknownSegment: the draft has no segment of that id.
        OutsideFilm: it would begin when the film is over.
    """
    segment = draft.segment(segment_id)
    end_ms = film_end_ms(draft)
    if not 0 <= span.start_ms < end_ms:
        raise OutsideFilm("show a text", span.start_ms, end_ms)
    return replaced_in_lane(draft, with_range(segment, span))


def default_range(draft: Draft, text: Text) -> TimeRange:
    """Give when a text of that role is seen unless told otherwise.

    A title opens the film, a call to action and an end card close it, a watermark stays all
    the time, others begin with the film. None is shorter than it takes to read.
    """
    end_ms = film_end_ms(draft)
    if text.role is TextRole.WATERMARK and end_ms:
        return TimeRange(0, end_ms)
    duration_ms = max(ROLE_MS.get(text.role, 0), reading_ms(text.content))
    if text.role in AT_THE_END:
        return TimeRange(max(0, end_ms - duration_ms), duration_ms)
    return TimeRange(0, duration_ms)


def reading_ms(content: str) -> int:
    """Give how long a text has to be seen to be read."""
    unspaced = sum(_is_unspaced(c) for c in content)
    words = len("".join(" " if _is_unspaced(c) else c for c in content).split())
    return NOTICE_MS + WORD_MS * (words + -(-unspaced // CHARACTERS_PER_WORD))


def with_time_to_read(draft: Draft) -> Draft:
    """Let texts that are too short to read stay on, as far as their lane and the film have room.

    words  |t1| |  t2  |   ->   words  |t1 ||  t2  |
    """
    end_ms = film_end_ms(draft)
    for track in draft.tracks_of(TrackKind.TEXT):
        limits = [s.track_range.start_ms for s in track.segments[1:]] + [end_ms]
        read = (_read(s, limit) for s, limit in zip(track.segments, limits, strict=False))
        draft = draft.with_track(replace(track, segments=tuple(read)))
    return draft


def _read(segment: Segment, limit_ms: int) -> Segment:
    span = segment.track_range
    needed_ms = reading_ms(segment.text.content) if segment.text else 0
    end_ms = min(span.start_ms + needed_ms, limit_ms)
    return with_range(segment, TimeRange.between(span.start_ms, max(end_ms, span.end_ms)))


def _is_unspaced(character: str) -> bool:
    """Tell whether it is of a script written without spaces: kana, Han, Thai."""
    return "\u3040" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0e7f"
