"""Addresses count as what they are, however they are written."""

import pytest

from pazpaz.core.base.networks import network_of
from pazpaz.core.http.edge import client_of

FOUR = ("198.51.100.9", "198.51.100.9", "198.51.100.0/24")
SIX = ("2001:db8:1:2::9", "2001:db8:1:2::/64", "2001:db8:1::/48")


@pytest.mark.parametrize(
    "text",
    [
        "198.51.100.9",
        "198.51.100.9:55012",
        "::ffff:198.51.100.9",
        "::FFFF:c633:6409",
        "[::ffff:198.51.100.9]",
        "[::ffff:198.51.100.9]:55012",
    ],
)
def test_one_ipv4_client_is_one_client(text: str) -> None:
    """With a port, and mapped into IPv6, it is the same address in the same network."""
    assert network_of(text) == FOUR


@pytest.mark.parametrize(
    "text",
    [
        "2001:db8:1:2::9",
        "2001:DB8:1:2:0:0:0:9",
        "[2001:db8:1:2::9]",
        "[2001:db8:1:2::9]:443",
        "2001:db8:1:2::9%eth0",
    ],
)
def test_one_ipv6_client_is_one_client(text: str) -> None:
    assert network_of(text) == SIX


def test_a_low_ipv6_address_is_no_ipv4_one() -> None:
    assert network_of("::1") == ("::1", "::/64", "::/48")


@pytest.mark.parametrize(
    "text", ["", "unknown", "_hidden", "198.51.100", "[198.51.100.9", "1.2.3.4:", "1.2.3.4:x", "1" * 5000]
)
def test_what_is_no_address_stays_as_it_stands(text: str) -> None:
    assert network_of(text) == (text, text, None)


@pytest.mark.parametrize(
    "entry", ["198.51.100.9", "198.51.100.9:55012", "::ffff:198.51.100.9", "[::ffff:198.51.100.9]:5"]
)
def test_a_proxys_entry_is_the_address_in_it(entry: str) -> None:
    """What counts clients and what records their networks sees the address alone."""
    headers = [(b"x-forwarded-for", f"203.0.113.7, {entry}".encode())]
    found = client_of({"client": ("192.0.2.1", 5), "headers": headers}, 1)
    assert found is not None
    assert found[0] == "198.51.100.9"


def test_a_peer_on_a_socket_of_both_kinds_is_its_ipv4_address() -> None:
    found = client_of({"client": ("::ffff:192.0.2.1", 5), "headers": []}, 0)
    assert found == ("192.0.2.1", 5)
