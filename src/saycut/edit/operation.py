"""What an operation is: a named, typed, pure edit that people and programs can ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from saycut.edit.errors import InvalidArguments, UnknownAsset
from saycut.timeline import Asset, Draft

__all__ = ["Arguments", "EditContext", "Operation"]


class Arguments(BaseModel):
    """The base of all arguments: immutable, every field described, nothing unknown let in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class EditContext:
    """What edits may know besides the draft: the project's assets by id."""

    assets: Mapping[str, Asset] = field(default_factory=dict)

    def asset(self, asset_id: str) -> Asset:
        """Raises UnknownAsset: the project has none of that id."""
        if asset_id not in self.assets:
            raise UnknownAsset(asset_id, self.assets)
        return self.assets[asset_id]


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Operation(Generic[A]):
    """An edit in the registry.

    `apply` is pure: the same draft, arguments and context always give the same draft.
    `examples` are sentences that a person would say to ask for it.
    """

    name: str
    arguments: type[A]
    summary: str
    examples: tuple[str, ...]
    apply: Callable[[Draft, A, EditContext], Draft]

    def parsed(self, arguments: Mapping[str, Any] | BaseModel) -> A:
        """Read arguments into their model; the first fault is told.

        Raises:
            InvalidArguments: a field is missing, unknown or out of its limits.
        """
        if isinstance(arguments, self.arguments):
            return arguments
        if isinstance(arguments, BaseModel):
            arguments = arguments.model_dump(exclude_unset=True)
        try:
            return self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            raise self._fault(error) from error

    def json_schema(self) -> dict[str, Any]:
        """Describe the operation as data: for reference pages and the tools of language models."""
        return {
            "summary": self.summary,
            "examples": list(self.examples),
            "arguments": self.arguments.model_json_schema(),
        }

    def _fault(self, error: ValidationError) -> InvalidArguments:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(p) for p in first["loc"]) or "arguments"
        names = ", ".join(self.arguments.model_fields)
        expected = first["msg"][:1].lower() + first["msg"][1:]
        if first["type"] == "extra_forbidden":
            expected = f"there is no such argument; it takes {names}" if names else "it takes none"
        elif known := self.arguments.model_fields.get(place.split(".")[0]):
            expected += f"; {place.split('.')[0]} is: {known.description}"
        return InvalidArguments(self.name, place, first["input"], expected)
