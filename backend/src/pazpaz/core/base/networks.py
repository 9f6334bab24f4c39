"""Addresses of clients: as they are, however a proxy writes them, and the networks they are in."""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")
_LONGEST = 64  # no address with a port is longer


class Network(NamedTuple):
    """One address, and two networks around it."""

    address: str
    subscriber: str  # what one client can choose from: an IPv4 address, or an IPv6 /64
    prefix: str | None  # what is recorded: /24 of IPv4, /48 of IPv6


def network_of(text: str) -> Network:
    """Where that is; what is no address stays as it stands."""
    return (_known(text) if len(text) <= _LONGEST else None) or Network(text, text, None)


@lru_cache(maxsize=4096)
def _known(text: str) -> Network | None:
    """Without port, brackets and zone; an IPv4-mapped address is the IPv4 address it is."""
    found = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        ip = ipaddress.ip_address(found[1] if found else text)
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ipaddress.IPv6Address(int(ip))
    if ip.version == 4:
        return Network(str(ip), str(ip), _within(ip, 24))
    return Network(str(ip), _within(ip, 64), _within(ip, 48))


def _within(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, bits: int) -> str:
    return str(ipaddress.ip_network((ip, bits), strict=False))
