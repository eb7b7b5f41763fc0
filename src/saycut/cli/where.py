"""Where a command works: on this machine, on a server that was named, or on the one that holds
the data folder of this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from saycut.bootstrap import client_of, named_server, server_of_data
from saycut.cli.errors import NotOurServer
from saycut.store import DataFolderInUse

if TYPE_CHECKING:  # at run time only those who talk to a server wait for it
    from saycut.client import Client

__all__ = ["do_where", "our_server"]

T = TypeVar("T")


def do_where(server: str | None, here: Callable[[], T], there: Callable[["Client"], T]) -> T:
    """Do something here, or there when a server is named or holds the data folder.

    Raises:
        NotOurServer: what is named is a server of the family, but not ours.
        DataFolderInUse: a process that is no server holds the data folder.
    """
    if url := named_server(server):
        with our_server(url) as client:
            return there(client)
    try:
        return here()
    except DataFolderInUse:
        # Nothing was done: the folder is taken before all else.
        if (url := server_of_data()) is None:
            raise
    with our_server(url) as client:
        return there(client)


@contextmanager
def our_server(url: str) -> Iterator["Client"]:
    """Give a client for a Saycut server. Raises NotOurServer."""
    with client_of(url) as client:
        if not client.is_saycut():
            raise NotOurServer(client.url)
        yield client
