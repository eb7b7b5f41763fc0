"""How exports are done here; `bootstrap` fills it from the settings."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from saycut.fetch import Guard, post
from saycut.store import Export

__all__ = ["JobsOptions", "Post"]


class Post(Protocol):
    """Sends a message and gives the status of the answer, as `fetch.post`."""

    def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], *, guard: Guard, deadline_s: float
    ) -> int: ...


def _plain(export: Export) -> Mapping[str, Any]:
    return {"id": export.id, "status": export.state, "progress": export.progress}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsOptions:
    """What one server may do, and for how long things are kept.

    `describe` gives the answer of a poll, which webhooks are sent too. `clock_ms` is the time
    that ages are reckoned by. The pauses are those before the second and later tries.
    """

    exports_at_once: int = 2
    export_days: int = 30
    project_days: int = 90
    webhook_key: bytes = b""
    post: Post = post
    guard: Guard = field(default_factory=Guard)
    describe: Callable[[Export], Mapping[str, Any]] = _plain
    # Five tries in some 40 minutes: a receiver that is being redeployed is back by then.
    webhook_pauses_s: tuple[float, ...] = (10.0, 60.0, 300.0, 1800.0)
    webhook_deadline_s: float = 10.0
    # How often new orders are looked for: what a person waits before a film begins.
    poll_s: float = 0.25
    watch_s: float = 5.0
    sweep_s: float = 3600.0
    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
