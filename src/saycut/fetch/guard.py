"""Where this server may connect to: the rules, and the one look-up that they judge.

- http and https, to ports 80 and 443.
- A name must have a dot and must not lie under a suffix of local networks.
- It is resolved once, every address of the answer is judged, and the connection goes to those
  very addresses. One that is not public refuses the name: no honest host mixes them, and an
  answer that does is how rebinding looks, so using only the public ones would help attackers.
- `allowed` lists what the operator trusts, by the host as it is written in the address and the
  port. Such a pair may lead anywhere; its name is still resolved once.

Nothing here connects. Messages do not tell which address a name leads to.
"""

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import BoundedSemaphore, Thread
from typing import Final

from saycut.fetch.addresses import is_public, parsed
from saycut.fetch.deadline import Deadline
from saycut.fetch.errors import AddressRefused, BadUrl, FetchFailed
from saycut.fetch.url import PORT_MAX, WebUrl, host_of, read_url, shown

__all__ = ["WEB_PORTS", "Guard", "check_url", "system_addresses"]

WEB_PORTS: Final = frozenset({80, 443})

# An order waits for this; a name that takes longer is judged when it is used.
CHECK_DEADLINE_S: Final = 5.0

# Names that mean something on local networks alone, or nothing anywhere (RFC 6761, 6762, 8375,
# 9476; `internal` is set aside by ICANN; `corp`, `home`, `lan` and the like are habits).
_LOCAL_SUFFIXES: Final = frozenset(
    {"alt", "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local"}
    | {"localdomain", "localhost", "onion", "private", "test"}
)

# `getaddrinfo` cannot be stopped, so each runs in a thread that is left behind when it is late.
# It ends by itself (glibc: some tens of seconds); this many at most are kept waiting for.
_LOOKUPS: Final = BoundedSemaphore(32)

Resolve = Callable[[str, int], Sequence[str]]


def system_addresses(host: str, port: int) -> Sequence[str]:
    """Give the addresses of a name as this machine sees them, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Guard:
    """The operator's rules. Hosts of `allowed` are put into the form of `WebUrl.host`.

    Raises:
        BadUrl: an entry of `allowed` is no host and port.
    """

    allowed: frozenset[tuple[str, int]] = frozenset()
    resolve: Resolve = system_addresses
    ports: frozenset[int] = WEB_PORTS

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", frozenset(_entry(*pair) for pair in self.allowed))

    def allows(self, url: WebUrl) -> bool:
        return (url.host, url.port) in self.allowed

    def permit(self, url: WebUrl, subject: str) -> None:
        """Judge what can be judged without looking up a name.

        Raises:
            AddressRefused: the port, the name or the address is none to connect to.
        """
        if self.allows(url):
            return
        if url.port not in self.ports:
            ports = " and ".join(map(str, sorted(self.ports)))
            raise AddressRefused(subject, f"port {url.port} is not open to it, only {ports} are")
        if url.address is not None:
            if not is_public(url.address):
                raise AddressRefused(subject, "its address is not public")
        elif "." not in url.host or url.host.rpartition(".")[2] in _LOCAL_SUFFIXES:
            raise AddressRefused(subject, "its name belongs to local networks")

    def addresses(self, url: WebUrl, subject: str, deadline: Deadline) -> tuple[str, ...]:
        """Look a host up, once, and give the addresses that may be connected to, in order.

        Raises:
            AddressRefused: the rules forbid it.
            FetchFailed: the name leads nowhere.
            DeadlinePassed: the look-up took too long.
        """
        self.permit(url, subject)
        if url.address is not None:
            return (url.host,)
        found = [parsed(text) for text in _looked_up(self.resolve, url, subject, deadline)]
        if not found:
            raise FetchFailed(subject, "its name is not known")
        if not self.allows(url) and not all(a is not None and is_public(a) for a in found):
            raise AddressRefused(subject, "its name leads to an address that is not public")
        return tuple(str(address) for address in found if address is not None)


def check_url(url: str, *, guard: Guard) -> None:
    """Refuse an address that can be seen to be wrong without connecting to it.

    A name is looked up, for at most `CHECK_DEADLINE_S`: call this from a worker thread. One
    that cannot be found now passes, since it is judged again whenever it is used.

    Raises:
        BadUrl: it is not of the form that is taken.
        AddressRefused: the rules forbid it.
    """
    subject = shown(url)
    parts = read_url(url)
    try:
        guard.addresses(parts, subject, Deadline.after(CHECK_DEADLINE_S, subject))
    except FetchFailed:
        return


def _entry(host: str, port: int) -> tuple[str, int]:
    subject = f"the allowed host {host!r} with port {port!r}"
    if not 1 <= port <= PORT_MAX:
        raise BadUrl(subject, f"a port is between 1 and {PORT_MAX}")
    return host_of(f"[{host}]" if ":" in host and "[" not in host else host, subject), port


def _looked_up(resolve: Resolve, url: WebUrl, subject: str, deadline: Deadline) -> Sequence[str]:
    if not _LOOKUPS.acquire(timeout=deadline.remaining_s()):
        raise deadline.passed()
    answer: Future[Sequence[str]] = Future()
    thread = Thread(target=_look_up, args=(resolve, url, answer), name="lookup", daemon=True)
    try:
        thread.start()
    except BaseException:
        _LOOKUPS.release()
        raise
    try:
        return answer.result(timeout=deadline.remaining_s())
    except TimeoutError:
        raise deadline.passed() from None
    except (OSError, UnicodeError) as error:
        raise FetchFailed(subject, "its name is not known") from error


def _look_up(resolve: Resolve, url: WebUrl, answer: Future[Sequence[str]]) -> None:
    try:
        answer.set_result(resolve(url.host, url.port))
    except BaseException as error:
        answer.set_exception(error)
    finally:
        _LOOKUPS.release()
