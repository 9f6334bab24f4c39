"""What the worker runs: handlers of jobs, and sweeps at fixed intervals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from pazpaz.core.base.config import Settings
from pazpaz.core.process.resources import Resources
from pazpaz.core.queue.jobs import Job


@dataclass(frozen=True, eq=False)
class Handler:
    """What the worker runs for a job's row. It may run twice, and must not mind.

    With `lanes` it may take long: the worker runs it beside its jobs, at most so many at once, and drops
    one that finds them full, because those that run look for everything that is due.
    """

    job: Job
    run: Callable[[Resources, UUID], Awaitable[None]]
    lanes: int | None = None


@dataclass(frozen=True, eq=False)
class Sweep:
    """A pass at a fixed interval: it finds what is due, or what the queue lost."""

    name: str
    run: Callable[[Resources], Awaitable[None]]
    every_seconds: int | Callable[[Settings], int]
