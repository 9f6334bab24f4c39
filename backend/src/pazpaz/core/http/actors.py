"""Whose token is whose, remembered for a moment, so that neither people nor guessers cost a round trip each time."""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import TypeVar

from pazpaz.core.base.errors import NotAuthenticated
from pazpaz.core.db.actor import Actor
from pazpaz.core.process.resources import Authenticate, Resources

T = TypeVar("T")
_KNOWN_SECONDS = 60.0
_KNOWN_ACTORS = 10_000
_MISSED_SECONDS = 5.0
_MISSED_TOKENS = 10_000


class Actors:
    """Who was found lately, and which tokens were nobody's.

    It grants nothing: every statement has PostgreSQL verify the actor again (`app.enter`). Tokens are random,
    so one that was nobody's a moment ago has not become somebody's.
    """

    def __init__(self, authenticate: Authenticate) -> None:
        """`authenticate` finds the actor of a hashed token."""
        self._authenticate = authenticate
        self._known: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()
        self._missed: OrderedDict[bytes, float] = OrderedDict()
        self._asked: dict[bytes, tuple[asyncio.Lock, list[None]]] = {}

    def known(self, token: bytes) -> Actor | None:
        """Return the actor who was found within the last minute."""
        until, actor = self._known.get(token, (0.0, None))
        return actor if until > time.monotonic() else None

    def was_known(self, token: bytes) -> bool:
        """Whether the token was somebody's lately: it is no guess."""
        return token in self._known

    @contextlib.asynccontextmanager
    async def asking(self, token: bytes) -> AsyncIterator[None]:
        """One at a time asks whose a token is; the next find the answer."""
        lock, waiting = self._asked.setdefault(token, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                yield
        finally:
            waiting.pop()
            if not waiting:
                self._asked.pop(token, None)

    async def find(self, resources: Resources, token: bytes) -> Actor:
        """Return the actor of a hashed token, or NotAuthenticated."""
        if (known := self.known(token)) is not None:
            return known
        actor = await self._look_up(resources, token, is_used=True)
        _remember(self._known, token, (time.monotonic() + _KNOWN_SECONDS, actor), _KNOWN_ACTORS)
        return actor

    async def glimpse(self, resources: Resources, token: bytes) -> Actor:
        """Return the same for what a browser asks by itself: it keeps no sign-in from locking, and is not remembered.

        Were it remembered, what its user does next would keep nothing from locking either.
        """
        return self.known(token) or await self._look_up(resources, token, is_used=False)

    async def _look_up(self, resources: Resources, token: bytes, *, is_used: bool) -> Actor:
        if self._missed.get(token, 0.0) > time.monotonic():
            raise NotAuthenticated
        actor = await self._authenticate(resources, token, is_used=is_used)
        if actor is None:
            self._known.pop(token, None)
            _remember(self._missed, token, time.monotonic() + _MISSED_SECONDS, _MISSED_TOKENS)
            raise NotAuthenticated
        return actor

    async def find_again(self, resources: Resources, token: bytes) -> Actor:
        """Return the actor as of now: a role given a moment ago counts."""
        self.forget(token)
        return await self.find(resources, token)

    def forget(self, token: bytes) -> None:
        """Forget an actor that turned out to be stale."""
        self._known.pop(token, None)


def _remember(kept: OrderedDict[bytes, T], token: bytes, value: T, most: int) -> None:
    kept[token] = value
    kept.move_to_end(token)
    if len(kept) > most:
        kept.popitem(last=False)
