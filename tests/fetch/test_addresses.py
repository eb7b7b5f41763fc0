"""Which addresses are public, on generated ones: no way of writing an inner one makes it public."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.fetch.addresses import is_public

INNER = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"]
INNER += ["172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"]

inner_addresses = st.sampled_from(INNER).flatmap(
    lambda block: st.ip_addresses(v=4, network=block).map(lambda a: IPv4Address(str(a)))
)


@given(inner_addresses)
def test_inner_ipv4_is_not_public_however_it_is_wrapped(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [
        number,  # compatible
        0xFFFF << 32 | number,  # mapped
        0xFFFF << 48 | number,  # translated
        0x64_FF9B << 96 | number,  # NAT64
        0x64_FF9B_0001 << 80 | number,  # NAT64, local use
        0x2002 << 112 | number << 80,  # 6to4
        0x2001 << 112 | number,  # Teredo
        0x2001 << 112 | (number ^ 0xFFFF_FFFF),  # Teredo, as it is written
        0x2606_2800 << 96 | 0x5EFE << 32 | number,  # ISATAP
        0x2606_2800 << 96 | 0x0200_5EFE << 32 | number,
    ]

    assert not is_public(address)
    assert not any(is_public(IPv6Address(value)) for value in wrapped)


@given(st.ip_addresses(v=6))
def test_nothing_outside_of_global_unicast_is_public(address: IPv6Address) -> None:
    assert int(address) >> 125 == 1 or not is_public(address)


@pytest.mark.parametrize(
    "block", ["100.64.0.0/10", "172.16.0.0/12", "198.18.0.0/15", "169.254.0.0/16"]
)
def test_blocks_end_where_they_end(block: str) -> None:
    network = IPv4Network(block)

    assert not is_public(network[0])
    assert not is_public(network[-1])
    assert is_public(network[0] - 1)
    assert is_public(network[-1] + 1)


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "2001:200::1"],
)
def test_hosts_of_the_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))
