"""Rate limits: counted in the process on allowances leased from Valkey a tenth at a time.

One call to the store per request would cost a third of the throughput. A lease is subtracted from the
shared window before it is used, so all processes together never let through more than the quota, and
one process alone lets through exactly the quota. Several may refuse early by what the others have
leased and not used: at most a tenth of what was left when each leased.

A practice's quota is one purse, from which each of its credentials takes. When it is empty, a credential
that had less than a tenth of it goes on up to a tenth, from a reserve of half a purse: one that was stolen
and takes all it can keeps nobody else of the practice from working.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pazpaz.core.base import metrics
from pazpaz.core.base.errors import TooManyRequests

WINDOW_SECONDS = 60
DAY_SECONDS = 86_400
STORE_SECONDS = 0.25
STORE_REST_SECONDS = 1.0
COUNTED = 50_000
log = structlog.get_logger(__name__)


class Limit(StrEnum):
    """Which allowance a request is counted against."""

    READ = "read"
    WRITE = "write"
    OWN = (
        "own"  # proves, ends or takes away a way in: counted for the credential, so that no other uses it up
    )
    PUBLIC = "public"  # nobody is signed in: counted by network address


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in a window; `open` ones pass when the store is down, others are counted here alone."""

    name: str
    most: int
    open: bool
    seconds: int = WINDOW_SECONDS

    @property
    def own(self) -> "Quota":
        """What one credential is sure of, however much others have taken."""
        return Quota(f"{self.name}_own", max(1, self.most // 10), self.open, self.seconds)

    @property
    def reserve(self) -> "Quota":
        """What all credentials together may have beyond the quota."""
        return Quota(f"{self.name}_reserve", max(1, self.most // 2), self.open, self.seconds)

    def window(self, now: float) -> tuple[int, int]:
        """Which window this is, and in how many seconds it ends."""
        return int(now // self.seconds), self.seconds - int(now % self.seconds)


@dataclass(slots=True)
class _Count:
    window: int
    used: int = 0  # of the shared window, when this process last leased
    lease: int = 0
    alone: int = 0  # let through without the store
    had: int = 0  # let through here, of a credential within its practice's quota
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Limiter:
    """Takes one request after another off the quotas."""

    def __init__(self, redis: Redis) -> None:
        """`redis` is only asked for leases; it may be down at any time."""
        self._redis = redis
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._resting_until = 0.0

    async def take(self, quota: Quota, who: str, credential: str | None = None) -> tuple[bytes, bytes]:
        """Count one request of `who` (an id or a hash) and return the two RateLimit headers, or TooManyRequests.

        `credential`: which of those who share the quota asks. Headers: draft-ietf-httpapi-ratelimit-headers.
        """
        now = time.time()
        rate = await self._take(quota, who, now)
        had = None
        if credential is not None:
            had = self._count(quota, credential, quota.window(now)[0])
            if rate is None and had.had < quota.own.most:
                rate = await self._take_reserve(quota, who, credential, now)
        if rate is None:
            left = quota.window(now)[1]
            metrics.RATE_LIMITED.labels(quota.name).inc()
            raise TooManyRequests(left, _headers(quota, 0, left))
        if had is not None:
            had.had += 1
        return rate

    def give_back(self, quota: Quota, who: str) -> None:
        """Take back what was just counted."""
        count = self._counts.get((quota.name, who))
        if count is not None and count.window == quota.window(time.time())[0]:
            count.lease += 1

    async def _take_reserve(
        self, quota: Quota, who: str, credential: str, now: float
    ) -> tuple[bytes, bytes] | None:
        own = await self._take(quota.own, credential, now)
        return own if own is not None and await self._take(quota.reserve, who, now) is not None else None

    async def _take(self, quota: Quota, who: str, now: float) -> tuple[bytes, bytes] | None:
        window, left = quota.window(now)
        count = self._count(quota, who, window)
        if count.lease == 0 and count.used < quota.most:
            await self._lease(quota, who, count)
        if count.lease == 0:
            return None
        count.lease -= 1
        unleased = max(0, quota.most - count.used - count.alone)
        return _headers(quota, count.lease + unleased, left)

    def _count(self, quota: Quota, who: str, window: int) -> _Count:
        key = (quota.name, who)
        count = self._counts.get(key)
        if count is None or count.window != window:
            count = self._counts[key] = _Count(window)
            self._counts.move_to_end(key)
            if len(self._counts) > COUNTED:
                self._counts.popitem(last=False)
        return count

    async def _lease(self, quota: Quota, who: str, count: _Count) -> None:
        async with count.lock:
            if count.lease or count.used >= quota.most:
                return  # another request has leased meanwhile
            # A day's allowances are rare, and a lease would be lost with the process: one at a time.
            want = 1 if quota.seconds > WINDOW_SECONDS else max(1, (quota.most - count.used) // 10)
            # What passed while the store was away is owed to it.
            key = f"limit:{quota.name}:{who}:{count.window}"
            used = await self._add(key, want + count.alone, quota.seconds + WINDOW_SECONDS)
            if used is None:
                self._without_store(quota, count)
                return
            count.used, count.alone = used, 0
            count.lease = max(0, want - max(0, used - quota.most))

    async def _add(self, key: str, amount: int, seconds: int) -> int | None:
        """Return the shared count after adding; None when the store does not answer."""
        if time.monotonic() < self._resting_until:
            return None
        try:
            async with asyncio.timeout(STORE_SECONDS):
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.incrby(key, amount)
                    pipe.expire(key, seconds)
                    return int((await pipe.execute())[0])
        except (RedisError, OSError, TimeoutError) as error:
            self._resting_until = time.monotonic() + STORE_REST_SECONDS
            log.warning("the rate limiter's store does not answer", cause=type(error).__name__)
            return None

    def _without_store(self, quota: Quota, count: _Count) -> None:
        metrics.RATE_LIMIT_OPEN.labels(quota.name).inc()
        if quota.open or count.used + count.alone < quota.most:
            count.alone += 1
            count.lease = 1


def _headers(quota: Quota, remaining: int, seconds: int) -> tuple[bytes, bytes]:
    return (
        f'"{quota.name}";q={quota.most};w={quota.seconds}'.encode(),
        f'"{quota.name}";r={remaining};t={seconds}'.encode(),
    )
