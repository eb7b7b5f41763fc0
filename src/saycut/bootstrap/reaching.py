"""Which server the command line talks to, and the client for it."""

from typing import TYPE_CHECKING

from saycut.bootstrap.opening import settings_of_environment
from saycut.bootstrap.whereabouts import server_address

if TYPE_CHECKING:  # at run time only those who talk to a server wait for it
    from saycut.client import Client

__all__ = ["client_of", "named_server", "server_of_data"]

_PLATFORM = "cli"


def named_server(given: str | None) -> str | None:
    """Give the server that a command or the environment names; None: this machine is meant."""
    return given or settings_of_environment().server_url


def server_of_data() -> str | None:
    """Give the server that holds the data folder of this machine; None: no server does."""
    return server_address(settings_of_environment().data_folder)


def client_of(url: str) -> "Client":
    """Give a client for a server; it is closed by the caller.

    Raises:
        BadAddress
    """
    from saycut.client import Client

    settings = settings_of_environment()
    # A token belongs to the server that was named with it.
    is_its_own = settings.server_url in (None, url)
    return Client(url, token=settings.server_token if is_its_own else None, platform=_PLATFORM)
