"""Only requests for a host name we serve: no page of another site reaches us by pointing its name here."""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from pazpaz.server.refusals import MisdirectedRequest, Refusals

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Probes of balancers ask by address, or in HTTP/1.0 without a host. No page of another site has an address
# for its name, so none reaches even these.
_PROBED = frozenset({"/health/live", "/health/ready"})
_MANY = 64
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(?::[0-9]{1,5})?", re.IGNORECASE)


def host_of(url: str) -> str:
    """Return the host of an address as clients write it: in lower case, punycode, and brackets around IPv6."""
    name = urlsplit(url).hostname or ""
    if ":" in name:
        return f"[{name}]"
    return name if name.isascii() else name.encode("idna").decode()


class AllowedHosts:
    """Pure ASGI; the port is not looked at, because a proxy may have its own."""

    def __init__(self, app: ASGIApp, allowed_hosts: frozenset[str], refusals: Refusals) -> None:
        """Wrap `app`; `allowed_hosts` are names as `host_of` gives them."""
        self._app = app
        self._allowed = frozenset(name.encode() for name in allowed_hosts)
        self._refusals = refusals
        self._seen: set[bytes] = set()  # Host fields found to be ours, at most _MANY of them

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "http" and not self._is_ours(scope):
            await self._refusals.response(MisdirectedRequest())(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if scope["path"] in _PROBED and len(hosts) <= 1 and all(_is_address(host) for host in hosts):
            return True
        if len(hosts) != 1:
            return False
        return hosts[0] in self._seen or self._is_allowed(hosts[0])

    def _is_allowed(self, host: bytes) -> bool:
        found = _HOST.fullmatch(host)
        allowed = found is not None and found[1].lower() in self._allowed
        if allowed and len(self._seen) < _MANY:
            self._seen.add(host)
        return allowed


def _is_address(host: bytes) -> bool:
    found = _HOST.fullmatch(host)
    try:
        return found is not None and bool(ipaddress.ip_address(found[1].strip(b"[]").decode()))
    except ValueError:
        return False
