"""The one place that reads the settings, picks concrete parts and joins them.

Names are loaded when they are first used: a list of projects must not wait for the decoders.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from saycut.bootstrap.cases import plan_cases
    from saycut.bootstrap.opening import (
        engine_of,
        open_engine,
        open_shelf,
        open_store,
        settings_of_environment,
        workshop_of,
    )
    from saycut.bootstrap.reaching import client_of, named_server, server_of_data

__all__ = [
    "client_of",
    "engine_of",
    "named_server",
    "open_engine",
    "open_shelf",
    "open_store",
    "plan_cases",
    "server_of_data",
    "settings_of_environment",
    "workshop_of",
]

_OPENING: typing.Final = "saycut.bootstrap.opening"
_REACHING: typing.Final = "saycut.bootstrap.reaching"
_HOMES: typing.Final = {
    "plan_cases": "saycut.bootstrap.cases",
    "client_of": _REACHING,
    "named_server": _REACHING,
    "server_of_data": _REACHING,
}


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, _OPENING)), name)
