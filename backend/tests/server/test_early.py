"""Answers before the body's end: they close the connection and say so, and the client can read them."""

from collections.abc import Iterator

import pytest

from tests.server.wire import GET, Client, Served, served

EARLY = b"POST /early HTTP/1.1\r\nHost: localhost\r\n"
LENGTH = b"Content-Length: 200000\r\n"
BODY = b"x" * 200_000


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(stall_seconds=1.0, linger_seconds=0.4, body=400_000) as server:
        yield server


def last(client: Client) -> None:
    """The answer, which says that it is the last one, and the end."""
    answer = client.answer()
    assert (answer.status, answer.said["path"]) == (200, "/early")
    assert answer.headers["connection"] == "close"
    assert client.is_closed()


FORMS = {
    "a length": EARLY + LENGTH + b"\r\n",
    "chunks": EARLY + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "100-continue": EARLY + LENGTH + b"Expect: 100-continue\r\n\r\n",
    "HTTP/1.0": EARLY.replace(b"1.1", b"1.0") + LENGTH + b"\r\n",
    "the client's close": EARLY + LENGTH + b"Connection: close\r\n\r\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_an_early_answer_ends_the_connection(server: Served, name: str) -> None:
    with server.client() as client:
        client.send(FORMS[name])
        last(client)


@pytest.mark.parametrize("name", ["a length", "100-continue", "HTTP/1.0", "the client's close"])
def test_the_rest_of_the_body_does_not_reset_the_answer(server: Served, name: str) -> None:
    """Who listens only after sending everything, as some proxies do, still reads the answer."""
    with server.client() as client:
        client.send(FORMS[name])
        for at in range(0, len(BODY), 50_000):
            client.send(BODY[at : at + 50_000])
        last(client)


def test_what_follows_an_early_answer_is_no_request(server: Served) -> None:
    """A client that did not send the body cannot have its next request taken for the body, nor served."""
    with server.client() as client:
        client.send(FORMS["a length"] + GET.replace(b" / ", b" /second ") * 3)
        last(client)


def test_a_body_that_is_here_keeps_the_connection(server: Served) -> None:
    """Nothing is left unread, so nothing is in doubt."""
    with server.client() as client:
        for _ in range(3):
            answer = client.send(EARLY + b"Content-Length: 5\r\n\r\nhello").answer()
            assert "connection" not in answer.headers
        assert client.send(GET).answer().status == 200


def test_a_body_that_is_waited_for_keeps_the_connection(server: Served) -> None:
    with server.client() as client:
        client.send(FORMS["100-continue"].replace(b"/early", b"/late"))
        assert client.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        answer = client.send(BODY).answer()
        assert (answer.said["body"], "connection" in answer.headers) == (len(BODY), False)
        assert client.send(GET).answer().status == 200
