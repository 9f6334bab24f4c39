"""A process of PazPaz itself, run beside the services it needs."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.service import Service

_STOP_SECONDS = 12.0


class Program(Service):
    """`pazpaz <arguments>` under a name; `is_ready` tells whether it answers.

    It finds its settings in the data dir's runtime note: nothing secret stands in an argument.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        data_dir: Path,
        spawner: Spawner,
        is_ready: Callable[[], bool],
    ) -> None:
        super().__init__(data_dir, spawner)
        self.name = name
        self._arguments = arguments
        self._is_ready = is_ready

    def _prepared(self) -> Command:
        return command_of(self.name, self._arguments, self._folder)

    def _answers(self) -> bool:
        return self._is_ready()


def command_of(name: str, arguments: list[str], data_dir: Path) -> Command:
    """`pazpaz <arguments>` on this data dir."""
    argv = [sys.executable, "-m", "pazpaz", *arguments, "--data-dir", str(data_dir)]
    steps = ((signal.SIGTERM, _STOP_SECONDS),)
    # Killed, not asked, when `up` dies: nobody is left to insist, and what it had not committed was not promised.
    return Command(name, argv, str(data_dir), signal.SIGKILL, steps)
