"""A process of PazPaz itself, run beside the services it needs."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pazpaz.embedded.process import Child, Command, Spawner

_START_SECONDS = 30.0
_STOP_SECONDS = 12.0


class Program:
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
        self.name = name
        self._arguments = arguments
        self._data_dir = data_dir
        self._spawner = spawner
        self._is_ready = is_ready
        self._child: Child | None = None

    @property
    def child(self) -> Child | None:
        return self._child

    def start(self, report: Callable[[str], None]) -> None:
        del report
        self._child = self._spawner.spawn(command_of(self.name, self._arguments, self._data_dir))
        self._child.until(self._is_ready, _START_SECONDS)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def environment(self) -> dict[str, str]:
        return {}


def command_of(name: str, arguments: list[str], data_dir: Path) -> Command:
    """`pazpaz <arguments>` on this data dir."""
    argv = [sys.executable, "-m", "pazpaz", *arguments, "--data-dir", str(data_dir)]
    steps = ((signal.SIGTERM, _STOP_SECONDS),)
    # Killed, not asked, when `up` dies: nobody is left to insist, and what it had not committed was not promised.
    return Command(name, argv, str(data_dir), signal.SIGKILL, steps)
