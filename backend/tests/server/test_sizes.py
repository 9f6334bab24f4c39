"""Sizes and forms: at the limit it passes, one more is refused before the rest is sent."""

from collections.abc import Iterator

import pytest

from pazpaz.server.limits import Limits
from tests.server.wire import GET, HEAD, POST, Served, served

LIMITS = Limits(body=300_000)
MANY_BYTES = b"x" * 1_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(body=LIMITS.body) as server:
        yield server


def padded(size: int) -> bytes:
    """A request whose head has this many bytes."""
    start = HEAD + b"X-Long: "
    return start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("piece", [1 << 20, 1000, 16383, 16384])
def test_a_head_of_sixteen_kib_passes_and_one_byte_more_does_not(server: Served, piece: int) -> None:
    with server.client() as client:
        for _ in range(2):
            for part in pieces(padded(LIMITS.head), piece):
                client.send(part)
            assert client.answer().status == 200
        for part in pieces(padded(LIMITS.head + 1), piece):
            client.send(part)
        client.problem(431, "headers-too-large")


def test_a_head_without_an_end_is_refused_before_it_ends(server: Served) -> None:
    with server.client() as client:
        client.send(padded(LIMITS.head + 1)[: LIMITS.head + 1])
        client.problem(431, "headers-too-large")


def test_a_hundred_fields_pass_and_one_more_does_not(server: Served) -> None:
    with server.client() as client:
        assert client.send(HEAD + b"X: y\r\n" * 99 + b"\r\n").answer().said["fields"] == 100
        client.send(HEAD + b"X: y\r\n" * 100 + b"\r\n").problem(431, "headers-too-large")


def test_a_target_of_eight_kib_passes_and_one_byte_more_does_not(server: Served) -> None:
    path = b"/" + b"a" * (LIMITS.target - 1)
    with server.client() as client:
        assert client.send(GET.replace(b" / ", b" " + path + b" ")).answer().status == 200
        client.send(b"GET " + path + b"a")  # and no end
        client.problem(414, "address-too-long")


@pytest.mark.parametrize(
    ("start", "status"), [(HEAD + b"X-Long: ", 431), (HEAD, 431), (b"GET /", 414), (b"GET /?", 414)]
)
def test_fifty_megabytes_of_head_are_never_held(server: Served, start: bytes, status: int) -> None:
    before = server.forget_peak()
    piece = b"X: y\r\n" * 160_000 if start == HEAD else MANY_BYTES
    with server.client() as client:
        client.send(start)
        assert client.send_until_refused(piece, 50) < 50
        assert client.answer().status == status
    assert server.peak() - before < 20_000_000


def test_fifty_megabytes_sent_without_listening_are_not_held_either(server: Served) -> None:
    before = server.forget_peak()
    with server.client() as client:
        client.send(HEAD + b"X-Long: ")
        for _ in range(50):
            client.send(MANY_BYTES)
        assert client.answer().status == 431
    assert server.peak() - before < 20_000_000


def test_a_declared_body_over_the_limit_is_refused_before_it_is_sent(server: Served) -> None:
    declared = POST + b"Content-Length: %d\r\n\r\n"
    with server.client() as client:
        client.send(declared % LIMITS.body + b"x" * LIMITS.body)
        assert client.answer().said["body"] == LIMITS.body
        client.send(declared % (LIMITS.body + 1)).problem(413, "content-too-large")


def chunked(body: bytes, size: int, end: bytes = b"0\r\n\r\n") -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in pieces(body, size))
    return POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + end


@pytest.mark.parametrize("size", [7, 1000, 1 << 20])
def test_a_chunked_body_over_the_limit_is_refused_before_its_end(server: Served, size: int) -> None:
    with server.client() as client:
        client.send(chunked(b"x" * LIMITS.body, size))
        assert client.answer().said["body"] == LIMITS.body
        client.send(chunked(b"x" * (LIMITS.body + 1), size, end=b""))
        client.problem(413, "content-too-large")


@pytest.mark.parametrize("start", [b"0\r\nX-Long: ", b"0\r\n", b"5;x="])
def test_trailers_and_chunk_extensions_have_an_end(server: Served, start: bytes) -> None:
    before = server.forget_peak()
    with server.client() as client:
        client.send(chunked(b"x", 1, end=start))
        piece = b"X: y\r\n" * 160_000 if start == b"0\r\n" else MANY_BYTES
        assert client.send_until_refused(piece, 50) < 50
        assert client.answer().status == 431
    assert server.peak() - before < 20_000_000


def test_a_trailer_is_no_header(server: Served) -> None:
    with server.client() as client:
        client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        client.send(b"0\r\nCookie: a=b\r\n\r\n")
        said = client.answer().said
        assert (said["fields"], said["fields_after"]) == (2, 2)
        assert client.send(GET).answer().status == 200


def test_the_limits_are_those_of_the_goals() -> None:
    limits = Limits()
    assert (limits.head, limits.target, limits.fields, limits.body) == (16384, 8192, 100, 12_000_000)
    assert (limits.head_seconds, limits.body_seconds, limits.total_seconds) == (10, 15, 20)
    assert (limits.idle_seconds, limits.unread_seconds) == (30, 15)
    assert (limits.connections, limits.share) == (1000, 250)
