"""The command that serves: options over the environment, and the lines that say how to begin."""

import sys
from typing import Any, Final

from saycut.bootstrap import settings_of_environment

__all__ = ["serve"]


def serve(**given: Any) -> None:
    """Serve until told to stop; what is None is as the environment says."""
    # Loaded here: it takes half a second, which a wrong option should not cost.
    settings = settings_of_environment(
        {_VARIABLES[name]: _text(value) for name, value in given.items() if value is not None}
    )
    from saycut.bootstrap.serving import Serving, run_server

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


# Options are variables under another name: one reader checks both.
_VARIABLES: Final = {
    "data": "SAYCUT_DATA",
    "host": "SAYCUT_HOST",
    "port": "SAYCUT_PORT",
    "database_url": "SAYCUT_DATABASE_URL",
    "blobs_url": "SAYCUT_BLOBS",
    "public_url": "SAYCUT_PUBLIC_URL",
    "is_open": "SAYCUT_OPEN",
    "allowed_origins": "SAYCUT_ALLOWED_ORIGINS",
}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)
