"""A server from settings: what is opened for it, in which order, and how it ends."""

import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from saycut import __version__
from saycut.bootstrap.opening import workshop_of
from saycut.bootstrap.whereabouts import announced, url_of
from saycut.engine import Engine
from saycut.engine.errors import BadSetting
from saycut.fetch import Guard, post
from saycut.jobs import Jobs, JobsOptions
from saycut.server import Options, Parts, create_app, serve
from saycut.server.edge.logs import set_up_logs
from saycut.server.exports import reply_of
from saycut.server.running import listen
from saycut.settings import ServerSettings, Settings
from saycut.store import DataFolder, Export

__all__ = ["Serving", "opened", "run_server"]

_log = logging.getLogger("saycut.server")


@dataclass(frozen=True, slots=True)
class Serving:
    """Where a server can be reached, and whether everyone who reaches it may use it."""

    url: str
    is_open: bool


@contextmanager
def opened(settings: Settings, address: tuple[str, int]) -> Iterator[Parts]:
    """Give the working parts of a server, closed in order at the end."""
    server = settings.server
    folder = DataFolder(
        settings.data_folder, database_url=server.database_url, blobs_url=server.blobs_url
    )
    with Engine(folder, workshop_of(settings)) as engine:
        options = options_of(server, address, folder.server_id)
        with engine.store.transaction() as tx:
            links, webhooks = tx.secrets.key("links"), tx.secrets.key("webhooks")

        def describe(export: Export) -> Mapping[str, Any]:
            return reply_of(parts, export, "").data.model_dump(mode="json")

        jobs = Jobs(
            engine,
            JobsOptions(
                exports_at_once=server.exports_at_once,
                export_days=server.export_days,
                project_days=server.project_days,
                webhook_key=webhooks,
                post=post,
                guard=options.guard,
                describe=describe,
            ),
        )
        parts = Parts(
            engine=engine,
            jobs=jobs,
            options=options,
            signing_key=links,
            webhook_key=webhooks,
        )
        jobs.launch()
        try:
            yield parts
        finally:
            jobs.close()


def run_server(settings: Settings, started: Callable[[Serving], None] = lambda _: None) -> None:
    """Serve until a signal says to stop.

    Args:
        started: called with a `Serving` once the address is taken.

    Raises:
        BadSetting: a setting makes no sense, or the address cannot be taken.
        SaycutError: as `open_engine`.
    """
    set_up_logs(settings.server.log_format)
    listener = _listener(settings.server)
    address = listener.getsockname()[:2]
    with (
        opened(settings, address) as parts,
        announced(settings.data_folder, parts.options.version, url_of(address)),
    ):
        started(Serving(url_of(address), parts.options.is_open))
        with suppress(KeyboardInterrupt):
            serve(create_app(parts), listener)


def options_of(server: ServerSettings, address: tuple[str, int], server_id: str) -> Options:
    """Give the options that settings describe.

    Raises:
        BadSetting: a variable does not hold what it should.
    """
    return Options(
        version=__version__,
        server_id=server_id,
        is_open=_is_loopback(server.host) if server.is_open is None else server.is_open,
        address=address,
        public_url=server.public_url,
        allowed_hosts=frozenset(name.lower() for name in server.allowed_hosts),
        allowed_origins=server.allowed_origins,
        trusted_proxies=tuple(_network(text) for text in server.trusted_proxies),
        guard=Guard(allowed=frozenset(_place(text) for text in server.reachable)),
        upload_bytes=server.upload_bytes,
        user_bytes=server.user_bytes,
        prices=server.prices,
        grant=server.grant,
        export_plans=frozenset(server.export_plans),
        token_days=server.token_days,
        tokens_per_address=server.tokens_per_address,
        calls_per_minute=server.calls_per_minute,
        heartbeat_s=server.heartbeat_s,
        log_format=server.log_format,
    )


def _listener(server: ServerSettings) -> socket.socket:
    try:
        return listen(server.host, server.port)
    except OSError as error:
        raise BadSetting(
            f"cannot listen on {server.host} port {server.port}: {error.strerror or error}; stop "
            "what uses it, or choose another with --host and --port"
        ) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise BadSetting(
            f"SAYCUT_TRUSTED_PROXIES holds {text!r}: write addresses or networks such as 10.0.0.0/8"
        ) from error


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise BadSetting(f"SAYCUT_REACHABLE holds {text!r}: write host:port")
    return host.strip("[]").lower(), int(port)
