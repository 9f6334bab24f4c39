"""Answers: rows and pages as JSON bytes in one pass, without a copy in between."""

import orjson
from asyncpg.pgproto import pgproto
from starlette.responses import Response
from starlette.types import Send

# The driver's UUIDs are a subclass that orjson does not know. This is the method of that very type: for
# any other value it raises, so nothing slips through as text.
_plain = pgproto.UUID.__str__


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


async def send(result: object, status: int, send_message: Send) -> None:
    """Send a row, a page, or nothing (204)."""
    if result is None:
        await send_message({"type": "http.response.start", "status": 204, "headers": []})
        await send_message({"type": "http.response.body", "body": b""})
        return
    body = to_json(result)
    start = {"type": "http.response.start", "status": status, "headers": _headers(result, body)}
    await send_message(start)
    await send_message({"type": "http.response.body", "body": body})


def response(result: object, status: int) -> Response:
    """The same as an object, for endpoints that add cookies."""
    return Response(to_json(result), status, media_type="application/json")
