"""`pazpaz up`: everything on one machine, one process tree, loopback only."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from pazpaz.cli.given import passed_on
from pazpaz.cli.place import DataDir, data_dir_of
from pazpaz.cli.supervisor import PORT
from pazpaz.embedded.extra import require


def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Of the API; default {PORT} if it is free.")
    ] = None,
    data_dir: DataDir = None,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill a new data dir with a demo practice.")
    ] = True,
) -> None:
    """Run PostgreSQL, Valkey, the S3 store, the mail catcher, the API and the worker until Ctrl-C."""
    require()
    passed_on(os.environ)
    _refuse_misspelt()
    wanted = {"port": port, "data_dir": str(data_dir_of(data_dir)), "with_demo": with_demo}
    # The same process goes on without what has read the command line: it stays for as long as `up` does.
    words = [sys.executable, "-P", "-m", "pazpaz.cli.supervisor", json.dumps(wanted)]
    os.execv(words[0], words)  # noqa: S606


def _refuse_misspelt() -> None:
    """By the settings alone: all that the slices are would take longer to load than the database to start."""
    from pazpaz.core.base.config import Settings
    from pazpaz.core.process.settings import refuse_misspelt

    for module in Path(__file__).parents[1].glob("*/settings.py"):
        import_module(f"pazpaz.{module.parent.name}.settings")
    refuse_misspelt(os.environ, Settings, *Settings.__subclasses__())
