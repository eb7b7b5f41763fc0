"""`docs/protocol.md` taken apart: where it tells of a call, and which names and fields it tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

__all__ = [
    "PAGE",
    "Call",
    "Place",
    "Section",
    "calls_in",
    "fields_told",
    "key_of",
    "names_in",
    "place_of",
    "plain",
    "sections",
    "told_at",
]

PAGE: Final = Path(__file__).parent.parent / "docs" / "protocol.md"
CALL: Final = re.compile(r"`(GET|POST|PUT|PATCH|HEAD|DELETE|OPTIONS) (/[^`?\s]*)[^`]*`")

Call = tuple[str, str]
Row = tuple[str, ...]


@dataclass(slots=True)
class Section:
    """A heading with what stands below it; `own` ends at the next heading, `text` does not."""

    level: int
    title: str
    own: str = ""
    text: str = ""
    rows: list[tuple[Row, Row]] = field(default_factory=list)
    """Head and cells of each row of its own tables."""


def plain(call: Call) -> Call:
    """Give a call with its placeholders made equal: each side names them in its own way."""
    method, path = call
    return method, re.sub(r"\{\w+\}", "{}", path)


def calls_in(text: str) -> list[Call]:
    """Give the calls that a text names as `METHOD /path`."""
    return [plain((m[1], m[2])) for m in CALL.finditer(text)]


@cache
def sections() -> tuple[Section, ...]:
    """Give the sections of the page, in its order."""
    found: list[Section] = []
    is_code = False
    for line in PAGE.read_text("utf-8").splitlines(keepends=True):
        is_code ^= line.startswith("```")
        heading = None if is_code else re.match(r"(#+) (.+)", line)
        if heading:
            found.append(Section(len(heading[1]), heading[2]))
        level = found[-1].level
        found[-1].own += line
        for section in reversed(found):
            if section is found[-1] or section.level < level:
                section.text += line
                level = min(level, section.level)
    for section in found:
        section.rows = list(_rows(section.own))
    return tuple(found)


def _rows(text: str) -> Iterator[tuple[Row, Row]]:
    head: Row = ()
    for line in text.splitlines():
        if not line.startswith("|"):
            head = ()
            continue
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | "))
        if not head:
            head = cells
        elif not set(line) <= set("|-"):
            yield head, cells


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")


def names_in(text: str) -> set[str]:
    """Give the names that stand in a text as code: the last part of `output.format`, `files[]`."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", CALL.sub("", prose))
    return {key_of(_last(span)) for span in spans}


def _last(span: str) -> str:
    return span.rpartition(".")[2].removesuffix("[]")


def key_of(name: str) -> str:
    """Give a name without its spelling: requests may be snake_case or camelCase, headers any."""
    return name.replace("_", "").lower()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page tells of a call: in a section of its own, or in a row of a table."""

    section: Section
    row: str | None


def place_of(call: Call) -> Place | None:
    """Give where the page tells of a call; None where it does not."""
    for section in sections():
        if call in calls_in(section.title):
            return Place(section, None)
    for section in sections():
        for _, cells in section.rows:
            if call in calls_in(cells[0]):
                return Place(section, " | ".join(cells))
    return None


def told_at(place: Place) -> str:
    """Give all that is told of a call: its section, and those that this refers to."""
    links = re.findall(r"\]\(#([^)]+)\)", place.section.text)
    others = [s.text for s in sections() if _anchor(s.title) in links]
    return place.section.text + "".join(others)


def fields_told(section: Section) -> Iterator[tuple[str, frozenset[str]]]:
    """Iterate over the fields in a section's own tables, each with its type in words."""
    for head, cells in section.rows:
        if len(head) > 1 and head[1] == "Type":
            said = re.sub(r"\bof \w+", "", cells[1])
            words = frozenset(re.findall(r"string|integer|number|boolean|object|list|null", said))
            types = [frozenset({w}) for w in said.split(", ")] if ", " in said else [words]
            names = re.findall(r"`([^`]+)`", cells[0])
            for place, name in enumerate(names):
                yield (
                    _last(name),
                    types[place] if len(types) == len(names) else types[0],
                )
