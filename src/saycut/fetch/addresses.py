"""Which IP addresses belong to the public internet, by lists of our own.

`ipaddress` alone does not answer that: `is_private` lets CGNAT pass, and `is_global` takes
6to4, NAT64, site-local and multicast for public, behind which a private IPv4 address can
hide. So IPv4 is public unless it is listed, and IPv6 only inside the one block that is
handed out (2000::/3) and not listed. A NAT64 prefix of the operator's own network looks like
any other address; whoever runs one denies the private ranges at its gateway.

Sources: the IANA registries of special-purpose addresses for IPv4 and IPv6, RFC 6890.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

__all__ = ["IpAddress", "is_public", "parsed"]

IpAddress = IPv4Address | IPv6Address

_DENIED_V4: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to loopback
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # CGNAT; also the metadata service of Alibaba Cloud
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the platform service of Azure, in public space
        "169.254.0.0/16",  # link-local; the metadata service of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; also the metadata service of Oracle Cloud
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112, answered by the nearest network
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

# Everything outside leads inwards or nowhere: loopback, mapped and compatible IPv4 (::/8),
# NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard, segment routing, ULA, link-local, site-local,
# multicast.
_UNICAST_V6: Final = IPv6Network("2000::/3")

_DENIED_V6: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID, AMT, AS112
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",  # documentation
    )
)

# ISATAP writes an IPv4 address behind this identifier, below any prefix (RFC 5214).
_ISATAP_IDS: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})


def parsed(text: str) -> IpAddress | None:
    """Read an address in its one plain spelling; None is any other text.

    IPv4 is four decimal numbers without leading zeros. Octal, hexadecimal, shorter and whole
    number spellings, which some resolvers take, are no addresses here.
    """
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_public(address: IpAddress) -> bool:
    """Tell whether an address is one of a single host on the public internet."""
    if isinstance(address, IPv4Address):
        # `is_global` besides the list: it grows with Python when new blocks are set aside.
        return address.is_global and not any(address in block for block in _DENIED_V4)
    if address.scope_id is not None or address not in _UNICAST_V6:
        return False
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP_IDS:
        return False
    return address.is_global and not any(address in block for block in _DENIED_V6)
