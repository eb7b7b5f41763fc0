"""What kind of request it is: a word to act on, a question to answer, or work to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from saycut.agent.clauses import Clause, unread
from saycut.agent.intents import intents_of

__all__ = ["Route", "RouteKind", "route_of"]


class RouteKind(Enum):
    EMPTY = "empty"
    ACTION = "action"  # the whole request is one word for the caller: undo, credits, ...
    QUESTION = "question"  # answered without an edit
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes; `action` is set for actions alone."""

    kind: RouteKind
    action: str | None = None


_ACTIONS: Final = ("undo", "redo", "credits", "status", "upload", "share", "export")
_ASIDE: Final = frozenset({"glue", "polite", "it", "all", "video", "joins", "to", "at", "question"})
_SENTENCE: Final = re.compile(r"[^.!?。！？\n—]*(?:\.(?!\s|$)[^.!?。！？\n—]*)*[.!?。！？\n—]*")


def route_of(whole: Clause) -> Route:
    """Tell what is to be done with a request."""
    if not re.search(r"\w|[\ue000-\uf8ff]", whole.request.text):
        return Route(RouteKind.EMPTY)
    for action in _ACTIONS:
        if _is_only(whole, action):
            return Route(RouteKind.ACTION, action)
    return Route(RouteKind.QUESTION if _is_question(whole) else RouteKind.WORK)


def _is_only(whole: Clause, action: str) -> bool:
    """Tell whether the request says that action and nothing else of weight."""
    hits = [h for h in whole.hits if h.concept == action]
    if not hits or unread(whole) or whole.quotes:
        return False
    aside = _ASIDE | {action} | {h.concept for h in whole.hits for a in hits if _is_within(h, a)}
    others = [h for h in whole.hits if h.concept not in aside]
    return not others and not whole.values and not whole.has("not")


def _is_within(hit: object, other: object) -> bool:
    return getattr(other, "start", 0) <= getattr(hit, "start", 0) and getattr(
        hit, "end", 0
    ) <= getattr(other, "end", 0)


def _is_question(whole: Clause) -> bool:
    """A request is a question when it asks something and orders nothing."""
    sentences = _sentences(whole)
    if not sentences or whole.has("work_anyway"):
        return False
    if _is_negated(sentences[0]) and (whole.has("advise", "question") or "?" in whole.shown):
        return True
    asks = [_asks(sentence) for sentence in sentences]
    orders = [
        _orders(sentence) and not asked for sentence, asked in zip(sentences, asks, strict=True)
    ]
    return any(asks) and not any(orders)


def _orders(sentence: Clause) -> bool:
    """Tell whether a sentence asks for work; "I have a 10-minute interview" only tells."""
    names = {intent.name for intent in intents_of(sentence)}
    return bool(names - {"duration"}) or (bool(names) and not sentence.has("have"))


def _sentences(whole: Clause) -> Sequence[Clause]:
    spans = (m.span() for m in _SENTENCE.finditer(whole.request.text) if m[0].strip())
    return [whole.part(start, end) for start, end in spans]


def _is_negated(sentence: Clause) -> bool:
    starts = [h.start for h in sentence.hits if h.concept == "not"]
    starts += [start for start, _ in sentence.forbidden]
    return any(not sentence.request.text[sentence.start : at].strip() for at in starts)


def _asks(sentence: Clause) -> bool:
    """Tell whether a sentence asks for words: a question, or advice. A polite order does not."""
    folded = sentence.request.folded[sentence.start : sentence.end].strip()
    opening = _opening(sentence)
    if opening & {"advise"}:
        return True
    if opening & {"question"} and "polite" not in opening:
        return True
    is_spaceless = bool(re.search(r"[\u3040-\u9fff]", folded))
    if is_spaceless and sentence.has("advise"):
        return True
    asks = folded.endswith(("?", "？")) or (is_spaceless and sentence.has("question"))
    return asks and not sentence.has("polite")


def _opening(sentence: Clause) -> set[str]:
    """Give the concepts of the first words, past articles and the like."""
    at = sentence.start
    text = sentence.request.folded
    for _ in range(5):
        while at < sentence.end and not text[at].isalnum():
            at += 1
        here = [h for h in sentence.hits if h.start == at]
        concepts = {h.concept for h in here}
        if not here or concepts & {"advise", "question"}:
            return concepts
        if not concepts & {"glue", "polite", "joins", "it"}:
            return concepts
        if "polite" in concepts:
            return concepts | {h.concept for h in sentence.hits if h.concept == "advise"}
        at = max(h.end for h in here)
    return set()
