"""What commands act on: the running `up` of a data dir, or the configured services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pazpaz.cli.errors import CliError
from pazpaz.cli.place import DataDir, data_dir_of
from pazpaz.core.base.config import PREFIX, Settings, SettingsError
from pazpaz.core.process.resources import Resources, opened
from pazpaz.embedded.runtime import Runtime, read_runtime
from pazpaz.features import load_settings  # which registers every table: a rotation of keys meets them all

__all__ = ["DataDir", "data_dir_of", "resources_of", "running", "settings_of"]


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
    """Open resources for one command."""
    async with opened(settings_of(given), name="pazpaz-cli") as resources:
        yield resources
