"""Cookies are read in one pass, whatever the header holds."""

import time

import pytest
from fastapi import Request

from pazpaz.core.http.cookies import cookies_of
from pazpaz.server.limits import Limits


def asking(*fields: str) -> Request:
    headers = [(b"cookie", field.encode("latin-1")) for field in fields]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


@pytest.mark.parametrize(
    ("fields", "found"),
    {
        "none": ((), {}),
        "one": (("a=1",), {"a": "1"}),
        "two": (("a=1; b=2",), {"a": "1", "b": "2"}),
        "two fields": (("a=1", "b=2"), {"a": "1", "b": "2"}),
        "twice": (("a=1; a=2",), {"a": "2"}),
        "a sign in it": (("a=b=c==",), {"a": "b=c=="}),
        "no name": (("; a=1;;",), {"a": "1", "": ""}),
        "as it is": (('a="x"; b=%22\xe9',), {"a": '"x"', "b": "%22\xe9"}),
    }.values(),
)
def test_cookies_are_read_as_they_were_sent(fields: tuple[str, ...], found: dict[str, str]) -> None:
    """Names and values by RFC 6265, nothing unquoted; of one sent twice, the last."""
    assert cookies_of(asking(*fields)) == found


def test_the_longest_header_costs_little() -> None:
    """As many cookies as fit into a request's head take a few milliseconds."""
    request = asking(";".join("a=1" for _ in range(Limits().head // 4)))
    began = time.thread_time()
    assert cookies_of(request) == {"a": "1"}
    assert time.thread_time() - began < 0.05
