"""Writes the reference pages that follow from the code: `python docs/build.py`.

A test compares the pages with what this gives, so they cannot fall behind.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from saycut.edit import REGISTRY, Operation
from saycut.settings import VARIABLES, Variable
from saycut.timeline import (
    Curve,
    Draft,
    Easing,
    Keyframe,
    Segment,
    Sound,
    SoundRole,
    Text,
    TextRole,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)
from saycut.timeline.wire import draft_schema, draft_to_wire

FOLDER: Final = Path(__file__).parent

DRAFT_INTRO: Final = """\
# The draft on the wire

A draft is a film as a document: a canvas, and tracks of segments. This is its JSON, as
projects keep it, `saycut make --draft` writes it and clients read it. The keys are
short because chat clients carry drafts in their context.

- All times are whole milliseconds; ranges are half-open. Timeline time says when a segment
  plays (`s`, `d`), media time where in its asset it begins (`so`). How much of the asset is
  used follows from `d` and the speed `sp`.
- Segments of a track are sorted and never overlap. Later video tracks lie over earlier ones,
  texts over all pictures.
- A transition `tr` belongs to the segment that enters, lies half before and half after its
  start, and moves nothing.
- Values at their defaults are left out. Keys that Saycut does not know are kept, wherever they
  stand, and written back.
- `d` of the draft, and `m.name` and `m.volume` (percent) of segments are written for readers
  and not read back: they follow from the rest.
- A draft is ready for export when a track has a non-empty `sg`.

A wrong value is refused with its path (`t[0].sg[2].s: expected a whole number, found '1s'`);
a draft of the right shape that breaks a rule is refused with all its problems and their places.

This page is made by `python docs/build.py`; do not edit it by hand.
"""


OPERATIONS_INTRO: Final = """\
# Operations

All that can be done to a draft. Each operation is one entry of the registry (`saycut.edit`),
which the planner, this page and every door share. `apply(draft, name, arguments, context)` checks
the arguments, applies the operation and checks that the result keeps the rules of the document;
the draft that was given is never changed. Times are whole milliseconds; `index` counts the shots
of the film from 0, `-1` is the last one.

The sentences under each name are examples of what a person says to ask for it.

This page is made by `python docs/build.py`; do not edit it by hand.
"""


SETTINGS_INTRO: Final = """\
# Settings

Saycut reads its settings from environment variables, once, when it starts. A variable that is
set but empty counts as not set. Options of `saycut serve` come before variables of the same
meaning.

This page is made by `python docs/build.py`; do not edit it by hand.
"""


def pages() -> dict[str, str]:
    """Give the text of each page by its file name."""
    return {
        "draft.md": _draft_page(),
        "operations.md": _operations_page(),
        "settings.md": _settings_page(),
    }


def _settings_page() -> str:
    """Write the table of variables: those of every command, then those of the server."""
    own = [variable for variable in VARIABLES if not variable.is_of_server]
    server = [variable for variable in VARIABLES if variable.is_of_server]
    return "\n".join(
        [
            SETTINGS_INTRO,
            "## Every command\n",
            *_variables(own),
            "## `saycut serve`\n",
            *_variables(server),
        ]
    )


def _variables(variables: Sequence[Variable]) -> list[str]:
    rows = [f"| `{v.name}` | {v.meaning} | {v.default} |" for v in variables]
    return ["| Variable | Meaning | Default |", "|---|---|---|", *rows, ""]


def _draft_page() -> str:
    schema = draft_schema()
    example = json.dumps(draft_to_wire(_example()), indent=2)
    return "\n".join(
        [
            DRAFT_INTRO,
            "## Example\n",
            "A photo for four seconds, a crossfade of half a second to the next, a title, music at",
            f"35 % that fades out:\n\n```json\n{example}\n```\n",
            "## Keys\n",
            *_tables(schema, "draft", "the whole document"),
            "## JSON Schema\n",
            f"```json\n{json.dumps(schema, indent=2)}\n```\n",
        ]
    )


def _operations_page() -> str:
    """Write what can be done to a draft: one section an operation of the registry."""
    contents = [f"- [`{name}`](#{name}): {op.summary}" for name, op in REGISTRY.items()]
    sections = [line for op in REGISTRY.values() for line in _operation(op)]
    return "\n".join([OPERATIONS_INTRO, *contents, "", *sections])


def _operation(operation: Operation[Any]) -> list[str]:
    lines = [f"## {operation.name}\n", f"{operation.summary}\n"]
    lines.append("; ".join(f"“{example}”" for example in operation.examples) + "\n")
    schema = operation.arguments.model_json_schema()
    if schema.get("properties"):
        lines += ["| Argument | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, value in schema.get("properties", {}).items():
        is_required = name in schema.get("required", [])
        default = "must be given" if is_required else f"`{json.dumps(value.get('default'))}`"
        kind = _argument_type(value, schema.get("$defs", {}))
        lines.append(f"| `{name}` | {kind} | {default} | {value['description']} |")
    return [*lines, ""]


def _argument_type(value: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return _argument_type(definitions[value["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in value:
        kinds = [_argument_type(one, definitions) for one in value["anyOf"]]
        return " or ".join(kind for kind in kinds if kind != "null")
    if "enum" in value:
        return ", ".join(f"`{code}`" for code in value["enum"])
    if value.get("type") == "array" and "items" in value:
        return f"list of {_argument_type(value['items'], definitions)}s"
    if value.get("type") == "object" and value.get("properties"):
        return "object of " + ", ".join(f"`{key}`" for key in value["properties"])
    return str(value.get("type", value.get("const", "value")))


def _tables(schema: Mapping[str, Any], title: str, where: str) -> list[str]:
    """Write a table of an object's keys, then those of the objects in it."""
    lines = [f"### {title}\n", f"{where[0].upper()}{where[1:]}.\n", "| Key | Type | Meaning |"]
    lines.append("|---|---|---|")
    inner: list[str] = []
    for key, value in schema["properties"].items():
        must = "" if key in schema["required"] else " (optional)"
        lines.append(f"| `{key}` | {_type(value)}{must} | {value['description']} |")
        if (found := _object_in(value)) is not None:
            inner += _tables(found, found["title"], f"`{key}` of a {title}")
    return [*lines, "", *inner]


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(code)}`" for code in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "prefixItems" in schema:
        return "list of " + str(len(schema["prefixItems"]))
    if schema.get("type") == "array":
        return f"list of {schema['items'].get('title', 'keyframe')}s"
    kind = schema.get("title") or schema["type"]
    return kind if isinstance(kind, str) else " or ".join(kind)


def _object_in(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for candidate in (schema, schema.get("items", {}), *schema.get("anyOf", [])):
        if candidate.get("type") == "object":
            return dict(candidate)
    return None


def _example() -> Draft:
    opening = Segment(id="s1", track_range=TimeRange(0, 4000), asset_id="a1b2c3")
    second = Segment(
        id="s2",
        track_range=TimeRange(4000, 3500),
        asset_id="d4e5f6",
        transition=Transition(TransitionKind.CROSSFADE, 500),
    )
    title = Segment(
        id="x1", track_range=TimeRange(200, 2600), text=Text("Golden Hour", role=TextRole.TITLE)
    )
    quiet = Curve((Keyframe(0, -9.1), Keyframe(6000, -9.1, Easing.EASE_IN), Keyframe(7500, -24)))
    music = Segment(
        id="m1",
        track_range=TimeRange(0, 7500),
        asset_id="0a1b2c",
        name="Lo-fi",
        sound=Sound(gain_db=quiet, fade_out_ms=1500, role=SoundRole.MUSIC),
    )
    return Draft(
        tracks=(
            Track(id="t1", kind=TrackKind.VIDEO, segments=(opening, second)),
            Track(id="t2", kind=TrackKind.TEXT, segments=(title,)),
            Track(id="t3", kind=TrackKind.AUDIO, segments=(music,)),
        )
    )


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
