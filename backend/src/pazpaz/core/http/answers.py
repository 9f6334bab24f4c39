"""Answers: rows and pages as JSON bytes in one pass, without a copy in between."""

import asyncio
from collections.abc import Iterable, Mapping
from itertools import islice

import orjson
from asyncpg.pgproto import pgproto
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# The driver's UUIDs are a subclass that orjson does not know. This is the method of that very type: for
# any other value it raises, so nothing slips through as text.
_plain = pgproto.UUID.__str__
_AT_ONCE = 50  # items; as many of the longest take about 3 ms to write


def to_json(value: object) -> bytes:
    """Rows as JSON; instants end in Z."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def _headers(result: object, body: bytes) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    version = getattr(result, "version", None)
    if version is not None:
        headers.append((b"etag", f'"{version}"'.encode()))
    return headers


async def send_slowly(body: bytes, status: int, send_message: Send) -> None:
    """Send what a page was written as; over when the client has read almost all of it."""
    start = {"type": "http.response.start", "status": status, "headers": _headers(None, body)}
    await send_message(start)
    await send_message({"type": "http.response.body", "body": body, "more_body": True})
    await send_message({"type": "http.response.body", "body": b""})  # waits until the connection takes more


async def send(
    result: object, status: int, send_message: Send, more: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Send a row, a page, or nothing (204); `more` are headers besides."""
    if result is None:
        await send_message({"type": "http.response.start", "status": 204, "headers": []})
        await send_message({"type": "http.response.body", "body": b""})
        return
    body = to_json(result)
    headers = [*_headers(result, body), *more]
    await send_message({"type": "http.response.start", "status": status, "headers": headers})
    await send_message({"type": "http.response.body", "body": body})


def response(result: object, status: int) -> Response:
    """Return the same as an object, for endpoints that add cookies."""
    return Response(to_json(result), status, media_type="application/json")


class InParts(Response):
    """JSON that is sent as it was written, part by part, and never copied into one."""

    media_type = "application/json"

    def __init__(self, parts: list[bytes], headers: Mapping[str, str]) -> None:
        """All of it is there, so its length is told."""
        super().__init__(headers={**headers, "content-length": str(sum(map(len, parts)))})
        self._parts = parts

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it; the server waits in between for a client that reads slowly."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def listed(
    items: Iterable[object], rest: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    """Return a list that may be long, and what stands beside its items; others have the event loop in between."""
    return await several({"items": items}, rest, headers)


async def several(
    lists: Mapping[str, Iterable[object]],
    rest: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return lists that may be long, by their names, and what stands beside them, in the same way."""
    parts = [b"{"]
    for name, items in lists.items():
        parts += (to_json(name), b":[", *await _in_slices(items), b"],")
    return InParts([*parts, to_json(rest)[1:]], headers or {})


async def _in_slices(items: Iterable[object]) -> list[bytes]:
    left, parts = iter(items), list[bytes]()
    while some := list(islice(left, _AT_ONCE)):
        parts += (to_json(some)[1:-1], b",")
        await asyncio.sleep(0)
    return parts[:-1]


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has just this (RFC 9110, 13.1.2): compared weakly, since proxies that compress weaken."""
    given = (if_none_match or "").split(",")
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in given)


def not_modified(etag: str) -> Response:
    """Answer that the client has it already."""
    return Response(status_code=304, headers={"ETag": etag})
