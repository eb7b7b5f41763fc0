"""Words for the screen that stand behind a label instead of in quotes: "Title: Golden Hour."."""

import re
from collections.abc import Iterator
from typing import Final

from saycut.agent.clauses import Clause, begins_an_order
from saycut.agent.lexicon import Hit

__all__ = ["labels_quoted"]

_LABELS: Final = frozenset(
    ["title", "intro_text", "subtitle", "end_card", "cta", "at_end", "at_start"]
)
# What may stand between a label and its colon: "End with:", "the title should say:".
_SMALL: Final = frozenset(["to", "glue", "says", "text"])
_COLON: Final = re.compile(r"\s*[:：]\s*(?=\S)")
_STOP: Final = re.compile(r"[;；!！?？。\n|]|\.(?=\s|$)|[,，](?=\s)")
_QUOTED: Final = re.compile(r"[\ue000-\uf8ff]")


def labels_quoted(whole: Clause) -> str | None:
    """Give the request with labelled words in quotes, None where nothing is labelled.

    They go on to the end of the sentence, or to a comma that another order or label follows.
    """
    text = whole.request.text
    spans = [(start, end) for start, end in _spans(whole) if _is_plain(text[start:end])]
    if not spans:
        return None
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], f"“{text[start:end]}”"]
        at = end
    quotes = (f"“{q.content}”" if not q.is_file_name else q.content for q in whole.quotes)
    return _QUOTED.sub(lambda _: next(quotes), "".join([*parts, text[at:]]))


def _spans(whole: Clause) -> Iterator[tuple[int, int]]:
    found = [(h, start) for h in whole.hits if (start := _start(whole, h)) is not None]
    ends = [label.start for label, _ in found[1:]] + [len(whole.request.text)]
    taken = 0
    for (_, start), limit in zip(found, ends, strict=False):
        if start >= taken:
            taken = _end(whole, start, limit if limit > start else len(whole.request.text))
            yield start, taken


def _start(whole: Clause, label: Hit) -> int | None:
    """Give where the words of a label begin, None when it is none."""
    if label.concept not in _LABELS:
        return None
    folded, at = whole.request.folded, label.end
    small = [h for h in whole.hits if h.concept in _SMALL]
    while not (colon := _COLON.match(folded, at)):
        while folded[at : at + 1] == " ":
            at += 1
        following = max((h.end for h in small if h.start == at), default=None)
        if following is None:
            return None
        at = following
    return colon.end()


def _end(whole: Clause, start: int, limit: int) -> int:
    folded = whole.request.folded
    for stop in _STOP.finditer(folded, start, limit):
        if stop[0] in "!！?？":
            return stop.end()
        if stop[0] not in ",，" or begins_an_order(whole, stop.end()):
            return stop.start()
    return len(folded[:limit].rstrip(" ,，"))


def _is_plain(words: str) -> bool:
    return bool(re.search(r"\w", words)) and not _QUOTED.search(words)
