"""All operations by name: what the planner does its work with, and the docs are made from.

A new operation is one new entry in a module of `saycut.edit.operations`, with its phrases:
how people ask for it, which the tests hold the planner to. `json_schema` describes all of
them as data, for reference pages and programs.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from saycut.edit.errors import UnknownOperation
from saycut.edit.operation import EditContext, Operation
from saycut.edit.operations import film, hearing, pictures, words
from saycut.timeline import Asset, Draft, InvalidDraft
from saycut.timeline.validate import problems

__all__ = [
    "LANGUAGES",
    "REGISTRY",
    "apply",
    "check_edit",
    "json_schema",
    "perform",
    "phrases",
]

LANGUAGES: Final = ("en", "zh")

REGISTRY: Final[Mapping[str, Operation[Any]]] = MappingProxyType(
    {
        operation.name: operation
        for module in (film, pictures, words, hearing)
        for operation in module.OPERATIONS
    }
)


def apply(
    draft: Draft,
    name: str,
    arguments: Mapping[str, Any] | BaseModel,
    context: EditContext,
) -> Draft:
    """Give the draft after an operation; the one given stays as it is.

    Raises:
        UnknownOperation: there is none of that name.
        InvalidArguments: a field is missing, unknown or out of its limits.
        InvalidDraft: the result would break the rules of the document.
        SaycutError: the operation cannot be done on this draft; its message says why.
    """
    after = perform(draft, name, arguments, context)
    check_edit(draft, after, context.assets)
    return after


def perform(
    draft: Draft,
    name: str,
    arguments: Mapping[str, Any] | BaseModel,
    context: EditContext,
) -> Draft:
    """Do an operation that is a step of a larger edit: who does it checks the whole at its end.

    Raises:
        UnknownOperation, InvalidArguments, SaycutError: as `apply`.
    """
    if name not in REGISTRY:
        raise UnknownOperation(name, list(REGISTRY))
    operation = REGISTRY[name]
    return operation.apply(draft, operation.parsed(arguments), context)


def check_edit(before: Draft, after: Draft, assets: Mapping[str, Asset]) -> None:
    """Check that a draft keeps the rules, and that an edit asked no more of an asset than it has.

    What asked too much of its asset before may go on: such a film can still be mended by edits.

    Raises:
        InvalidDraft: with the rules that are broken.
    """
    found = problems(after, assets)
    if not found:
        return
    own = set(problems(after))
    known = Counter(_rule(p) for p in problems(before, assets))
    counted = Counter[str]()
    broken = []
    for problem in found:
        rule = _rule(problem)
        counted[rule] += 1
        if problem in own or counted[rule] > known[rule]:
            broken.append(problem)
    if broken:
        raise InvalidDraft(broken)


def _rule(problem: str) -> str:
    """Give a problem without its numbers: how far a rule is broken changes with every edit."""
    return re.sub(r"\d+(?:\.\d+)?", "#", problem)


@cache
def phrases(language: str) -> Mapping[str, tuple[str, ...]]:
    """Give how people ask for each operation in a language of `LANGUAGES`.

    Raises:
        ValueError: there are no phrases in that language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no phrases in {language!r}: there are {', '.join(LANGUAGES)}")
    file = resources.files("saycut.edit") / "phrases" / f"{language}.toml"
    said = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType({name: tuple(lines) for name, lines in said.items()})


def json_schema() -> dict[str, Any]:
    """Describe all operations as data, by name."""
    return {name: operation.json_schema() for name, operation in REGISTRY.items()}
