"""Jobs: sent after the commit, carrying one id; PostgreSQL holds the truth and a sweep re-sends what was lost."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from pazpaz.core.base import metrics

SEND_SECONDS = 1.0
FORGOTTEN_AFTER_MS = 3_600_000  # a job nobody took; by then its sweep has sent it again
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """The name of a kind of work; a service sends it, a handler in the worker does it."""

    name: str


def serialize(value: dict[str, Any]) -> bytes:
    """Arq's payload as JSON, never pickle."""
    return orjson.dumps(value, default=str)


class Queue:
    """arq on Valkey. It may be down or wiped at any time: sending never fails a request."""

    def __init__(self, url: str) -> None:
        """Nothing connects before the first job."""
        pool: Any = ConnectionPool.from_url(
            url,
            socket_timeout=SEND_SECONDS,
            socket_connect_timeout=SEND_SECONDS,
            max_connections=20,
        )
        self.redis = ArqRedis(
            pool, job_serializer=serialize, job_deserializer=orjson.loads, expires_extra_ms=FORGOTTEN_AFTER_MS
        )

    async def send(self, job: Job, row_id: UUID, at: datetime | None = None) -> None:
        """Queue the job once per row, to be run now or `at` a moment.

        A queue that does not answer costs a second and a log line.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.redis.enqueue_job(
                    job.name, str(row_id), _job_id=f"{job.name}:{row_id}", _defer_until=at
                )
        except (RedisError, OSError, TimeoutError) as error:
            metrics.JOBS_NOT_QUEUED.labels(job.name).inc()
            log.warning(
                "job not queued, the sweep will send it", job=job.name, cause=str(type(error).__name__)
            )

    async def close(self) -> None:
        await self.redis.aclose(close_connection_pool=True)
