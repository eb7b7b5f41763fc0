"""How long a client waits, and for what."""

from dataclasses import dataclass
from typing import Final

__all__ = ["PATIENCE", "Patience"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds, unless a name says otherwise.

    `still_working_s`: after so much silence, again and again, the user is told that work goes on.
    `timeout_s`: after so much of it the turn counts as lost.
    `dead_line_s`: a stream that brings nothing at all for so long, not even a heartbeat, is
    dead. Servers send one every 15 s.
    `tries_max`: how often a call that may be repeated, or a broken stream, is taken up again
    without success in between; with the pauses, which double up to `pause_max_s`, it is about a
    minute: a server has started again by then.
    `rate_limit_s`: a longer `Retry-After` is told to the user instead of waited for.
    `poll_s`: pause between questions to a server that does not hold its answer back.
    `watch_s`: how long the state is watched for what a turn without words did.
    """

    still_working_s: float = 120.0
    timeout_s: float = 600.0
    dead_line_s: float = 90.0
    call_s: float = 60.0
    upload_s: float = 600.0
    tries_max: int = 8
    pause_s: float = 0.5
    pause_max_s: float = 15.0
    rate_limit_s: float = 30.0
    poll_s: float = 5.0
    watch_s: float = 120.0

    def pause_before(self, try_number: int) -> float:
        """Give the pause before a try; the first repetition is number 1."""
        return min(self.pause_max_s, self.pause_s * 2.0 ** (try_number - 1))


PATIENCE: Final = Patience()
