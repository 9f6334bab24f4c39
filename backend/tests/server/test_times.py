"""Times: whoever sends or reads too slowly is cut, and nobody else notices."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.server.serving import BIG
from tests.server.wire import GET, HEAD, POST, SECONDS, Client, Served, served

LIMITS = {
    "head_seconds": 0.4,
    "body_seconds": 0.6,
    "stall_seconds": 0.3,
    "total_seconds": 0.8,
    "unread_seconds": 0.5,
    "idle_seconds": 0.6,
    "linger_seconds": 0.2,
    "connections": 250,
}
BODY = POST + b"Content-Length: 1000\r\n\r\n"
BIG_GET = GET.replace(b" / ", b" /big ")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(**LIMITS) as server:
        yield server


RATE = 2000
PATIENT = {"head_seconds": 1.5, "body_seconds": 1.5, "stall_seconds": 1.5, "total_seconds": 1.5}


@pytest.fixture(scope="module")
def lenient() -> Iterator[Served]:
    """Whoever keeps this rate may take as long as it takes; a busy machine may stand still for a second meanwhile."""
    with served(**LIMITS | PATIENT, body_rate=RATE) as server:
        yield server


def trickle(client: Client, pieces: int, size: int, pause: float = 0.05) -> float:
    """Send pieces of a body now and then until they are all sent or something comes back; how long that took."""
    began = time.monotonic()
    for _ in range(pieces):
        if client.send_until_refused(b"x" * size, 1) == 0:
            break
        time.sleep(pause)
    return time.monotonic() - began


def drip(client: Client, byte: bytes, pause: float = 0.05) -> float:
    """Send a byte now and then until something comes back; how long that took."""
    began = time.monotonic()
    client.socket.settimeout(pause)
    while time.monotonic() - began < SECONDS:
        try:
            client.send(byte)
            client.left += client.socket.recv(65536)
            break
        except TimeoutError:
            continue
    client.socket.settimeout(SECONDS)
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("start", "byte", "least"),
    [
        (HEAD + b"X-Slow: ", b"x", LIMITS["head_seconds"]),
        (BODY, b"x", LIMITS["body_seconds"]),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", LIMITS["body_seconds"]),
    ],
    ids=["head", "body", "chunks"],
)
def test_a_slow_request_is_cut(server: Served, start: bytes, byte: bytes, least: float) -> None:
    with server.client() as client:
        client.send(start)
        assert drip(client, byte) > least * 0.8
        client.problem(408, "request-timeout")


def begin_body(client: Client, size: int) -> None:
    client.send(POST + b"Content-Length: %d\r\n\r\n" % size)


def test_a_long_body_over_a_slow_line_is_taken(lenient: Served) -> None:
    """At well over the rate it may take longer than any limit; the request after it has its own time."""
    size = RATE // 4  # every 50 ms, however busy the machine is, by far enough
    with lenient.client() as client:
        for _ in range(2):
            begin_body(client, 40 * size)
            assert trickle(client, 40, size) > PATIENT["total_seconds"]
            assert client.answer().said["body"] == 40 * size


def test_a_chunked_body_over_a_slow_line_is_taken(lenient: Served) -> None:
    size = RATE // 4
    with lenient.client() as client:
        client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(40):
            client.send(b"%x\r\n" % size + b"x" * size + b"\r\n")
            time.sleep(0.05)
        assert client.send(b"0\r\n\r\n").answer().said["body"] == 40 * size


def test_a_body_below_the_rate_is_cut(lenient: Served) -> None:
    """Later than without a byte, for what has come; but it is cut."""
    with lenient.client() as client:
        begin_body(client, 1_000_000)
        took = trickle(client, 1000, RATE // 100)
        assert took > PATIENT["body_seconds"] * 0.8
        client.problem(408, "request-timeout")


def test_a_body_that_comes_at_once_and_stops_is_cut(lenient: Served) -> None:
    """What it has bought is no time to stand still."""
    with lenient.client() as client:
        begin_body(client, 100_001)
        client.send(b"x" * 100_000).problem(408, "request-timeout")


def test_the_bytes_of_one_request_buy_no_time_for_the_next(lenient: Served) -> None:
    with lenient.client() as client:
        begin_body(client, 100_000)
        assert client.send(b"x" * 100_000).answer().said["body"] == 100_000
        client.send(BODY)
        drip(client, b"x")
        client.problem(408, "request-timeout")


@pytest.mark.parametrize("start", [b"G", HEAD, BODY, BODY + b"x" * 999, BODY.replace(b" / ", b" /slow ")])
def test_a_request_that_stops_is_cut(server: Served, start: bytes) -> None:
    with server.client() as client:
        client.send(start).problem(408, "request-timeout")


def test_a_body_nobody_waits_for_is_cut_too(server: Served) -> None:
    with server.client() as client:
        assert client.send(BODY.replace(b" / ", b" /early ")).answer().said["path"] == "/early"
        assert client.is_closed()


@pytest.mark.parametrize("before", [b"", b"\r\n", GET], ids=["new", "empty line", "kept alive"])
def test_an_idle_connection_is_closed_without_a_word(server: Served, before: bytes) -> None:
    with server.client() as client:
        client.send(before)
        if before == GET:
            assert client.answer().status == 200
        assert client.is_closed()


def test_a_connection_in_use_stays(server: Served) -> None:
    until = time.monotonic() + LIMITS["idle_seconds"] * 1.5
    with server.client() as client:
        while time.monotonic() < until:
            assert client.send(GET).answer().status == 200
            time.sleep(LIMITS["idle_seconds"] / 4)


@pytest.mark.parametrize("pace", [0, 1000])
def test_who_does_not_read_is_cut(server: Served, pace: int) -> None:
    assert server.wait_until_alone()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(SECONDS)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(BIG_GET)
        deadline, read = time.monotonic() + SECONDS, 0
        while server.connections() and time.monotonic() < deadline:
            read += len(slow.recv(pace)) if pace else 0
            time.sleep(0.05)
        assert not server.connections()
        assert read < BIG


def test_who_goes_on_sending_is_not_listened_to_for_long(server: Served) -> None:
    with server.client() as client:
        client.send(HEAD + b"X: " + b"x" * 20_000)
        assert client.sends_for(SECONDS) < SECONDS / 2


def test_two_hundred_slow_connections_stop_nobody(server: Served) -> None:
    assert server.wait_until_alone()
    starts = [b"GET / HT", HEAD + b"X: ", BODY, BIG_GET]
    slow = [server.client().send(starts[number % len(starts)]) for number in range(200)]
    try:
        with server.client() as client:
            for _ in range(20):
                assert client.send(GET).answer().status == 200
        assert server.wait_until_alone()
    finally:
        for client in slow:
            client.socket.close()
