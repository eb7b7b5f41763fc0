"""The command that serves: options over the environment, and the lines that say how to begin."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from saycut.bootstrap import settings_of_environment

__all__ = ["serve"]


def serve(*, data: Path | None, **given: Any) -> None:
    """Serve until told to stop; what is None is as the environment says."""
    # Loaded here: it takes half a second, which a wrong option should not cost.
    from saycut.bootstrap.serving import Serving, run_server

    settings = settings_of_environment()
    if data is not None:
        settings = replace(settings, data_folder=data.expanduser().absolute())
    options = {name: value for name, value in given.items() if value is not None}
    settings = replace(settings, server=replace(settings.server, **options))

    def started(serving: Serving) -> None:
        access = (
            "open: everyone who can reach this address may use it"
            if serving.is_open
            else "accounts and limits: clients take a token first"
        )
        sys.stdout.write(
            f"Saycut listens on {serving.url} ({access})\n"
            f"Chat: saycut chat --server {serving.url}   Skills: NEMO_API_URL={serving.url}\n"
            "Stop it with ^C; exports under way go on at the next start.\n"
        )
        sys.stdout.flush()

    run_server(settings, started)
