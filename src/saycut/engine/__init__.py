"""What can be done with projects: take media in, answer requests, undo, render films.

All doors go through here. It joins the store with understanding and rendering, and knows
neither commands nor HTTP. Names are loaded when they are first used: a list of projects must
not wait for the decoders.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from saycut.agent import Turn
    from saycut.engine.engine import LONG_ID_LENGTH, Done, Engine, Workshop, name_of, new_id
    from saycut.engine.errors import (
        BadName,
        BadSetting,
        CacheUnusable,
        EmptyRequest,
        FilesRefused,
        FilmNotWritten,
        MediaLost,
        NotDone,
        NoTemporaryFolder,
        SizeRefused,
    )
    from saycut.engine.intake import Given, Intake, Refusal, Taken
    from saycut.engine.shelf import Shelf, Snapshot, snapshot_of
    from saycut.engine.sizes import Size
    from saycut.render import Encoding, ExportReport, Progress

__all__ = [
    "LONG_ID_LENGTH",
    "BadName",
    "BadSetting",
    "CacheUnusable",
    "Done",
    "EmptyRequest",
    "Encoding",
    "Engine",
    "ExportReport",
    "FilesRefused",
    "FilmNotWritten",
    "Given",
    "Intake",
    "MediaLost",
    "NoTemporaryFolder",
    "NotDone",
    "Progress",
    "Refusal",
    "Shelf",
    "Size",
    "SizeRefused",
    "Snapshot",
    "Taken",
    "Turn",
    "Workshop",
    "name_of",
    "new_id",
    "snapshot_of",
]

_ENGINE: typing.Final = "saycut.engine.engine"
_ERRORS: typing.Final = "saycut.engine.errors"
_INTAKE: typing.Final = "saycut.engine.intake"
_SHELF: typing.Final = "saycut.engine.shelf"
_HOMES: typing.Final = {
    "Done": _ENGINE,
    "Engine": _ENGINE,
    "LONG_ID_LENGTH": _ENGINE,
    "Workshop": _ENGINE,
    "name_of": _ENGINE,
    "new_id": _ENGINE,
    "Given": _INTAKE,
    "Intake": _INTAKE,
    "Refusal": _INTAKE,
    "Taken": _INTAKE,
    "Shelf": _SHELF,
    "Snapshot": _SHELF,
    "snapshot_of": _SHELF,
    "Size": "saycut.engine.sizes",
    "Encoding": "saycut.render",
    "ExportReport": "saycut.render",
    "Progress": "saycut.render",
    "Turn": "saycut.agent",
}


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, _ERRORS)), name)
