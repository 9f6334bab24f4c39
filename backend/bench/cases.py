"""The requests of every case, built before anything is measured, the same ids for each side."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import orjson

from bench.data import Dataset, texts
from bench.figures import BARE, OURS, UNRECORDED
from bench.servers import Server

API = "/api/v1"
_AUTOSAVES = 400  # notes being written at once: a save that follows another is the common one


@dataclass(frozen=True)
class Side:
    """A server, the database roles it connects as, and what it is asked, for ever."""

    server: Server
    roles: str
    requests: Iterator[bytes]


@dataclass(frozen=True)
class Case:
    """Sides that are measured by turns with as many connections each."""

    name: str
    connections: int
    sides: dict[str, Side]


class Requests:
    """Builds the bytes of requests over one data set."""

    def __init__(self, data: Dataset, ours: Server, bare: Server) -> None:
        self._data = data
        self._servers = {OURS: ours, BARE: bare, UNRECORDED: bare}
        self._bodies = [orjson.dumps({"subjective": text}) for text in texts(random.Random(2), 200)]

    def cases(self, connections: int, many: int) -> list[Case]:
        """Every case there is; `many` is the number of connections of P6's second half."""
        return [
            self._case("P1", connections, (OURS, BARE, UNRECORDED)),
            self._case("P2", connections, (OURS, BARE)),
            self._case("P3", connections, (OURS, BARE)),
            self._case("P4", connections, (OURS, BARE)),
            self._case("P5", connections, (OURS, BARE)),
            self._case("P6", many, (OURS, BARE)),
        ]

    def _case(self, name: str, connections: int, sides: tuple[str, ...]) -> Case:
        return Case(name, connections, {side: self._side(name, side) for side in sides})

    def _side(self, case: str, side: str) -> Side:
        roles = "pazpaz_" if side == OURS else "postgres "
        return Side(self._servers[side], roles, itertools.cycle(self._all(case, side)))

    def _all(self, case: str, side: str) -> list[bytes]:
        if case == "P2":
            return [self._get(side, *row, "client") for row in self._data.clients]
        if case == "P3":
            return [self._get(side, *row, "newest") for row in self._data.notes]
        if case == "P5":
            return [self._get(side, *row, "timeline") for row in self._data.histories]
        if case == "P4":
            notes = self._data.notes[:_AUTOSAVES]
            return [
                self._put(side, *row, body)
                for row, body in zip(notes, itertools.cycle(self._bodies), strict=False)
            ]
        return [self._get(side, *row, "note") for row in self._data.notes]

    def _get(self, side: str, workspace: UUID, row: UUID, what: str) -> bytes:
        return (
            f"GET {_path(side, workspace, row, what)} HTTP/1.1\r\n{self._head(side, workspace)}\r\n".encode()
        )

    def _put(self, side: str, workspace: UUID, row: UUID, body: bytes) -> bytes:
        head = (
            f"PUT {_path(side, workspace, row, 'note')} HTTP/1.1\r\n{self._head(side, workspace)}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def _head(self, side: str, workspace: UUID) -> str:
        host = "host: 127.0.0.1\r\n"
        if side != OURS:
            return host
        return f"{host}authorization: Bearer {self._data.practices[workspace].token}\r\n"


def _path(side: str, workspace: UUID, row: UUID, what: str) -> str:
    if side == OURS:
        return {
            "note": f"{API}/sessions/{row}",
            "client": f"{API}/sessions?client_id={row}&include=text",
            "newest": f"{API}/sessions",
            "timeline": f"{API}/clients/{row}/timeline",
        }[what]
    one = "unrecorded" if side == UNRECORDED else "sessions"
    return {
        "note": f"/{workspace}/{one}/{row}",
        "client": f"/{workspace}/clients/{row}/sessions",
        "newest": f"/{workspace}/sessions",
        "timeline": f"/{workspace}/clients/{row}/timeline",
    }[what]
