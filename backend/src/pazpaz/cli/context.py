"""What commands act on: the running `up` of a data dir, or the configured services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

import pazpaz
from pazpaz.core.config import PREFIX, Settings, SettingsError, load_settings
from pazpaz.core.resources import Resources, opened
from pazpaz.embedded.runtime import Runtime, read_runtime

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="PAZPAZ_DATA_DIR",
        help="Where `pazpaz up` keeps everything; default .pazpaz in the checkout.",
    ),
]


class CliError(Exception):
    """One line that says what is wrong and what to do."""


class TryAgainError(Exception):
    """Whoever started the command is to start it again later; the cause says why."""


def data_dir_of(given: Path | None) -> Path:
    """The data dir: the given one, or .pazpaz in the checkout (installed: in the working directory)."""
    if given is not None:
        return given.absolute()
    checkout = Path(pazpaz.__file__).resolve().parents[3]
    return (checkout if (checkout / "dev").is_file() else Path.cwd()) / ".pazpaz"


def running(given: Path | None) -> Runtime | None:
    """The running `up` of this data dir, if there is one."""
    return read_runtime(data_dir_of(given))


def settings_of(given: Path | None) -> Settings:
    """Settings of the running `up`, else those of the environment."""
    runtime = running(given)
    if runtime is None:
        return _configured(given)
    values = {n.removeprefix(PREFIX).lower(): v for n, v in runtime.environment.items()}
    return load_settings(_env_file=None, **values)


def _configured(given: Path | None) -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        message = f"nothing runs in {data_dir_of(given)} (start it with: pazpaz up), and {error}"
        raise CliError(message) from None


@asynccontextmanager
async def resources_of(given: Path | None) -> AsyncIterator[Resources]:
    """Open resources for one command."""
    async with opened(settings_of(given), name="pazpaz-cli") as resources:
        yield resources
