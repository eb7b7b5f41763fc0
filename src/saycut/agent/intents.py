"""Which intents a clause holds: the rules of `intents.toml` tried on what was read."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from saycut.agent.clauses import Clause, unread

__all__ = ["Intent", "intents_of"]

_Place = tuple[int, int]
# Nothing a person types in one clause asks for more.
_INTENTS_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Intent:
    """Something wanted: the name of a rule and the clause it was found in.

    `taken` are the stretches that the rule's own needs took.
    """

    name: str
    clause: Clause
    taken: tuple[_Place, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    needs: tuple[frozenset[str], ...]
    refuses: frozenset[str] = field(default_factory=frozenset)
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: tuple[_Rule, ...]
    shares: frozenset[str]
    aside: frozenset[str]


def intents_of(clause: Clause) -> tuple[Intent, ...]:
    """Find what a clause asks for, the most telling rule first."""
    rules = _rules()
    found = _found(clause)
    names = frozenset(name for name, _ in found)
    is_bare = names - _values(clause) <= rules.aside and not unread(clause)
    matching = [r for r in rules.rules if not r.refuses & names and (is_bare or not r.is_alone)]
    matching.sort(key=lambda r: -len(r.needs))
    taken: set[_Place] = set()
    intents: list[Intent] = []
    for rule in matching:
        places = _taken(rule, found, rules.shares, taken)
        is_new = all(i.name != rule.name for i in intents)
        if places is not None and is_new and len(intents) < _INTENTS_MAX:
            taken.update(place for place, is_shared in places if not is_shared)
            intents.append(Intent(rule.name, clause, tuple(place for place, _ in places)))
    return tuple(intents)


def _found(clause: Clause) -> list[tuple[str, _Place]]:
    """List everything that a rule can name, with its place."""
    found = [(hit.concept, (hit.start, hit.end)) for hit in clause.hits]
    for family, members in _families().items():
        found += [(family, place) for name, place in found if name in members]
    found += [(f"#{value.kind.value}", (value.start, value.end)) for value in clause.values]
    found += [
        ("file" if quote.is_file_name else '"', (quote.start, quote.start + 1))
        for quote in clause.quotes
    ]
    found += [("which", (p.start, p.end)) for p in clause.pointers]
    return found


def _values(clause: Clause) -> frozenset[str]:
    return frozenset(f"#{value.kind.value}" for value in clause.values)


def _taken(
    rule: _Rule, found: Sequence[tuple[str, _Place]], shares: frozenset[str], taken: set[_Place]
) -> list[tuple[_Place, bool]] | None:
    """Give what the rule would take and whether others may take it too; None if it fails."""
    places: list[tuple[_Place, bool]] = []
    is_own = False
    for need in rule.needs:
        # Asked for twice, it has to be there twice: "replace 'A' with 'B'".
        used = [p for (p, _), other in zip(places, rule.needs, strict=False) if other == need]
        options = [(name, place) for name, place in found if name in need and place not in used]
        free = [(n, p) for n, p in options if n in shares or p not in taken]
        if not free:
            return None
        name, place = next(((n, p) for n, p in free if p not in taken), free[0])
        is_own = is_own or place not in taken
        places.append((place, name in shares))
    return places if is_own or all(shared for _, shared in places) else None


@cache
def _table() -> Mapping[str, Any]:
    file = resources.files("saycut.agent") / "intents.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _families() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in _table()["families"].items()}


@cache
def _rules() -> _Rules:
    table = _table()
    rules = tuple(
        _Rule(
            entry["name"],
            tuple(frozenset(need.split("|")) for need in entry["needs"]),
            frozenset(entry.get("refuses", ())),
            entry.get("alone", False),
        )
        for entry in table["rules"]
    )
    return _Rules(rules, frozenset(table["shares"]), frozenset(table["aside"]))
