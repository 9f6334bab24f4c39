"""One small read of somebody else, again and again, in a process of its own: how long it waits."""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

EVERY_SECONDS = 0.065  # a thousand reads a minute are allowed


@contextmanager
def waiting(
    url: str, *, token: str = "", every: float = EVERY_SECONDS, host: str = "127.0.0.1"
) -> Iterator[list[float]]:
    """Seconds of each wait while the block runs, filled at its end."""
    waits: list[float] = []
    words = [sys.executable, "-m", "bench.neighbour", url, token, str(every), host]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            yield waits
            waits += json.loads(process.communicate(timeout=90)[0])
        finally:
            process.kill()  # before the server ends, so that the block's own fault is the only one told


def main() -> None:
    """`python -m bench.neighbour URL TOKEN EVERY HOST`, until its input ends: the waits in seconds as a JSON list."""
    url, token, every, host = sys.argv[1:5]
    parts = urlsplit(url)
    assert parts.hostname is not None
    head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    request = (head if token else head.replace("Authorization: Bearer \r\n", "")).encode()
    waits: list[float] = []
    connection: socket.socket | None = None
    while not _has_ended():
        began = time.monotonic()
        if connection is None:
            connection = socket.create_connection((parts.hostname, parts.port or 80), 60, (host, 0))
        connection.sendall(request)
        if not _answered(connection):
            connection.close()
            connection = None
        waits.append(time.monotonic() - began)
        if len(waits) == 1:
            sys.stdout.write("begun\n")
            sys.stdout.flush()
        time.sleep(max(0.0, float(every) - waits[-1]))
    sys.stdout.write(json.dumps(waits))


def _has_ended() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


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
