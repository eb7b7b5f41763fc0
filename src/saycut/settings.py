"""What the environment decides, read once into a frozen value. Only `bootstrap` reads this.

`VARIABLES` is the one table of them; `docs/settings.md` is made from it. A variable that is set
but empty counts as not set.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["VARIABLES", "ServerSettings", "Settings", "Variable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The settings of `saycut serve`; the table says what they mean.

    `is_open` None: open where only this machine can reach us. `prices` maps kinds of turn to
    credits.
    """

    host: str = "127.0.0.1"
    port: int = 8321
    public_url: str | None = None
    is_open: bool | None = None
    database_url: str | None = None
    blobs_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    reachable: tuple[str, ...] = ()
    upload_bytes: int = 500_000_000
    user_bytes: int = 20_000_000_000
    export_days: int = 30
    project_days: int = 90
    exports_at_once: int = 2
    prices: Mapping[str, int] = field(default_factory=dict)
    grant: int = 100
    export_plans: tuple[str, ...] = ("*",)
    token_days: int = 7
    tokens_per_address: int = 10
    calls_per_minute: int = 600
    heartbeat_s: int = 15
    log_format: str = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process.

    `max_pixels` is None where the environment says nothing: `media` has a limit of its own.
    """

    data_folder: Path
    cache_folder: Path
    cache_bytes: int = 10_000_000_000
    max_pixels: int | None = None
    worker_count: int = 1
    server_url: str | None = None
    server_token: str | None = field(default=None, repr=False)
    server: ServerSettings = ServerSettings()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            ValueError: a variable does not hold what it should; the message names it.
        """
        from platformdirs import user_cache_path, user_data_path

        found = {
            variable.field: variable.read(variable.name, text)
            for variable in VARIABLES
            if (text := environment.get(variable.name, ""))
        }
        own = {v.field for v in VARIABLES if not v.is_of_server}
        return cls(
            data_folder=found.pop("data_folder", None) or user_data_path("saycut"),
            cache_folder=found.pop("cache_folder", None) or user_cache_path("saycut"),
            worker_count=found.pop("worker_count", None) or _usable_cores(),
            **{name: found.pop(name) for name in list(found) if name in own},
            server=ServerSettings(**found),
        )


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the table: a variable, the field it fills, what it means, its default in words."""

    name: str
    field: str
    read: Callable[[str, str], Any]
    meaning: str
    default: str
    is_of_server: bool = True


def _text(_: str, text: str) -> str:
    return text


def _folder(_: str, text: str) -> Path:
    return Path(text).expanduser().absolute()


def _count(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} is {text!r}: write a whole number of at least 1, or unset it")
    return int(text)


def _count_or_none(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{name} is {text!r}: write a whole number, 0 or more, or unset it")
    return int(text)


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) > _PORT_MAX:
        raise ValueError(f"{name} is {text!r}: write a number from 0 to {_PORT_MAX}, or unset it")
    return int(text)


def _words(_: str, text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _address(name: str, text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{name} is {text!r}: write {_LIKE_AN_ADDRESS}, or unset it")
    return text


def _origins(name: str, text: str) -> tuple[str, ...]:
    for origin in _words(name, text):
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{name} is {text!r}: write {_LIKE_AN_ADDRESS}, without a path")
    return _words(name, text)


def _hosts(name: str, text: str) -> tuple[str, ...]:
    for host in _words(name, text):
        if "/" in host:
            raise ValueError(f"{name} is {text!r}: write names such as video.example.org")
    return _words(name, text)


_ORIGIN: Final = re.compile(r"https?://[^/\s?#@]+")
_ADDRESS: Final = re.compile(_ORIGIN.pattern + r"(?:/[^\s?#]*)?")
_LIKE_AN_ADDRESS: Final = "an address such as https://video.example.org"

_PORT_MAX: Final = 65_535

_FLAGS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _flag(name: str, text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError(f"{name} is {text!r}: write 1 or 0, or unset it")
    return _FLAGS[text.lower()]


# Hosted services of this family ask some 50 credits for the editing of one session and nothing
# for what follows in it, so the first film of a project costs that much.
_PRICE_LISTS: Final[Mapping[str, Mapping[str, int]]] = {
    "free": {},
    "hosted": {"make": 50},
}


def _prices(name: str, text: str) -> Mapping[str, int]:
    if text in _PRICE_LISTS:
        return _PRICE_LISTS[text]
    try:
        pairs = (pair.split("=") for pair in text.split(","))
        prices = {kind.strip(): int(price) for kind, price in pairs}
    except ValueError:
        prices = {"": -1}
    if set(prices) - {"chat", "edit", "make"} or min(prices.values()) < 0:
        raise ValueError(
            f"{name} is {text!r}: write free, hosted, or credits for kinds of turn such as "
            "chat=1,edit=2,make=10"
        )
    return prices


def _choice(*choices: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in choices:
            raise ValueError(f"{name} is {text!r}: write {' or '.join(choices)}, or unset it")
        return text

    return read


VARIABLES: Final = (
    Variable(
        "SAYCUT_DATA",
        "data_folder",
        _folder,
        "folder of projects and media",
        "the user's data folder",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_CACHE",
        "cache_folder",
        _folder,
        "folder of finished chunks, safe to delete",
        "the user's cache folder",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_CACHE_BYTES",
        "cache_bytes",
        _count,
        # About an hour of 1080p chunks for each GB; ten keep the projects of a month warm.
        "how large that folder may grow; what was used longest ago goes first",
        "10000000000 (10 GB)",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_MAX_PIXELS",
        "max_pixels",
        _count,
        "the largest picture taken in, width x height",
        "100000000 (100 MP)",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_WORKERS",
        "worker_count",
        _count,
        "processes that render at the same time",
        "the cores we may run on",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_URL",
        "server_url",
        _text,
        "the server that commands and the chat work on, such as https://video.example.org",
        "this machine",
        is_of_server=False,
    ),
    Variable(
        "SAYCUT_TOKEN",
        "server_token",
        _text,
        "the token for that server",
        "a free one, kept in the user's config folder",
        is_of_server=False,
    ),
    Variable("SAYCUT_HOST", "host", _text, "address to listen on", "127.0.0.1"),
    Variable("SAYCUT_PORT", "port", _port, "port to listen on; 0 is any that is free", "8321"),
    Variable(
        "SAYCUT_PUBLIC_URL",
        "public_url",
        _address,
        "what clients reach this server as, for links in replies, such as https://video.example.org",
        "the address of each request",
    ),
    Variable(
        "SAYCUT_OPEN",
        "is_open",
        _flag,
        "1: one local user without sign-in and limits, for everyone who can reach the server; "
        "0: accounts, tokens, credits and limits",
        "1 on loopback, else 0",
    ),
    Variable(
        "SAYCUT_DATABASE_URL",
        "database_url",
        _text,
        "postgresql://... for several servers",
        "SQLite in the data folder",
    ),
    Variable(
        "SAYCUT_BLOBS",
        "blobs_url",
        _text,
        "where media and films are kept: a folder, s3://..., gs://... or az://...",
        "a folder in the data folder",
    ),
    Variable(
        "SAYCUT_ALLOWED_HOSTS",
        "allowed_hosts",
        _hosts,
        "names by which this server may be asked, with commas between",
        "loopback names, the listening address and that of SAYCUT_PUBLIC_URL",
    ),
    Variable(
        "SAYCUT_ALLOWED_ORIGINS",
        "allowed_origins",
        _origins,
        "other web pages whose scripts may call this server, such as https://chat.example.org",
        "none",
    ),
    Variable(
        "SAYCUT_TRUSTED_PROXIES",
        "trusted_proxies",
        _words,
        "addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto count",
        "none",
    ),
    Variable(
        "SAYCUT_REACHABLE",
        "reachable",
        _words,
        "inner host:port pairs that webhooks and uploads by address may reach all the same",
        "none: public addresses alone",
    ),
    Variable(
        "SAYCUT_UPLOAD_BYTES",
        "upload_bytes",
        _count,
        "the largest file taken in",
        "500000000 (500 MB)",
    ),
    Variable(
        "SAYCUT_USER_BYTES",
        "user_bytes",
        _count,
        "what the media and films of one user may take; nobody is limited on an open server",
        "20000000000 (20 GB)",
    ),
    Variable(
        "SAYCUT_EXPORT_DAYS", "export_days", _count, "days that finished films are kept", "30"
    ),
    Variable(
        "SAYCUT_PROJECT_DAYS",
        "project_days",
        _count,
        "days without a change after which projects of anonymous users are removed",
        "90",
    ),
    Variable(
        "SAYCUT_EXPORTS_AT_ONCE",
        "exports_at_once",
        _count,
        "exports that one server works on at the same time; they share the worker processes",
        "2",
    ),
    Variable(
        "SAYCUT_PRICES",
        "prices",
        _prices,
        "credits for a turn: free, hosted, or chat=1,edit=2,make=10; failed turns cost nothing",
        "free",
    ),
    Variable(
        "SAYCUT_GRANT", "grant", _count_or_none, "credits given to a new anonymous user", "100"
    ),
    Variable(
        "SAYCUT_EXPORT_PLANS",
        "export_plans",
        _words,
        "plans that may export; * is every plan",
        "*",
    ),
    Variable("SAYCUT_TOKEN_DAYS", "token_days", _count, "days an anonymous token lives", "7"),
    Variable(
        "SAYCUT_TOKENS_PER_ADDRESS",
        "tokens_per_address",
        _count,
        "anonymous tokens for one address in that time",
        "10",
    ),
    Variable(
        "SAYCUT_CALLS_PER_MINUTE",
        "calls_per_minute",
        _count,
        "calls that one user may make in a minute; nobody is limited on an open server",
        "600",
    ),
    Variable(
        "SAYCUT_HEARTBEAT_S",
        "heartbeat_s",
        _count,
        "seconds of silence after which a stream says that it lives",
        "15",
    ),
    Variable(
        "SAYCUT_LOG", "log_format", _choice("json", "text"), "log lines: json or text", "json"
    ),
)


def _usable_cores() -> int:
    # A container may be allowed fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
