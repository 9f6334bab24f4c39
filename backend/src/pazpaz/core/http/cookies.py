"""The Cookie field (RFC 6265, 5.4), read in one pass.

The standard library's reader takes quadratic time on interpreters without its fix of 2024 (CVE-2024-7592),
and reading all of a request's cookies comes before anybody is counted.
"""

from collections.abc import Mapping

from fastapi import Request


def cookies_of(request: Request) -> Mapping[str, str]:
    """Return the request's cookies by name; of one sent twice, the last. No value is decoded or unquoted."""
    found: dict[str, str] = {}
    for field in request.headers.getlist("cookie"):
        for pair in field.split(";"):
            name, _, value = pair.partition("=")
            found[name.strip()] = value.strip()
    return found
