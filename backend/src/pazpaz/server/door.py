"""Who may hold a connection: a share per peer, and idle connections give way."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

from pazpaz.core.base.networks import network_of
from pazpaz.server.limits import Limits


class Held(Protocol):
    """An open connection, as the door sees it."""

    connections: set[Any]

    @property
    def peer(self) -> str | None: ...

    @property
    def idle_since(self) -> float: ...

    def give_way(self) -> None: ...


class Door:
    """Counts what each peer holds. Looking for an idle connection costs only when there are too many."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: Counter[str | None] = Counter()

    def admits(self, newcomer: Held) -> bool:
        """Whether there is room for it, made by whoever has been idle for longest: of its own peer, then of all."""
        peer = _name(newcomer)
        self._held[peer] += 1
        if peer is not None and self._held[peer] > self._limits.share:
            return _makes_room((held for held in newcomer.connections if _name(held) == peer), newcomer)
        if len(newcomer.connections) > self._limits.connections:
            return _makes_room(newcomer.connections, newcomer)
        return True

    def left(self, gone: Held) -> None:
        peer = _name(gone)
        self._held[peer] -= 1
        if not self._held[peer]:
            del self._held[peer]


def _name(held: Held) -> str | None:
    return None if held.peer is None else network_of(held.peer).subscriber


def _makes_room(held: Iterable[Held], newcomer: Held) -> bool:
    others = (one for one in held if one is not newcomer)
    idlest = min(others, key=lambda one: one.idle_since, default=None)
    if idlest is None or idlest.idle_since == math.inf:
        return False
    idlest.give_way()
    return True
