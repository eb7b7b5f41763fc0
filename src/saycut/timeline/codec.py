"""Small codecs between values and JSON, each able to say its own JSON Schema.

`wire.py` joins them into tables; the keys stand there alone. A codec turns JSON into a
value (`decode`, which raises `WireError` with the path), a value into JSON (`encode`),
and describes the JSON it takes (`schema`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, Final, Protocol

from saycut.timeline.errors import WireError

__all__ = [
    "REQUIRED",
    "Choice",
    "Codec",
    "Flag",
    "Integer",
    "ListOf",
    "Nullable",
    "Number",
    "Ratio",
    "Record",
    "String",
    "Value",
    "field",
]

REQUIRED: Final = object()

_RATIO: Final = re.compile(r"-?[0-9]{1,12}(/[0-9]{1,12})?")
# Beyond it JSON of other programs loses digits; thousands of them would break messages, too.
_INTEGER_MAX: Final = 2**53 - 1
# As many digits as the pattern takes.
_RATIO_MAX: Final = 10**12 - 1


class Codec(Protocol):
    def decode(self, raw: Any, path: str) -> Any: ...
    def encode(self, value: Any) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number; `30.0` is taken as 30, `true` is not a number."""

    def decode(self, raw: Any, path: str) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or raw != raw // 1:
            raise WireError(path, "a whole number", raw)
        if abs(raw) > _INTEGER_MAX:
            raise WireError(path, "a whole number of at most 2^53 - 1", raw)
        return int(raw)

    def encode(self, value: int) -> int:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    def decode(self, raw: Any, path: str) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) < 1e300:
            raise WireError(path, "a finite number", raw)
        return float(raw)

    def encode(self, value: float) -> float | int:
        return int(value) if value == int(value) else value

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact ratio: `30`, `1.5` or `"30000/1001"`."""

    def decode(self, raw: Any, path: str) -> Fraction:
        try:
            # The pattern first: `Fraction` would work for hours on "1e999999999".
            if isinstance(raw, str) and _RATIO.fullmatch(raw):
                return Fraction(raw)
            is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
            if is_number and abs(raw) <= _RATIO_MAX:
                return Fraction(raw).limit_denominator(1001)
        except (ValueError, ZeroDivisionError, OverflowError):
            pass
        raise WireError(path, 'a number or a ratio like "30000/1001"', raw)

    def encode(self, value: Fraction) -> int | str:
        return value.numerator if value.denominator == 1 else str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": ["number", "string"], "pattern": f"^{_RATIO.pattern}$"}


@dataclass(frozen=True, slots=True)
class String:
    def decode(self, raw: Any, path: str) -> str:
        if not isinstance(raw, str):
            raise WireError(path, "a text", raw)
        return raw

    def encode(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Flag:
    def decode(self, raw: Any, path: str) -> bool:
        if not isinstance(raw, bool):
            raise WireError(path, "true or false", raw)
        return raw

    def encode(self, value: bool) -> bool:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values, each with its code on the wire."""

    codes: Mapping[Any, Enum]

    @classmethod
    def of(cls, kind: type[Enum]) -> "Choice":
        return cls({member.value: member for member in kind})

    def decode(self, raw: Any, path: str) -> Enum:
        if isinstance(raw, bool) or not isinstance(raw, str | int) or raw not in self.codes:
            raise WireError(path, f"one of {list(self.codes)}", raw)
        return self.codes[raw]

    def encode(self, value: Enum) -> Any:
        return next(code for code, member in self.codes.items() if member is value)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.codes)}


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or null."""

    inner: Codec

    def decode(self, raw: Any, path: str) -> Any:
        return None if raw is None else self.inner.decode(raw, path)

    def encode(self, value: Any) -> Any:
        return None if value is None else self.inner.encode(value)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.inner.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class ListOf:
    inner: Codec

    def decode(self, raw: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple):
            raise WireError(path, "a list", raw)
        return tuple(self.inner.decode(item, f"{path}[{i}]") for i, item in enumerate(raw))

    def encode(self, value: Sequence[Any]) -> list[Any]:
        return [self.inner.encode(item) for item in value]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.inner.schema()}


@dataclass(frozen=True, slots=True)
class Value:
    """A value written as a list of plain JSON values: a rectangle is `[x, y, width, height]`."""

    inner: tuple[Codec, ...]
    make: Callable[..., Any]
    take: Callable[[Any], tuple[Any, ...]]
    note: str
    # How many may be left out at the end; `make` has defaults for them.
    optional_count: int = 0

    def decode(self, raw: Any, path: str) -> Any:
        least, most = len(self.inner) - self.optional_count, len(self.inner)
        if not isinstance(raw, list | tuple) or not least <= len(raw) <= most:
            raise WireError(path, self.note, raw)
        given = zip(self.inner, raw, strict=False)
        return self.make(*(c.decode(x, f"{path}[{i}]") for i, (c, x) in enumerate(given)))

    def encode(self, value: Any) -> list[Any]:
        return [c.encode(x) for c, x in zip(self.inner, self.take(value), strict=True)]

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "description": self.note,
            "prefixItems": [c.schema() for c in self.inner],
            "minItems": len(self.inner) - self.optional_count,
            "maxItems": len(self.inner),
        }


@dataclass(frozen=True, slots=True)
class _Field:
    key: str
    name: str
    codec: Codec
    note: str
    default: Any
    take: Callable[[Any], Any]


def field(
    key: str,
    name: str,
    codec: Codec,
    note: str,
    default: Any = REQUIRED,
    take: Callable[[Any], Any] | None = None,
) -> _Field:
    """Bind the wire key to the argument `name` of the class; values at the default are left out."""
    return _Field(key, name, codec, note, default, take or (lambda owner: getattr(owner, name)))


@dataclass(frozen=True, slots=True)
class Record:
    """An object. Keys it does not know are kept, however deep, and written back.

    A class with an `extra` attribute keeps them itself; in others (a picture, a sound) they
    rise to the next owner that has one. `derived` lists keys that are written for readers
    and follow from the value: they are not read back.
    """

    title: str
    make: Callable[..., Any]
    fields: tuple[_Field, ...]
    has_extra: bool = False
    derived: Mapping[str, Any] | None = None

    def decode(self, raw: Any, path: str) -> Any:
        value, _ = self._read(raw, path)
        return value

    def encode(self, value: Any) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for known in self.fields:
            part = known.take(value)
            if known.default is REQUIRED or part != known.default:
                written[known.key] = known.codec.encode(part)
        return _merged(written, value.extra) if self.has_extra else written

    def schema(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "type": "object",
            "properties": {f.key: {"description": f.note, **f.codec.schema()} for f in self.fields},
            "required": [f.key for f in self.fields if f.default is REQUIRED],
        }

    def _read(self, raw: Any, path: str) -> tuple[Any, dict[str, Any]]:
        if not isinstance(raw, Mapping):
            raise WireError(path, f"an object ({self.title})", raw)
        rest = _without(raw, self.derived or {})
        arguments: dict[str, Any] = {}
        for known in self.fields:
            here = f"{path}.{known.key}" if path else known.key
            if known.key not in rest:
                if known.default is REQUIRED:
                    raise WireError(here, known.note, None)
                arguments[known.name] = known.default
                continue
            part = rest.pop(known.key)
            inner = known.codec.inner if isinstance(known.codec, Nullable) else known.codec
            if isinstance(inner, Record) and part is not None and not inner.has_extra:
                arguments[known.name], deeper = inner._read(part, here)
                if deeper:
                    rest[known.key] = deeper
            else:
                arguments[known.name] = known.codec.decode(part, here)
        if not self.has_extra:
            return self.make(**arguments), rest
        return self.make(**arguments, extra=rest), {}


def _without(raw: Mapping[str, Any], derived: Mapping[str, Any]) -> dict[str, Any]:
    """Copy `raw` less the keys of `derived`; a nested mapping there names keys of an inner object.

    An inner object with nothing left is dropped.
    """
    kept: dict[str, Any] = {}
    for key, value in raw.items():
        inner = derived.get(key)
        if isinstance(inner, Mapping) and isinstance(value, Mapping):
            if left := _without(value, inner):
                kept[key] = left
        elif key not in derived:
            kept[key] = value
    return kept


def _merged(written: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in extra.items():
        inner = written.get(key)
        if isinstance(inner, dict) and isinstance(value, Mapping):
            written[key] = _merged(inner, value)
        elif key not in written:
            written[key] = value
    return written
