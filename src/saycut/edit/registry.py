"""All operations by name: what the planner, language models, the HTTP edit route and the docs read.

A new operation is one new entry in a module of `saycut.edit.operations`, with its phrases.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from saycut.edit.errors import UnknownOperation
from saycut.edit.operation import EditContext, Operation
from saycut.edit.operations import film, hearing, pictures, words
from saycut.timeline import Draft
from saycut.timeline.validate import check

__all__ = ["LANGUAGES", "REGISTRY", "apply", "json_schema", "phrases"]

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
    if name not in REGISTRY:
        raise UnknownOperation(name, list(REGISTRY))
    operation = REGISTRY[name]
    after = operation.apply(draft, operation.parsed(arguments), context)
    check(after)
    return after


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
