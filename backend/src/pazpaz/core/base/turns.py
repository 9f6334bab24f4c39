"""Fair shares of what a process has few of: practices take their places in turn."""

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from pazpaz.core.base.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
_WAIT_SECONDS = 30.0
_WAITING = 32
_FORGIVEN_SECONDS = 60.0


class _Turn(asyncio.Future[None]):
    """One who waits for so many places at once."""

    places = 1


class _Owner:
    """One practice's part: who waits, how many are in, and what they have used lately."""

    __slots__ = ("inside", "spent", "spent_at", "waiting")

    def __init__(self, now: float) -> None:
        self.inside = 0
        self.waiting: deque[_Turn] = deque()
        self.spent = 0.0
        self.spent_at = now

    def owed(self, now: float) -> float:
        """Seconds used; they are forgiven linearly within a minute."""
        return max(0.0, self.spent * (1 - (now - self.spent_at) / _FORGIVEN_SECONDS))

    def spend(self, seconds: float, now: float) -> None:
        self.spent, self.spent_at = self.owed(now) + seconds, now


class Turns:
    """So many places at once, of which one owner holds at most `per_owner`.

    A free place goes to the waiting owner who used least in the last minute, and among one owner's to who came
    first. With `per_owner < places`, whoever comes finds a place that no single other holds.
    """

    def __init__(
        self,
        places: int,
        *,
        per_owner: int,
        waiting: int = _WAITING,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        """Let `waiting` of one owner wait; one more, or a longer wait, is Unavailable."""
        self._free = places
        self._per_owner = per_owner
        self._waiting = waiting
        self._wait_seconds = wait_seconds
        self._owners: OrderedDict[Hashable, _Owner] = OrderedDict()

    @contextlib.asynccontextmanager
    async def place(self, owner: Hashable) -> AsyncIterator[None]:
        """Hold a place; Unavailable when none came free in time. The time in it counts as used."""
        await self.take(owner)
        began = time.monotonic()
        try:
            yield
        finally:
            self.give_back(owner, time.monotonic() - began)

    async def take(self, owner: Hashable, places: int = 1) -> None:
        """Wait for so many places at once, at most one owner's share; whoever has them gives them back."""
        part = self._owners.get(owner)
        if part is None:
            part = self._owners[owner] = _Owner(time.monotonic())
        if self._fits(part, places) and not part.waiting and not self._next():
            self._enter(part, places)
            return
        if len(part.waiting) >= self._waiting:
            raise Unavailable
        turn = _Turn()
        turn.places = places
        part.waiting.append(turn)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await turn
        except BaseException as error:
            self._leave_queue(owner, part, turn)
            if isinstance(error, TimeoutError):
                raise Unavailable from None
            raise

    def held(self, owner: Hashable) -> int:
        """How many places one owner has."""
        part = self._owners.get(owner)
        return 0 if part is None else part.inside

    def give_back(self, owner: Hashable, seconds: float, places: int = 1) -> None:
        """Leave the places, having used so many seconds of whatever is counted."""
        part = self._owners[owner]
        part.inside -= places
        part.spend(seconds, time.monotonic())
        self._free += places
        self._admit()

    def _fits(self, part: _Owner, places: int) -> bool:
        return places <= self._free and part.inside + places <= self._per_owner

    def _enter(self, part: _Owner, places: int) -> None:
        part.inside += places
        self._free -= places

    def _leave_queue(self, owner: Hashable, part: _Owner, turn: _Turn) -> None:
        if turn.done() and not turn.cancelled():  # given in the very moment of giving up
            self.give_back(owner, 0.0, turn.places)
            return
        with contextlib.suppress(ValueError):
            part.waiting.remove(turn)
        self._admit()

    def _next(self) -> _Owner | None:
        """Whose turn it is; who needs more than is free is waited for, so that it comes to them at all."""
        ready = [
            part
            for part in self._owners.values()
            if part.waiting and part.inside + part.waiting[0].places <= self._per_owner
        ]
        now = time.monotonic()
        return min(ready, key=lambda item: (item.inside, item.owed(now)), default=None)

    def _admit(self) -> None:
        while (part := self._next()) and part.waiting[0].places <= self._free:
            turn = part.waiting.popleft()
            if not turn.done():
                self._enter(part, turn.places)
                turn.set_result(None)
        self._forget()

    def _forget(self) -> None:
        """Owners who neither wait, hold nor owe anything take no memory."""
        now = time.monotonic()
        gone = [
            owner
            for owner, part in self._owners.items()
            if not (part.inside or part.waiting or part.owed(now) > 0)
        ]
        for owner in gone:
            del self._owners[owner]


class Threads:
    """Blocking work off the event loop, in few threads, owners in turn."""

    def __init__(self, places: int, *, per_owner: int) -> None:
        """Make `places` threads as they are needed."""
        self._turns = Turns(places, per_owner=per_owner)
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="work")

    async def run(self, owner: Hashable, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Its result; Unavailable when no thread came free in time.

        A caller who is cancelled leaves at once; the place is free when the work has really ended.
        """
        await self._turns.take(owner)
        loop = asyncio.get_running_loop()
        began = time.monotonic()

        def ended(_job: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and its turns with it
                loop.call_soon_threadsafe(self._turns.give_back, owner, time.monotonic() - began)

        try:
            job = self._pool.submit(work, *args, **kwargs)
        except BaseException:
            self._turns.give_back(owner, 0.0)
            raise
        job.add_done_callback(ended)
        return await asyncio.wrap_future(job)

    def close(self) -> None:
        """Let go; work that still runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
