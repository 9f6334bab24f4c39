"""The worker: `arq pazpaz.workers.worker.WorkerSettings` runs the features' jobs and sweeps."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog
from arq import cron, func
from arq.connections import RedisSettings
from arq.cron import CronJob
from arq.worker import Function, run_worker
from prometheus_client import start_http_server
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from pazpaz.core.base import logging
from pazpaz.core.base.config import Settings, SettingsError
from pazpaz.core.process.resources import Resources, opened
from pazpaz.core.queue.jobs import serialize
from pazpaz.core.work.handlers import Handler, Sweep
from pazpaz.features import FEATURES, load_settings
from pazpaz.workers import running

JOB_SECONDS = 60
Context = dict[str, Any]
log = structlog.get_logger(__name__)


async def _run_job(handler: Handler, context: Context, row_id: str) -> None:
    resources: Resources = context["resources"]
    work = _logged(handler.job.name, lambda: handler.run(resources, UUID(row_id)))
    if handler.lanes is None:
        await work
        return
    # Outside of arq's own jobs: their time limit is how long all of them wait after a kill -9.
    lanes: set[asyncio.Task[None]] = context["lanes"].setdefault(handler.job.name, set())
    if len(lanes) >= handler.lanes:
        work.close()
        return
    task = asyncio.get_running_loop().create_task(work)
    lanes.add(task)
    task.add_done_callback(lanes.discard)


async def _run_sweep(sweep: Sweep, context: Context) -> None:
    resources: Resources = context["resources"]
    await _logged(sweep.name, lambda: sweep.run(resources))


async def _logged(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Arq would log the error's own text, which may quote a mail server quoting an address."""
    try:
        await work()
    except Exception:
        log.exception("job failed", job=name)


def _job(handler: Handler) -> Function:
    return func(partial(_run_job, handler), name=handler.job.name, max_tries=1)  # type: ignore[arg-type]


def _cron(sweep: Sweep, settings: Settings) -> CronJob:
    every = sweep.every_seconds
    every = every if isinstance(every, int) else every(settings)
    times: dict[str, Any] = (
        {"second": set(range(0, 60, every))}
        if every < 60
        else {"minute": set(range(0, 60, every // 60)), "second": 0}
    )
    run = partial(_run_sweep, sweep)
    return cron(run, name=sweep.name, run_at_startup=True, **times)  # type: ignore[arg-type]


async def _start(context: Context) -> None:
    logging.configure()  # once more: arq's own command has put its handler beside ours
    context["lanes"] = {}
    if (port := context["settings"].worker_metrics_port) is not None:
        start_http_server(port, addr="127.0.0.1")
    stack = context["stack"] = AsyncExitStack()
    context["resources"] = await stack.enter_async_context(opened(context["settings"], name="pazpaz-worker"))


async def _stop(context: Context) -> None:
    tasks = [task for lanes in context.get("lanes", {}).values() for task in lanes]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if (stack := context.get("stack")) is not None:
        await stack.aclose()


def _redis(settings: Settings) -> RedisSettings:
    redis = RedisSettings.from_dsn(settings.arq_redis_url.get_secret_value())
    redis.retry_on_timeout = True
    redis.retry_on_error = [RedisConnectionError, OSError]
    redis.retry = Retry(ExponentialBackoff(cap=1, base=0.1), retries=-1)
    return redis


def settings_for(settings: Settings) -> type:
    """Arq's settings class for these settings."""
    logging.configure()
    return type(
        "WorkerSettings",
        (),
        {
            "functions": [_job(handler) for feature in FEATURES for handler in feature.handlers],
            "cron_jobs": [_cron(sweep, settings) for feature in FEATURES for sweep in feature.sweeps],
            "redis_settings": _redis(settings),
            "on_startup": _start,
            "on_shutdown": _stop,
            "ctx": {"settings": settings},
            "job_serializer": serialize,
            "job_deserializer": orjson.loads,
            "job_timeout": JOB_SECONDS,
            "keep_result": 0,
            "max_jobs": 10,
            "poll_delay": 0.2,
        },
    )


def __getattr__(name: str) -> type:
    """Read the settings when arq asks for them: importing this module needs none."""
    if name != "WorkerSettings":
        raise AttributeError(name)
    try:
        settings = settings_for(load_settings())
    except SettingsError as error:
        raise SystemExit(f"pazpaz: {error}") from None
    running.install()  # for arq's own command, which makes the worker
    return settings


def run(settings: Settings) -> None:
    """Work until a signal says to stop."""
    running.install()
    run_worker(settings_for(settings))
