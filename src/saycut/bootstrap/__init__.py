"""The one place that picks concrete parts and joins them into an engine.

Decisions live in the packages below; commands and servers live above and see only this. Names
are loaded when they are first used: a list of projects must not wait for the decoders.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from saycut.agent import Turn
    from saycut.bootstrap.cases import plan_cases
    from saycut.bootstrap.engine import Done, Engine
    from saycut.bootstrap.errors import (
        BadName,
        BadSetting,
        CacheUnusable,
        EmptyRequest,
        FilesRefused,
        FilmNotWritten,
        MediaLost,
        NotDone,
        NoTemporaryFolder,
    )
    from saycut.bootstrap.intake import Refusal
    from saycut.bootstrap.shelf import Shelf, Snapshot
    from saycut.render import ExportReport
    from saycut.store import Project

__all__ = [
    "BadName",
    "BadSetting",
    "CacheUnusable",
    "Done",
    "EmptyRequest",
    "Engine",
    "ExportReport",
    "FilesRefused",
    "FilmNotWritten",
    "MediaLost",
    "NoTemporaryFolder",
    "NotDone",
    "Project",
    "Refusal",
    "Shelf",
    "Snapshot",
    "Turn",
    "plan_cases",
]

_ERRORS: typing.Final = "saycut.bootstrap.errors"
_HOMES: typing.Final = {
    "Done": "saycut.bootstrap.engine",
    "Engine": "saycut.bootstrap.engine",
    "ExportReport": "saycut.render",
    "Project": "saycut.store",
    "Refusal": "saycut.bootstrap.intake",
    "Shelf": "saycut.bootstrap.shelf",
    "Snapshot": "saycut.bootstrap.shelf",
    "Turn": "saycut.agent",
    "plan_cases": "saycut.bootstrap.cases",
}


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, _ERRORS)), name)
