"""The way out to the network for addresses that users give: guarded, bounded, direct."""

from saycut.fetch.client import Fetched, fetch, post
from saycut.fetch.errors import (
    AddressRefused,
    BadUrl,
    DeadlinePassed,
    FetchFailed,
    NetworkError,
    TooLarge,
)
from saycut.fetch.guard import Guard, check_url

__all__ = [
    "AddressRefused",
    "BadUrl",
    "DeadlinePassed",
    "FetchFailed",
    "Fetched",
    "Guard",
    "NetworkError",
    "TooLarge",
    "check_url",
    "fetch",
    "post",
]
