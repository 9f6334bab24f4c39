"""Rate limits: counted in the process on allowances leased from Valkey a tenth at a time.

One call to the store per request would cost a third of the throughput. A lease is subtracted from the
shared window before it is used, so all processes together never let through more than the quota, and
one process alone lets through exactly the quota. Several may refuse early by what the others have
leased and not used: at most a tenth of what was left when each leased.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pazpaz.core import metrics
from pazpaz.core.errors import TooManyRequests

WINDOW_SECONDS = 60
STORE_SECONDS = 0.25
STORE_REST_SECONDS = 1.0
COUNTED = 50_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests per minute; `open` ones pass when the store is down, others are counted here alone."""

    name: str
    per_minute: int
    open: bool


@dataclass(slots=True)
class _Count:
    window: int
    used: int = 0  # of the shared window, when this process last leased
    lease: int = 0
    alone: int = 0  # let through without the store
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Limiter:
    """Takes one request after another off the quotas."""

    def __init__(self, redis: Redis) -> None:
        """`redis` is only asked for leases; it may be down at any time."""
        self._redis = redis
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._resting_until = 0.0

    async def take(self, quota: Quota, who: str) -> tuple[bytes, bytes]:
        """Count one request of `who` (an id or a hash) and return the two RateLimit headers, or TooManyRequests.

        Headers: draft-ietf-httpapi-ratelimit-headers.
        """
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        count = self._count(quota, who, window)
        if count.lease == 0 and count.used < quota.per_minute:
            await self._lease(quota, who, count)
        left = WINDOW_SECONDS - int(now % WINDOW_SECONDS)
        if count.lease == 0:
            metrics.RATE_LIMITED.labels(quota.name).inc()
            raise TooManyRequests(left, _headers(quota, 0, left))
        count.lease -= 1
        unleased = max(0, quota.per_minute - count.used - count.alone)
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
            if count.lease or count.used >= quota.per_minute:
                return  # another request has leased meanwhile
            want = max(1, (quota.per_minute - count.used) // 10)
            # What passed while the store was away is owed to it.
            used = await self._add(f"limit:{quota.name}:{who}:{count.window}", want + count.alone)
            if used is None:
                self._without_store(quota, count)
                return
            count.used, count.alone = used, 0
            count.lease = max(0, want - max(0, used - quota.per_minute))

    async def _add(self, key: str, amount: int) -> int | None:
        """The shared count after adding; None when the store does not answer."""
        if time.monotonic() < self._resting_until:
            return None
        try:
            async with asyncio.timeout(STORE_SECONDS):
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.incrby(key, amount)
                    pipe.expire(key, 2 * WINDOW_SECONDS)
                    return int((await pipe.execute())[0])
        except (RedisError, OSError, TimeoutError) as error:
            self._resting_until = time.monotonic() + STORE_REST_SECONDS
            log.warning("the rate limiter's store does not answer", cause=type(error).__name__)
            return None

    def _without_store(self, quota: Quota, count: _Count) -> None:
        metrics.RATE_LIMIT_OPEN.labels(quota.name).inc()
        if quota.open or count.used + count.alone < quota.per_minute:
            count.alone += 1
            count.lease = 1


def _headers(quota: Quota, remaining: int, seconds: int) -> tuple[bytes, bytes]:
    return (
        f'"{quota.name}";q={quota.per_minute};w={WINDOW_SECONDS}'.encode(),
        f'"{quota.name}";r={remaining};t={seconds}'.encode(),
    )
