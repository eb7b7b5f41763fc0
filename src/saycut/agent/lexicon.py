"""The words of each language, read from `languages/*.toml`, and what they stand for.

A concept is a meaning that rules can name, such as `remove` or `music`, whatever the
language. A new language is a new file; no code knows any language.

In the files a phrase matches whole words, in any case; a space and a hyphen are alike, and
`*` at the end of a word lets it go on. Scripts that write no spaces match anywhere.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

__all__ = [
    "Hit",
    "Lexicon",
    "is_known_language",
    "language_of",
    "language_written",
    "languages",
    "lexicon_for",
]

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
_SPACELESS: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
# Words, numbers, and single characters of scripts without spaces.
_TOKEN: Final = re.compile(
    rf"[{_SPACELESS}]|[^\W\d_{_SPACELESS}]+(?:'[^\W\d_{_SPACELESS}]+)*\*?|\d+"
)
_STEM_MIN: Final = 3
# What people type as a whole request.
_ALONE: Final = ("export", "credits", "status", "upload", "undo", "redo")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a request: what it means and where it stands."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """What the phrases of one or more languages mean.

    `concepts` maps phrases, written as `_key` does, to what they stand for; `units` maps `ms`,
    `s`, `min`, `h` to their names; `numbers` maps words to what they count, `ordinals` to
    places from 1. `longest` is the number of words in the longest phrase.
    """

    concepts: Mapping[str, frozenset[str]]
    longest: int
    units: Mapping[str, str]
    numbers: Mapping[str, float]
    ordinals: Mapping[str, int]

    def hits(self, folded: str) -> tuple[Hit, ...]:
        """Find the concepts of a request in order; of two phrases, one inside the other, the
        longer one counts."""
        tokens = list(_TOKEN.finditer(folded))
        found = [
            Hit(concept, tokens[first].start(), tokens[last].end())
            for first in range(len(tokens))
            for last, concept in self._from(folded, tokens, first)
        ]
        found.sort(key=lambda hit: (hit.start, -hit.end, hit.concept))
        return tuple(_outermost(found))

    def _from(
        self, folded: str, tokens: Sequence[re.Match[str]], first: int
    ) -> Iterator[tuple[int, str]]:
        """Give the phrases that begin with a word: the last word of each, and what it means."""
        key = ""
        for last in range(first, min(first + self.longest, len(tokens))):
            word = tokens[last][0]
            gap = folded[tokens[last - 1].end() : tokens[last].start()] if last > first else ""
            key += _gap(gap)
            for end in range(_STEM_MIN, len(word) + 1):
                for concept in self.concepts.get(f"{key}{word[:end]}*", ()):
                    yield last, concept
            key += word
            for concept in self.concepts.get(key, ()):
                yield last, concept


@cache
def languages() -> tuple[str, ...]:
    """List the languages that there are phrases for."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


@cache
def lexicon_for(language: str) -> Lexicon:
    """Give the words of a language joined with those of English, which people mix in anywhere."""
    names = ["en", language] if language in languages() and language != "en" else ["en"]
    tables = [_table(name) for name in names]
    concepts: dict[str, set[str]] = {}
    units: dict[str, list[str]] = {}
    for table in tables:
        for concept, phrases in table.get("concepts", {}).items():
            for phrase in phrases:
                concepts.setdefault(_key(phrase.lower()), set()).add(concept)
        for unit, names_of_unit in table.get("units", {}).items():
            units.setdefault(unit, []).extend(names_of_unit)
    return Lexicon(
        concepts={key: frozenset(meant) for key, meant in concepts.items()},
        longest=max(len(_TOKEN.findall(key)) for key in concepts),
        units={unit: _unit_pattern(words) for unit, words in units.items()},
        numbers={k: v for t in tables for k, v in t.get("numbers", {}).items()},
        ordinals={k: v for t in tables for k, v in t.get("ordinals", {}).items()},
    )


def language_of(text: str) -> str:
    """Tell the language of a request by its script, then by its commonest small words."""
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    if _HAN.search(text):
        return "zh"
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    scores = {name: len(words & _telling_words(name)) for name in languages()}
    best = max(scores, key=lambda name: (scores[name], name == "en"))
    return best if scores[best] else "en"


def is_known_language(text: str) -> bool:
    """Tell whether a text is in a language that there are phrases for, as far as it shows."""
    language = language_written(text, "")
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    return bool(language) or (
        language == "" and any(words & _telling_words(name) for name in languages())
    )


def language_written(text: str, otherwise: str) -> str | None:
    """Tell the language of words for the screen by their script; `otherwise` for Latin letters.

    None for a script of which no language is known here.
    """
    foreign = [c for c in text if c.isalpha() and "LATIN" not in unicodedata.name(c, "")]
    if not foreign:
        return otherwise
    if all(_HAN.match(c) for c in foreign) and otherwise == "ja":
        return "ja"
    known = all(_HAN.match(c) or _KANA.match(c) or _HANGUL.match(c) for c in foreign)
    return language_of("".join(foreign)) if known else None


def _outermost(hits: Sequence[Hit]) -> Iterator[Hit]:
    longest = Hit("", -1, -1)
    for hit in hits:
        if hit.end > longest.end or (hit.start, hit.end) == (longest.start, longest.end):
            yield hit
        if hit.end > longest.end:
            longest = hit


def _key(phrase: str) -> str:
    """Write a phrase the one way in which it is looked up."""
    tokens = list(_TOKEN.finditer(phrase))
    words = [tokens[0][0]]
    for before, token in pairwise(tokens):
        words += [_gap(phrase[before.end() : token.start()]), token[0]]
    return "".join(words)


def _gap(between: str) -> str:
    """Make spaces and hyphens alike; anything else has to be there as it is."""
    return " " if between and not between.strip(" -\n") else between


def _unit_pattern(words: Iterable[str]) -> str:
    longest_first = sorted(set(words), key=lambda w: (-len(w), w))
    spaced = "|".join(re.escape(w) for w in longest_first if not re.search(f"[{_SPACELESS}]", w))
    unspaced = "|".join(re.escape(w) for w in longest_first if re.search(f"[{_SPACELESS}]", w))
    whole = rf"(?:{spaced})(?![^\W\d_{_SPACELESS}])" if spaced else ""
    return f"(?:{'|'.join(p for p in (whole, unspaced) if p)})"


def _folder() -> Any:
    return resources.files("saycut.agent") / "languages"


@cache
def _table(language: str) -> Mapping[str, Any]:
    return tomllib.loads((_folder() / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def _telling_words(language: str) -> frozenset[str]:
    """Give words that tell a language: its small ones, and those that people type alone."""
    table = _table(language)
    alone = (word for concept in _ALONE for word in table["concepts"].get(concept, ()))
    return frozenset(table.get("telling", ())) | frozenset(alone)
