"""The door: idle connections give way, and no peer takes more than its share."""

import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.server.wire import GET, HEAD, POST, SECONDS, Client, Served, served

CONNECTIONS, SHARE = 20, 8
OTHERS = ("127.0.0.2", "127.0.0.3")
BUSY = [b"GET / HT", HEAD + b"X: ", POST + b"Content-Length: 1000\r\n\r\n"]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served(connections=CONNECTIONS, share=SHARE, head_seconds=60, body_seconds=60) as server:
        yield server


@pytest.fixture(autouse=True)
def alone(server: Served) -> None:
    assert server.wait_until_alone()


@contextmanager
def held(server: Served, count: int, start: bytes, peer: str = "127.0.0.1") -> Iterator[list[Client]]:
    """So many connections, which have sent this and had their answer, if it is one that is answered."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.client(peer)) for _ in range(count)]
        for client in clients:
            client.send(start)
            assert start != GET or client.answer().status == 200
        yield clients


def opened(server: Served, peer: str = "127.0.0.1") -> bool:
    """Whether another connection is served."""
    with server.client(peer) as client:
        return client.send(GET).answer().status == 200


def ended(clients: list[Client], wait: float = 0) -> int:
    """How many of these have nothing to say and are at their end; none of them has an answer to come."""
    poll = select.poll()
    for client in clients:
        poll.register(client.socket, select.POLLIN)
    return sum(client.is_closed() for client in clients if poll.poll(wait * 1000) and is_readable(client))


def is_readable(client: Client) -> bool:
    return bool(select.select([client.socket], [], [], 0)[0])


@pytest.mark.parametrize("start", [GET, b""], ids=["kept alive", "silent"])
def test_idle_connections_give_way_when_the_door_is_full(server: Served, start: bytes) -> None:
    """One of those that have been idle for longest goes; the rest stay."""
    with (
        held(server, SHARE, start) as first,
        held(server, SHARE, GET, OTHERS[0]) as second,
        held(server, CONNECTIONS - 2 * SHARE, GET, OTHERS[1]) as third,
    ):
        assert opened(server, "127.0.0.4")
        assert (ended(first, SECONDS), ended(second), ended(third)) == (1, 0, 0)


def test_a_peer_has_its_share_and_others_come_in(server: Served) -> None:
    """Busy connections do not give way, so one more of the same peer is refused, and nobody else is."""
    with held(server, SHARE - len(BUSY), BUSY[0]), ExitStack() as stack:
        for start in BUSY:
            stack.enter_context(held(server, 1, start))
        with server.client() as late:
            assert late.problem(503, "too-many-connections").headers["retry-after"] == "1"
        assert opened(server, OTHERS[0])


def test_a_peers_own_idle_connection_gives_way_first(server: Served) -> None:
    """Others' are left alone, however long they have been idle."""
    with held(server, 2, GET, OTHERS[0]) as others, held(server, SHARE - 1, BUSY[0]) as busy:
        with held(server, 1, GET) as idle:
            assert opened(server)
            assert idle[0].is_closed()
        assert ended(others) == ended(busy) == 0
        assert all(client.send(GET).answer().status == 200 for client in others)


def test_a_door_full_of_busy_connections_is_shut(server: Served) -> None:
    with ExitStack() as stack:
        for peer in ("127.0.0.1", *OTHERS):
            count = min(SHARE, CONNECTIONS - 2 * SHARE) if peer == OTHERS[1] else SHARE
            stack.enter_context(held(server, count, BUSY[1], peer))
        with server.client("127.0.0.4") as late:
            late.problem(503, "too-many-connections")


def test_who_leaves_makes_room(server: Served) -> None:
    for _ in range(3):
        with held(server, SHARE, BUSY[0]):
            pass
    assert opened(server)
