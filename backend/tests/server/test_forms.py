"""Forms: what two parsers could read in two ways is refused, and what is well-formed keeps working."""

from collections.abc import Iterator

import pytest

from pazpaz.server.hosts import host_of
from tests.server.serving import BIG
from tests.server.wire import GET, HEAD, POST, Served, served

CHUNKED = b"Transfer-Encoding: chunked\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\nUpgrade: h2c\r\n"
WEBSOCKET = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as server:
        yield server


MALFORMED = {
    "no request line": b"nonsense",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2 as a version": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "an unknown version": b"GET / HTTP/1.2\r\n\r\n",
    "another protocol": b"GET / RTSP/1.0\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tab": b"GET\t/ HTTP/1.1\r\n",
    "a target that is none": b"GET foo HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a byte beyond ASCII": b"GET /\xff HTTP/1.1\r\n",
    "CONNECT": b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another host in the target": b"GET http://other/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an unknown scheme": b"GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bare LF": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "bare LF after a field": HEAD + b"X: a\nY: b\r\n\r\n",
    "bare LF at the end": HEAD + b"\n",
    "bare CR": HEAD + b"X: a\rb\r\n\r\n",
    "NUL in a value": HEAD + b"X: a\0b\r\n\r\n",
    "NUL in a name": HEAD + b"X\0: a\r\n\r\n",
    "NUL in the target": b"GET /\0 HTTP/1.1\r\n\r\n",
    "a control character": HEAD + b"X: a\x01b\r\n\r\n",
    "a folded field": HEAD + b"X: a\r\n b\r\n\r\n",
    "a field folded with a tab": HEAD + b"X: a\r\n\tb\r\n\r\n",
    "a fold before the first field": b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "a space before the colon": HEAD + b"X : a\r\n\r\n",
    "no name": HEAD + b": a\r\n\r\n",
    "no colon": HEAD + b"abc\r\n\r\n",
    "both lengths": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "both lengths, the other way": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "the same length twice": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "lengths in a list": POST + b"Content-Length: 5, 5\r\n\r\nhello",
    "a signed length": POST + b"Content-Length: +5\r\n\r\nhello",
    "a negative length": POST + b"Content-Length: -5\r\n\r\nhello",
    "a hexadecimal length": POST + b"Content-Length: 0x5\r\n\r\nhello",
    "an empty length": POST + b"Content-Length: \r\n\r\nhello",
    "a length of 23 digits": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked before another": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "identity": POST + b"Transfer-Encoding: identity\r\n\r\nhello",
    "identity and chunked": POST + b"Transfer-Encoding: identity\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "chunked twice": POST + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    "nearly chunked": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked after VT": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in HTTP/1.0": b"POST / HTTP/1.0\r\nHost: localhost\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "an upgrade with a body": POST + UPGRADE + b"Content-Length: 5\r\n\r\nhello",
    "an upgrade with chunks": POST + UPGRADE + CHUNKED + b"\r\n0\r\n\r\n",
    "a chunk size with LF": POST + CHUNKED + b"\r\n5\nhello\r\n0\r\n\r\n",
    "a chunk with LF": POST + CHUNKED + b"\r\n5\r\nhello\n0\r\n\r\n",
    "an extension with LF": POST + CHUNKED + b"\r\n5;a\nb\r\nhello\r\n0\r\n\r\n",
    "a space after a size": POST + CHUNKED + b"\r\n5 \r\nhello\r\n0\r\n\r\n",
    "0x before a size": POST + CHUNKED + b"\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "a negative size": POST + CHUNKED + b"\r\n-5\r\nhello\r\n",
    "a size too large": POST + CHUNKED + b"\r\nfffffffffffffffff\r\nhello",
    "a chunk longer than its size": POST + CHUNKED + b"\r\n5\r\nhelloX\r\n0\r\n\r\n",
    "a length in a trailer": POST + CHUNKED + b"\r\n0\r\nContent-Length: 5\r\n\r\n",
    "a folded trailer": POST + CHUNKED + b"\r\n0\r\nA: b\r\n c\r\n\r\n",
}


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "bytewise"])
@pytest.mark.parametrize("name", MALFORMED)
def test_the_malformed_is_refused_as_a_problem(server: Served, name: str, *, whole: bool) -> None:
    data = MALFORMED[name]
    with server.client() as client:
        if whole:
            client.send(data)
        else:
            client.send_bytewise(data)
        client.problem(400, "bad-request")


def test_the_malformed_after_a_request_waits_for_its_answer(server: Served) -> None:
    slow = GET.replace(b" / ", b" /slow ")
    with server.client() as client:
        client.send(slow + b"nonsense")
        assert client.answer().said["path"] == "/slow"
        client.problem(400, "bad-request")


@pytest.mark.parametrize("upgrade", [UPGRADE, WEBSOCKET], ids=["h2c", "websocket"])
def test_an_upgrade_is_not_heard(server: Served, upgrade: bytes) -> None:
    with server.client() as client:
        client.send(HEAD + upgrade + b"\r\n" + GET.replace(b" / ", b" /second "))
        assert client.answer().said["path"] == "/"
        assert client.answer().said["path"] == "/second"
        assert client.send(GET).answer().status == 200


def test_requests_follow_one_another(server: Served) -> None:
    post = POST + b"Content-Length: 5\r\n\r\nhello"
    chunks = POST + CHUNKED + b"\r\n5\r\nhello\r\n0\r\n\r\n"
    with server.client() as client:
        for _ in range(3):
            assert client.send(GET).answer().said["body"] == 0
            assert client.send(b"\r\n" + post).answer().said["body"] == 5
            assert client.send(chunks).answer().said["body"] == 5


def test_pipelined_requests_are_answered_in_order(server: Served) -> None:
    paths = [b"/slow", b"/a", b"/early", b"/slow", b"/b"]
    requests = [
        b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello" % path for path in paths
    ]
    with server.client() as client:
        client.send(b"".join(requests) + GET)
        assert [client.answer().said["path"].encode() for _ in paths] == paths
        assert client.answer().said["path"] == "/"
    with server.client() as client:
        data = b"".join(requests).replace(b"/early", b"/later")  # which reads its body
        for at in range(0, len(data), 7):
            client.send(data[at : at + 7])
        assert [client.answer().said["path"] for _ in paths] == ["/slow", "/a", "/later", "/slow", "/b"]


def test_whoever_pipelines_without_end_is_answered_once(server: Served) -> None:
    before = server.forget_peak()
    with server.client() as client:
        client.send(GET.replace(b" / ", b" /slow "))
        client.send_until_refused(GET * 10_000, 100)
        assert client.answer().said["path"] == "/slow"
    assert server.wait_until_alone()
    assert server.peak() - before < 20_000_000


def test_what_follows_a_chunked_body_at_once_is_never_a_request_of_its_body(server: Served) -> None:
    with server.client() as client:
        client.send(POST + CHUNKED + b"\r\n0\r\n\r\n" + GET)
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.is_closed()


def test_who_reads_gets_it_all(server: Served) -> None:
    with server.client() as client:
        assert len(client.send(GET.replace(b" / ", b" /big ")).answer().body) == BIG
        assert client.send(GET).answer().status == 200


def test_a_target_in_absolute_form_is_taken(server: Served) -> None:
    with server.client() as client:
        client.send(GET.replace(b" / ", b" http://localhost/a?b "))
        assert client.answer().said["path"] == "/a"


def test_an_expected_hundred_is_said_and_never_waited_for(server: Served) -> None:
    expecting = b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with server.client() as client:
        client.send(POST + expecting)
        assert client.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.send(b"hello").answer().said["body"] == 5
        client.send(POST.replace(b" / ", b" /early ") + expecting)
        assert client.answer().said["path"] == "/early"
        assert client.is_closed()


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8000", "[::1]", "[::1]:1"])
def test_our_hosts_are_served(server: Served, host: str) -> None:
    with server.client() as client:
        for _ in range(2):
            assert client.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).answer().status == 200


@pytest.mark.parametrize(
    "fields",
    [
        b"",
        b"Host: \r\n",
        b"Host: evil.example\r\n",
        b"Host: localhost.evil.example\r\n",
        b"Host: evil@localhost\r\n",
        b"Host: localhost:80:80\r\n",
        b"Host: localhost:\r\n",
        b"Host: localhost, evil.example\r\n",
        b"Host: localhost\r\nHost: localhost\r\n",
    ],
)
def test_other_hosts_are_not(server: Served, fields: bytes) -> None:
    with server.client() as client:
        answer = client.send(b"GET / HTTP/1.1\r\n" + fields + b"\r\n").answer()
    assert answer.status == 421
    assert answer.said["type"] == "https://pazpaz.com/errors/misdirected-request"
    assert answer.said["instance"] == answer.headers["x-request-id"]


def test_hosts_are_written_as_clients_write_them() -> None:
    assert host_of("https://PazPaz.example:8443/app") == "pazpaz.example"
    assert host_of("http://[::1]:8000") == "[::1]"
    assert host_of("https://פזפז.example") == "xn--beba4bb.example"


PROBES = [
    b"GET /health/ready HTTP/1.0\r\n",
    b"GET /health/live HTTP/1.1\r\nHost: 10.1.2.3:8000\r\n",
    b"GET /health/ready HTTP/1.1\r\nHost: [2001:db8::7]\r\n",
]


@pytest.mark.parametrize("head", PROBES)
def test_health_is_told_by_address_and_without_a_host(server: Served, head: bytes) -> None:
    """As balancers ask, who know no name."""
    with server.client() as client:
        assert client.send(head + b"\r\n").answer().status == 200


@pytest.mark.parametrize(
    "head",
    [
        *(probe.replace(b"/health/", b"/api/") for probe in PROBES),
        b"GET /health/ready HTTP/1.1\r\nHost: evil.example\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: 10.1.2.3.evil.example\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: 10.1.2.3\r\nHost: localhost\r\n",
    ],
)
def test_no_more_than_health_and_to_no_other_name(server: Served, head: bytes) -> None:
    with server.client() as client:
        assert client.send(head + b"\r\n").answer().status == 421
