"""What the server is made of, handed to it by `bootstrap`: working parts and plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from fastapi import Request

from saycut.engine import Engine
from saycut.fetch import Guard
from saycut.jobs import Jobs
from saycut.server.edge.rates import Rates
from saycut.store import Store

if TYPE_CHECKING:  # they are made of parts themselves
    from saycut.server.intake.resumable import Resumable
    from saycut.server.intake.uploads import Uploads
    from saycut.server.talk.chat import Chat

__all__ = ["Options", "Parts", "parts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How this server behaves; see `docs/settings.md` for what each one means.

    `is_open`: one local user, no sign-in, no limits. `prices` are credits by kind of turn.
    """

    version: str
    server_id: str
    is_open: bool
    address: tuple[str, int] = ("127.0.0.1", 8321)
    public_url: str | None = None
    allowed_hosts: frozenset[str] = frozenset()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    guard: Guard = field(default_factory=Guard)
    upload_bytes: int = 500_000_000
    user_bytes: int = 20_000_000_000
    prices: Mapping[str, int] = field(default_factory=dict)
    grant: int = 100
    export_plans: frozenset[str] = frozenset({"*"})
    token_days: int = 7
    tokens_per_address: int = 10
    calls_per_minute: int = 600
    heartbeat_s: float = 15.0
    # A reader that takes nothing for so long is gone, or as good as gone.
    send_timeout_s: float = 30.0
    log_format: str = "json"


@dataclass(slots=True, kw_only=True)
class Parts:
    """The working parts of one server, alive from its start to its end.

    The last three work on the others; `create_app` puts them in.
    """

    engine: Engine
    jobs: Jobs
    options: Options
    signing_key: bytes
    webhook_key: bytes
    chat: "Chat" = field(init=False)
    uploads: "Uploads" = field(init=False)
    resumable: "Resumable" = field(init=False)
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.rates = Rates(self.options.calls_per_minute)

    @property
    def store(self) -> Store:
        return self.engine.store


def parts_of(request: Request) -> Parts:
    """Give the parts of the server that a request came to."""
    parts: Parts = request.app.state.parts
    return parts
