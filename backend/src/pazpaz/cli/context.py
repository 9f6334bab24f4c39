"""What commands act on: the running `up` of a data dir, or the configured services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from pazpaz.cli.errors import CliError
from pazpaz.cli.place import DataDir, data_dir_of
from pazpaz.core.base.config import PREFIX, Settings, SettingsError
from pazpaz.core.process.resources import Resources, opened
from pazpaz.embedded.runtime import Runtime, read_runtime
from pazpaz.features import load_settings  # which registers every table: a rotation of keys meets them all

__all__ = ["DataDir", "data_dir_of", "resources_of", "running", "settings_of", "waits"]

P = ParamSpec("P")


def waits(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Let a command be a coroutine, in a loop of its own."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(command(*args, **kwargs))

    return run


def running(given: Path | None) -> Runtime | None:
    """Return the running `up` of this data dir, if there is one."""
    return read_runtime(data_dir_of(given))


def settings_of(given: Path | None) -> Settings:
    """Return settings of the running `up`, else those of the environment."""
    runtime = running(given)
    if runtime is None:
        return _configured(given)
    values = {n.removeprefix(PREFIX).lower(): v for n, v in runtime.environment.items()}
    return load_settings(_env_file=None, **values)


def _configured(given: Path | None) -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise CliError(
            f"nothing runs in {data_dir_of(given)} (start it with: pazpaz up), and {error}"
        ) from None


@asynccontextmanager
async def resources_of(given: Path | None) -> AsyncIterator[Resources]:
    async with opened(settings_of(given), name="pazpaz-cli") as resources:
        yield resources
