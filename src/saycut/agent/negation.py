"""What a request forbids: "don't remove the music" is a constraint, not an order.

A negation before a verb forbids all that follows in its clause. Before a thing it refuses the
thing ("I don't want music", "不要音乐"), which is an order like any other and stays.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from saycut.agent.clauses import VERBS, Clause, clauses_of
from saycut.agent.lexicon import Hit

__all__ = ["forbidden_words", "heeded"]

# What can be refused by its name alone.
_REFUSABLE: Final = frozenset(
    [
        "music",
        "sound",
        "transition",
        "crossfade",
        "title",
        "text",
        "caption",
        "end_card",
        "lower_third",
        "cta",
        "watermark",
        "section",
        "motion",
        "zoom",
    ]
)
# Between a negation and what it negates: "don't want any", "please don't ever keep the".
_SMALL: Final = frozenset(["glue", "polite", "all", "it", "at", "keep", "have"])
_EMPTY: Final = frozenset(["glue", "polite", "all", "it", "at", "to", "joins", "not", "have"])


def heeded(whole: Clause, *, is_new: bool) -> Clause:
    """Give the request without what it forbids, whose places are in `Clause.forbidden`.

    In a request for a new film (`is_new`) "don't add music" says what the film is to be.
    """
    spans = tuple(_spans(whole, is_new=is_new))
    if not spans:
        return whole

    def is_free(start: int) -> bool:
        return not any(low <= start < high for low, high in spans)

    return replace(
        whole,
        hits=tuple(h for h in whole.hits if is_free(h.start)),
        values=tuple(v for v in whole.values if is_free(v.start)),
        quotes=tuple(q for q in whole.quotes if is_free(q.start)),
        pointers=tuple(p for p in whole.pointers if is_free(p.start)),
        forbidden=spans,
    )


def forbidden_words(whole: Clause, heard: Clause) -> Iterator[str]:
    """Give what is forbidden in the person's words, where it names anything that is known."""
    for start, end in heard.forbidden:
        within = {h.concept for h in whole.hits if start <= h.start < end}
        if within - _EMPTY:
            yield whole.request.shown(start, end)


def _spans(whole: Clause, *, is_new: bool) -> Iterator[tuple[int, int]]:
    clauses = clauses_of(whole)
    reached = 0
    for index, clause in enumerate(clauses):
        for hit in (h for h in clause.hits if h.concept == "not" and h.start >= reached):
            start = _start(clause, hit, is_new=is_new)
            if start is not None:
                reached = _end(clauses, index)
                yield start, reached
                break


def _start(clause: Clause, negation: Hit, *, is_new: bool) -> int | None:
    """Give where the forbidden begins, None when the negation refuses a thing or says nothing."""
    if clause.has("longer") and clause.values:
        return None  # "no longer than 30 seconds" is a length
    concepts = _next(clause, negation.end)
    if concepts is None:
        is_refusal = any(h.concept == "remove" and h.start == negation.start for h in clause.hits)
        orders = any(h.concept in VERBS for h in clause.hits)
        # "Entferne die Musik nicht": the negation comes last.
        return clause.start if orders and not is_refusal else None
    if concepts & _REFUSABLE and not concepts & VERBS:
        return None
    return None if is_new and "add" in concepts else negation.start


def _next(clause: Clause, at: int) -> frozenset[str] | None:
    """Give the concepts of what follows, small words aside; empty for an unknown word."""
    folded = clause.request.folded
    while at < clause.end:
        if not folded[at].isalnum() and not "\ue000" <= folded[at] <= "\uf8ff":
            at += 1
            continue
        here = [h for h in clause.hits if h.start == at]
        small = [h.end for h in here if h.concept in _SMALL]
        if not small:
            return frozenset(h.concept for h in here)
        at = max(small)
    return None


def _end(clauses: tuple[Clause, ...], index: int) -> int:
    """Give where the forbidden ends: a row such as "the title, music or transitions" goes on."""
    end = clauses[index].end
    for clause in clauses[index + 1 :]:
        border = clause.request.folded[end - 1 : end]
        is_order = clause.has(*VERBS) or clause.values or clause.quotes
        if border not in (",", "，", "、") or is_order:
            break
        end = clause.end
    return end
