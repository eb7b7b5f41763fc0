"""What the lengths of a request measure: the film, each of its shots, or its transitions.

A length belongs to the noun that it stands before ("a 20-second film"), else to the one that
it follows ("crossfades of 0.5 s"); one that stands alone is the film's.
"""

import re
from collections.abc import Iterator
from typing import Final

from saycut.agent.clauses import Clause
from saycut.agent.lexicon import Hit
from saycut.agent.values import Value, ValueKind

__all__ = ["film_ms", "shot_ms", "transition_ms"]

_FILMS: Final = ("video", "slideshow", "promo", "invitation", "tribute", "highlight", "length")
_TRANSITIONS: Final = (
    "transition",
    "crossfade",
    "fade",
    "fade_black",
    "film_fade_in",
    "film_fade_out",
)
# Between a length and its noun stand adjectives at most: "2 second slow fade".
_NEAR: Final = 24
_APART: Final = re.compile(r"[.,;:!?\n，。；！？、]")
_EACH_NEAR: Final = 40
SHOT_MS_MIN: Final = 200


def film_ms(whole: Clause) -> int | None:
    """Give how long the film is to be, None when nothing says so."""
    ranges = [v for v in whole.values if v.kind is ValueKind.RANGE]
    found = [
        v.ms for v in _lengths(whole) if not _is_of_transition(whole, v) and not _is_each(whole, v)
    ]
    # The film's length is said with the film: "a 4-minute slideshow ... 3 seconds a photo".
    found += [round((v.amount + v.other) / 2) for v in ranges]
    return found[0] if found else None


def shot_ms(whole: Clause) -> int | None:
    """Give how long each shot is to be, None when nothing says so."""
    found = [v.ms for v in _lengths(whole) if _is_each(whole, v)]
    return max(SHOT_MS_MIN, found[0]) if found else None


def transition_ms(whole: Clause) -> int | None:
    """Give how long transitions are to be, None when nothing says so."""
    found = [v.ms for v in _lengths(whole) if _is_of_transition(whole, v)]
    return found[0] if found else None


def _lengths(whole: Clause) -> list[Value]:
    return [v for v in whole.values if v.kind is ValueKind.DURATION]


def _is_of_transition(whole: Clause, value: Value) -> bool:
    return next(_nouns_of(whole, value), None) in _TRANSITIONS


def _is_each(whole: Clause, value: Value) -> bool:
    return any(h.concept == "each" and abs(h.start - value.start) < _EACH_NEAR for h in whole.hits)


def _nouns_of(whole: Clause, value: Value) -> Iterator[str]:
    """Give the nouns that a length may belong to, the likeliest first."""
    nouns = [
        h
        for h in whole.hits
        if h.concept in (*_FILMS, *_TRANSITIONS) and (h.start, h.end) != (value.start, value.end)
    ]
    yield from (
        h.concept
        for h in nouns
        if 0 <= h.start - value.end < _NEAR and not _is_parted(whole, value.end, h)
    )
    yield from (
        h.concept
        for h in reversed(nouns)
        if 0 <= value.start - h.end < _NEAR
        and not _APART.search(whole.request.folded[h.end : value.start])
    )


def _is_parted(whole: Clause, at: int, noun: Hit) -> bool:
    """Tell whether a comma or a word such as "with" parts a length from a noun behind it."""
    between = whole.request.folded[at : noun.start]
    parting = (h for h in whole.hits if at <= h.start < noun.start)
    return bool(_APART.search(between)) or any(h.concept in ("to", "joins") for h in parting)
