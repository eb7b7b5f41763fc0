"""Sentences in the language of the person, filled in from `replies/*.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Voice", "has_voice", "voice_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """The sentences of one language; what it lacks is said in English."""

    language: str
    table: Mapping[str, Any]

    def say(self, section: str, key: str, **values: Any) -> str:
        """Fill a sentence in."""
        said: str = self.table[section][key]
        return said.format(**values)

    def listed(self, words: Iterable[str]) -> str:
        """Write a list as people do: `a, b and c`."""
        words = list(words)
        phrases = self.table["phrases"]
        if len(words) < 2:
            return "".join(words)
        return str(phrases["sep"].join(words[:-1]) + phrases["and"] + words[-1])

    def seconds(self, ms: int) -> str:
        """Write a length: `15 s`, from two minutes on `45:00 min`."""
        if ms >= 120_000:
            minutes, seconds = divmod(round(ms / 1000), 60)
            return f"{minutes}:{seconds:02}" + str(self.table["phrases"]["min"])
        return f"{ms / 1000:.1f}".removesuffix(".0") + str(self.table["phrases"]["s"])

    @property
    def topics(self) -> list[Mapping[str, Any]]:
        return list(self.table["topics"])


def has_voice(language: str | None) -> bool:
    """Tell whether there are words of one's own for a language (BCP 47)."""
    return language is not None and voice_of(language).language == language[:2].lower()


@cache
def voice_of(language: str | None) -> Voice:
    """Give the voice of a language (BCP 47), English where there is none."""
    short = (language or "en")[:2].lower()
    english = _table("en")
    folder = resources.files("saycut.agent") / "replies"
    if short == "en" or not (folder / f"{short}.toml").is_file():
        return Voice("en", english)
    own = _table(short)
    merged = {
        name: {**english.get(name, {}), **section} if isinstance(section, dict) else section
        for name, section in {**english, **own}.items()
    }
    return Voice(short, merged)


@cache
def _table(language: str) -> Mapping[str, Any]:
    file = resources.files("saycut.agent") / "replies" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
