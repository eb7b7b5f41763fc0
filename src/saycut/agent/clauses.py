"""A request read: what its words and numbers stand for, split into clauses that ask one thing.

Sentences part at their marks; "and" and commas part only where a new order begins, so that
"music and transitions" stays together and "trim it and add music" does not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from saycut.agent.lexicon import Hit, Lexicon
from saycut.agent.normalise import Quote, Request
from saycut.agent.values import Value, ValueKind, read_values

__all__ = ["VERBS", "WANTS", "Clause", "Pointer", "begins_an_order", "clauses_of", "read", "unread"]

# Words that lead to no edit by themselves but make a sentence one that asks for something.
WANTS: Final = frozenset(
    [
        "add",
        "change",
        "compress",
        "convert",
        "cut",
        "cut_down",
        "extract",
        "keep",
        "loop",
        "make",
        "merge",
        "move",
        "mute",
        "remove",
        "replace",
        "slow_motion",
        "speed_up",
        "split",
        "swap",
    ]
)

# What begins an order: those, and the words that are orders by themselves. Things that are orders
# by themselves count after a comma: ", crossfade 1 s".
VERBS: Final = WANTS | frozenset(
    [
        "export",
        "film_fade_in",
        "film_fade_out",
        "louder",
        "no_blur",
        "no_denoise",
        "no_rotate",
        "no_stabilise",
        "no_translate",
        "no_upscale",
        "quieter",
        "redo",
        "start_over",
        "transcript",
        "undo",
        "unmute",
        "zoom_in",
        "zoom_out",
    ]
)
_THINGS: Final = frozenset(
    [
        "music",
        "title",
        "text",
        "caption",
        "transition",
        "crossfade",
        "fade_black",
        "vertical",
        "horizontal",
        "square",
        "logo",
        "no_colour",
        "no_voice",
        "faster",
        "slower",
        "lower_third",
        "end_card",
        "normalise",
        "highlight",
        "silence",
    ]
)
_SENTENCE: Final = re.compile(r"[;；!！?？。\n→•|]|\.(?=\s|$)|\s[—–-]{1,3}\s|—")
_COMMA: Final = re.compile(r"[,，、]")
# Letters that nothing accounts for. One letter of Latin is an article, one Han a particle.
_WORD: Final = re.compile(r"[^\W\d_](?:['’-]?[^\W\d_])*")
# Between two numbers of a row of shots: "photos 2, 3 and 5".
_ROW: Final = re.compile(r"[\s,，、&#]*(?:and|with|和|与|跟|及|und|y|et|e)?\s*(?:the\s+)?#?")
# What may stand around a length that stands alone, and between one and the film it is of.
_BEFORE: Final = re.compile(r"(?:^|[,，。;；.!！\n])\s*(?:about|around|roughly|约|約|大概)?\s*$")
_AFTER: Final = re.compile(r"\s*(?:左右|以内|くらい|程度|or so|long)?\s*(?:$|[,，。;；.!！\n]|で)")
_ADJECTIVES: Final = re.compile(r"[\s-]*(?:[^\W\d]+[\s-]+){0,2}")
_NEAR: Final = re.compile(r"[\s#]*(?:number|no\.|一|张|个|段)?\s*")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Shots pointed at by their places: 0 is the first, -1 the last."""

    places: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a request with all that was found in it.

    `forbidden` are places that say what is not to be done; nothing else is found there.
    """

    request: Request
    start: int
    end: int
    hits: tuple[Hit, ...] = ()
    values: tuple[Value, ...] = ()
    quotes: tuple[Quote, ...] = ()
    pointers: tuple[Pointer, ...] = ()
    forbidden: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> str:
        """The clause as the person wrote it."""
        return self.request.shown(self.start, self.end)

    @property
    def said(self) -> tuple[Quote, ...]:
        """What stands in quotes, without the names of files."""
        return tuple(q for q in self.quotes if not q.is_file_name)

    def has(self, *concepts: str) -> bool:
        return any(hit.concept in concepts for hit in self.hits)

    def hit(self, *concepts: str) -> Hit | None:
        """Give the first place that says one of these."""
        return next((h for h in self.hits if h.concept in concepts), None)

    def value(self, *kinds: ValueKind) -> Value | None:
        """Give the first value of one of these kinds."""
        return next((v for v in self.values if v.kind in kinds), None)

    def part(self, start: int, end: int) -> "Clause":
        """Give the clause narrowed to a stretch of it."""
        return Clause(
            self.request,
            start,
            end,
            tuple(h for h in self.hits if start <= h.start and h.end <= end),
            tuple(v for v in self.values if start <= v.start and v.end <= end),
            tuple(q for q in self.quotes if start <= q.start < end),
            tuple(p for p in self.pointers if start <= p.start and p.end <= end),
            tuple(f for f in self.forbidden if start <= f[0] < end),
        )


def read(request: Request, lexicon: Lexicon) -> Clause:
    """Read a whole request as one clause."""
    hits = lexicon.hits(request.folded)
    values = read_values(request.folded, lexicon)
    values = (*values, *_ordinals(values, request, lexicon))
    values = tuple(sorted(values, key=lambda v: v.start))
    hits = tuple(sorted((*hits, *_lengths(request.folded, hits, values)), key=lambda h: h.start))
    pointers = tuple(sorted(_pointers(request.folded, hits, values), key=lambda p: p.start))
    hits = tuple(
        h for h in hits if not _is_inside(h, pointers) or h.concept not in ("first", "last")
    )
    return Clause(request, 0, len(request.text), hits, values, request.quotes, pointers)


def clauses_of(whole: Clause) -> tuple[Clause, ...]:
    """Split a request into clauses, in order; empty ones are left out."""
    borders = sorted({0, len(whole.request.text), *_borders(whole)})
    parts = (whole.part(start, end) for start, end in pairwise(borders))
    return tuple(
        p for p in parts if re.search(r"\w|[\ue000-\uf8ff]", whole.request.text[p.start : p.end])
    )


def begins_an_order(whole: Clause, at: int) -> bool:
    """Tell whether an order, or a thing that is one by itself, begins behind a comma."""
    return _begins_an_order(whole, at, VERBS | _THINGS)


def unread(clause: Clause) -> list[str]:
    """Give the words of a clause that stand for nothing known."""
    taken = [(h.start, h.end) for h in clause.hits] + [(v.start, v.end) for v in clause.values]
    taken += [(p.start, p.end) for p in clause.pointers] + [*clause.forbidden]
    text = list(clause.request.text)
    for start, end in taken:
        text[start:end] = " " * (end - start)
    left = "".join(text)[clause.start : clause.end]
    return [w for w in _WORD.findall(left) if len(w) > 1 and not _is_private(w)]


def _is_private(word: str) -> bool:
    return any("\ue000" <= c <= "\uf8ff" for c in word)


def _borders(whole: Clause) -> Iterator[int]:
    folded = whole.request.folded
    for match in _SENTENCE.finditer(folded):
        if not _is_inside_value(match.start(), whole.values):
            yield match.end()
    for match in _COMMA.finditer(folded):
        is_free = not _is_inside_value(match.start(), whole.values)
        if is_free and begins_an_order(whole, match.end()):
            yield match.end()
    for hit in whole.hits:
        if hit.concept == "joins" and _begins_an_order(whole, hit.end, VERBS):
            yield hit.start


def _begins_an_order(whole: Clause, at: int, concepts: frozenset[str]) -> bool:
    """Tell whether an order begins here, after small words such as "then" or "please"."""
    folded = whole.request.folded
    for _ in range(4):
        while at < len(folded) and (folded[at].isspace() or folded[at] in ",，、"):
            at += 1
        here = [h for h in whole.hits if h.start == at]
        if any(h.concept in concepts for h in here):
            return True
        small = [h for h in here if h.concept in ("joins", "glue", "polite", "not")]
        if not small:
            return False
        at = max(h.end for h in small)
    return False


def _is_inside_value(at: int, values: Sequence[Value]) -> bool:
    return any(v.start <= at < v.end for v in values)


def _is_inside(hit: Hit, pointers: Sequence[Pointer]) -> bool:
    return any(p.start <= hit.start and hit.end <= p.end for p in pointers)


def _ordinals(values: Sequence[Value], request: Request, lexicon: Lexicon) -> Iterator[Value]:
    """Read "second" and "third" as places where they are no part of a value."""
    for word, place in lexicon.ordinals.items():
        for match in re.finditer(rf"(?<![^\W\d_]){re.escape(word)}", request.folded):
            is_word = (
                not request.folded[match.end() : match.end() + 1].isalpha() or not word.isascii()
            )
            if is_word and not any(v.start < match.end() and match.start() < v.end for v in values):
                yield Value(ValueKind.ORDINAL, match.start(), match.end(), float(place))


def _lengths(folded: str, hits: Sequence[Hit], values: Sequence[Value]) -> Iterator[Hit]:
    """Find lengths that are the film's by where they stand: alone between commas, or before a
    film: "promo, 30 seconds", "a 30-second reel"."""
    films = {h.start for h in hits if h.concept in ("video", "slideshow", "promo", "highlight")}
    for value in values:
        if value.kind is not ValueKind.DURATION:
            continue
        is_alone = _BEFORE.search(folded[: value.start]) and _AFTER.match(folded[value.end :])
        noun = _ADJECTIVES.match(folded, value.end)
        if is_alone or (noun and any(value.end < at <= noun.end() for at in films)):
            yield Hit("length", value.start, value.end)


def _pointers(folded: str, hits: Sequence[Hit], values: Sequence[Value]) -> Iterator[Pointer]:
    """Find shots pointed at: "photo 2", "the last clip", "the second and third photos"."""
    used: set[int] = set()
    things = {h for h in hits if h.concept in ("photo", "clip", "nth")}
    # "第3个片段": the noun first, its measure word only where it stands alone.
    for thing in sorted(things, key=lambda h: (h.concept == "nth", h.start)):
        row = _row_after(folded, thing.end, values) or _row_before(
            folded, thing.start, hits, values
        )
        if row and thing.start not in used:
            start, end = min(thing.start, row[1]), max(thing.end, row[2])
            used.update(range(start, end))
            yield Pointer(tuple(row[0]), start, end)


_Row = tuple[list[int], int, int]


def _row_after(folded: str, at: int, values: Sequence[Value]) -> _Row | None:
    """Read "2", "2 and 3" behind a thing."""
    counts = {v.start: v for v in values if v.kind is ValueKind.COUNT}
    places: list[int] = []
    start = end = at
    while True:
        gap = (_ROW if places else _NEAR).match(folded, end)
        value = counts.get(gap.end() if gap else end)
        if value is None or value.amount != int(value.amount) or not 1 <= value.amount <= 999:
            return (places, start, end) if places else None
        places.append(int(value.amount) - 1)
        end = value.end


def _row_before(folded: str, at: int, hits: Sequence[Hit], values: Sequence[Value]) -> _Row | None:
    """Read "the second", "last", "first and third" before a thing."""
    marks = [(v.start, v.end, int(v.amount) - 1) for v in values if v.kind is ValueKind.ORDINAL]
    marks += [(h.start, h.end, -1) for h in hits if h.concept == "last"]
    marks += [(h.start, h.end, 0) for h in hits if h.concept == "first"]
    places: list[int] = []
    start = at
    for mark_start, mark_end, place in sorted(set(marks), reverse=True):
        gap = _ROW if places else _NEAR
        if mark_end <= start and gap.fullmatch(folded, mark_end, start):
            if not (places and places[0] == place):
                places.insert(0, place)
            start = mark_start
    return (places, start, at) if places else None
