"""Addresses of the web in the one plain form that is taken; whatever else is refused.

Parsers of URLs disagree, and attacks live in what they disagree about. So one expression of
our own reads the text, nothing reads it a second time, and all that goes on the wire (name
to resolve, TLS name, `Host`, path) is made of the parts it gave.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin

import idna

from saycut.fetch.addresses import IpAddress, parsed
from saycut.fetch.errors import BadUrl

__all__ = ["WebUrl", "host_of", "joined", "read_url", "shown"]

# Signed addresses of blob stores come close to 2000; servers give up at 8 KiB.
URL_CHARS_MAX: Final = 8192
SHOWN_CHARS_MAX: Final = 120
PORT_MAX: Final = 65535

_URL: Final = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE)
_HAS_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(.*))?")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# A last label like this makes a resolver read the whole as an IPv4 address (WHATWG URL, 3.5).
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")

_PORT_OF_SCHEME: Final = {"http": 80, "https": 443}
_HOST_CHARS_MAX: Final = 253


@dataclass(frozen=True, slots=True)
class WebUrl:
    """The parts of an address that was read.

    `host` is in lower case and ASCII (`xn--`), IPv6 without brackets and compressed.
    `target` is path and query, percent-encoded; fragments are dropped.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def address(self) -> IpAddress | None:
        """The IP address, where the host is written as one."""
        return parsed(self.host)

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORT_OF_SCHEME[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def read_url(text: str, subject: str | None = None) -> WebUrl:
    """Read an address.

    Args:
        subject: what messages call it; the text without its secrets by default.

    Raises:
        BadUrl: it is not of the form that is taken.
    """
    subject = subject or shown(text)
    if len(text) > URL_CHARS_MAX:
        raise BadUrl(subject, f"it has {len(text)} characters, the limit is {URL_CHARS_MAX}")
    _require_plain(text, subject)
    if (match := _URL.fullmatch(text)) is None:
        raise BadUrl(subject, "it does not begin with http:// or https:// and a host")

    scheme = match[1].lower()
    host, port = _host_and_port(match[2], _PORT_OF_SCHEME[scheme], subject)
    # What is percent-encoded stays so; letters beyond ASCII become what browsers send.
    target = quote((match[3] or "/") + (match[4] or ""), safe="%/?:@!$&'()*+,;=~-._[]")
    return WebUrl(scheme, host, port, target)


def joined(base: WebUrl, location: str, subject: str) -> WebUrl:
    """Read the target of a redirect, which may be relative to where it came from."""
    _require_plain(location, subject)
    if _HAS_SCHEME.match(location):
        # `urljoin` would take "http:x" for a path.
        return read_url(location, subject)
    try:
        text = urljoin(str(base), location)
    except ValueError as error:
        raise BadUrl(subject, "it cannot be read") from error
    return read_url(text, subject)


def host_of(text: str, subject: str) -> str:
    """Give a host in the one form in which hosts are compared and connected to.

    Raises:
        BadUrl: it is no host name, and no IP address in its plain spelling.
    """
    if text.startswith("[") and text.endswith("]"):
        return _v6_host(text[1:-1], subject)
    host = ".".join(_ascii_label(label, subject) for label in text.split("."))
    if len(host) > _HOST_CHARS_MAX:
        raise BadUrl(subject, f"its host has more than {_HOST_CHARS_MAX} characters")
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and parsed(host) is None:
        raise BadUrl(subject, "IPv4 addresses are four decimal numbers from 0 to 255")
    return host


def shown(text: str) -> str:
    """Quote an address for a message, without query, fragment, user name and password."""
    plain = re.split(r"[?#]", text, maxsplit=1)[0]
    scheme, slashes, rest = plain.partition("//")
    authority, slash, path = rest.partition("/")
    plain = scheme + slashes + authority.rpartition("@")[2] + slash + path
    if "@" in scheme:
        plain = scheme.rpartition("@")[2]
    if len(plain) > SHOWN_CHARS_MAX:
        plain = plain[:SHOWN_CHARS_MAX] + "…"
    return ascii(plain) if not plain.isprintable() else repr(plain)


def _require_plain(text: str, subject: str) -> None:
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in text):
        raise BadUrl(subject, "spaces, backslashes and control characters must be encoded (%20)")


def _host_and_port(authority: str, default_port: int, subject: str) -> tuple[str, int]:
    if "@" in authority:
        raise BadUrl(subject, "user names and passwords in addresses are not taken")
    if not authority:
        raise BadUrl(subject, "it names no host")
    if (match := _AUTHORITY.fullmatch(authority)) is None:
        raise BadUrl(subject, "an IPv6 address stands in brackets, a port behind one colon")
    if match[2] is None:
        return host_of(match[1], subject), default_port
    if not _PORT.fullmatch(match[2]) or not 1 <= int(match[2]) <= PORT_MAX:
        raise BadUrl(subject, f"a port is a number between 1 and {PORT_MAX}")
    return host_of(match[1], subject), int(match[2])


def _v6_host(text: str, subject: str) -> str:
    # The zone of an address ("%eth0") means something on this machine alone.
    address = parsed(text) if ":" in text and "%" not in text else None
    if address is None:
        raise BadUrl(subject, "the text in brackets is no IPv6 address")
    return str(address)


def _ascii_label(label: str, subject: str) -> str:
    """Give one part of a name in ASCII.

    Nothing is mapped: full-width digits, circled letters, ideographic dots and the like, which
    other readers turn into digits, dots and slashes, are no part of a name (IDNA 2008).
    """
    try:
        if not label.isascii():
            return idna.alabel(label).decode("ascii")
        label = label.lower()
        if label.startswith("xn--"):
            idna.ulabel(label)
    except UnicodeError as error:
        raise BadUrl(subject, "its host is no valid international name") from error
    if not _LABEL.fullmatch(label):
        raise BadUrl(
            subject, "its host must be letters, digits and hyphens with single dots between them"
        )
    return label
