"""Opening what the environment describes: settings in, working parts out."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from saycut.engine.errors import BadSetting
from saycut.settings import Settings
from saycut.store import DataFolder, Store, open_beside

if TYPE_CHECKING:  # at run time they would load the planner and the decoders
    from saycut.engine import Engine, Shelf, Workshop

__all__ = [
    "engine_of",
    "open_engine",
    "open_shelf",
    "open_store",
    "settings_of_environment",
    "workshop_of",
]


def settings_of_environment(given: Mapping[str, str] | None = None) -> Settings:
    """Give the settings of this process.

    Args:
        given: variables that come before those of the environment, by name.

    Raises:
        BadSetting: a variable is wrong.
    """
    try:
        return Settings.from_environment({**os.environ, **(given or {})})
    except ValueError as error:
        raise BadSetting(str(error)) from error


def open_shelf() -> "Shelf":
    """Open the projects of this machine for looking at them.

    Raises:
        BadSetting: a variable of the environment is wrong.
        DataFolderInUse, DataFolderUnusable, NewerData, DamagedDatabase: see `store.DataFolder`.
    """
    from saycut.engine.shelf import Shelf

    return Shelf(DataFolder(settings_of_environment().data_folder))


def open_store() -> Store:
    """Open the database of this machine's server, also while that server runs.

    Raises:
        BadSetting: a variable of the environment is wrong.
        SaycutError: see `store.open_beside`.
    """
    settings = settings_of_environment()
    return open_beside(settings.data_folder, settings.server.database_url)


def open_engine() -> "Engine":
    """Open the projects of this machine for work on them.

    Raises:
        NoTemporaryFolder: there is no place for files under way.
        SaycutError: as `open_shelf`.
    """
    return engine_of(settings_of_environment())


def engine_of(settings: Settings) -> "Engine":
    """Give the engine that settings describe. Raises as `open_engine`."""
    from saycut.engine.engine import Engine

    folder = DataFolder(settings.data_folder)
    return Engine(folder, workshop_of(settings))


def workshop_of(settings: Settings) -> "Workshop":
    """Give what heavy work may use by these settings; no data folder is opened for it."""
    from saycut.engine.workshop import Workshop

    return Workshop(
        cache_folder=settings.cache_folder,
        cache_bytes=settings.cache_bytes,
        max_pixels=settings.max_pixels,
        worker_count=settings.worker_count,
    )
