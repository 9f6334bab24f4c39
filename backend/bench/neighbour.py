"""Somebody else's small read, again and again, in a process of its own: how long it waits."""

import json
import socket
import sys
import time
from urllib.parse import urlsplit

EVERY_SECONDS = 0.065  # a thousand reads a minute are allowed


def main() -> None:
    """`python -m bench.neighbour URL TOKEN SECONDS HOST`: the waits in seconds as a JSON list."""
    url, token, seconds, host = sys.argv[1:5]
    parts = urlsplit(url)
    assert parts.hostname is not None
    request = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    waits, until = [], time.monotonic() + float(seconds)
    connection: socket.socket | None = None
    while time.monotonic() < until:
        began = time.monotonic()
        if connection is None:
            connection = socket.create_connection((parts.hostname, parts.port or 80), 60, (host, 0))
        connection.sendall(request)
        if not _answered(connection):
            connection.close()
            connection = None
        waits.append(time.monotonic() - began)
        time.sleep(max(0.0, EVERY_SECONDS - waits[-1]))
    sys.stdout.write(json.dumps(waits))


def _answered(connection: socket.socket) -> bool:
    """Read one answer; whether the connection goes on."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return False
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return b"connection: close" not in head.lower()


if __name__ == "__main__":
    main()
