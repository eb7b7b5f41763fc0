"""What can be done with projects: take media in, answer requests, undo, render films.

All doors go through here. It joins the store with understanding and rendering, and knows
neither commands nor HTTP. Names are loaded when they are first used: a list of projects must
not wait for the decoders.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from saycut.agent import Turn
    from saycut.engine.drafts import DraftFile, Supplied, read_draft, render_draft, supply
    from saycut.engine.engine import LONG_ID_LENGTH, UNNAMED, Done, Engine, name_of, new_id
    from saycut.engine.errors import (
        AssetInUse,
        AssetNotNamed,
        BadName,
        BadSetting,
        CacheUnusable,
        DraftUnreadable,
        EmptyRequest,
        FilesRefused,
        FilmNotWritten,
        MediaDeleted,
        MediaLost,
        MediaNotGiven,
        NotDone,
        NoTemporaryFolder,
        SizeRefused,
    )
    from saycut.engine.intake import Given, Intake, Refusal, Taken
    from saycut.engine.probing import Probed, probe
    from saycut.engine.shelf import Shelf, Snapshot, snapshot_of
    from saycut.engine.sizes import Size
    from saycut.engine.workshop import Workshop
    from saycut.render import Encoding, ExportReport, Progress

__all__ = [
    "LONG_ID_LENGTH",
    "UNNAMED",
    "AssetInUse",
    "AssetNotNamed",
    "BadName",
    "BadSetting",
    "CacheUnusable",
    "Done",
    "DraftFile",
    "DraftUnreadable",
    "EmptyRequest",
    "Encoding",
    "Engine",
    "ExportReport",
    "FilesRefused",
    "FilmNotWritten",
    "Given",
    "Intake",
    "MediaDeleted",
    "MediaLost",
    "MediaNotGiven",
    "NoTemporaryFolder",
    "NotDone",
    "Probed",
    "Progress",
    "Refusal",
    "Shelf",
    "Size",
    "SizeRefused",
    "Snapshot",
    "Supplied",
    "Taken",
    "Turn",
    "Workshop",
    "name_of",
    "new_id",
    "probe",
    "read_draft",
    "render_draft",
    "snapshot_of",
    "supply",
]

_DRAFTS: typing.Final = "saycut.engine.drafts"
_ENGINE: typing.Final = "saycut.engine.engine"
_ERRORS: typing.Final = "saycut.engine.errors"
_INTAKE: typing.Final = "saycut.engine.intake"
_PROBING: typing.Final = "saycut.engine.probing"
_SHELF: typing.Final = "saycut.engine.shelf"
_HOMES: typing.Final = {
    "Done": _ENGINE,
    "Engine": _ENGINE,
    "LONG_ID_LENGTH": _ENGINE,
    "UNNAMED": _ENGINE,
    "Workshop": "saycut.engine.workshop",
    "name_of": _ENGINE,
    "new_id": _ENGINE,
    "DraftFile": _DRAFTS,
    "Supplied": _DRAFTS,
    "read_draft": _DRAFTS,
    "render_draft": _DRAFTS,
    "supply": _DRAFTS,
    "Given": _INTAKE,
    "Intake": _INTAKE,
    "Refusal": _INTAKE,
    "Taken": _INTAKE,
    "Probed": _PROBING,
    "probe": _PROBING,
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
