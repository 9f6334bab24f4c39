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
        argv = [sys.executable, "-m", "pazpaz", *self._arguments, "--data-dir", str(self._data_dir)]
        steps = ((signal.SIGTERM, _STOP_SECONDS),)
        # Killed, not asked, when `up` dies: nobody is left to insist, and what it had not committed was not promised.
        command = Command(self.name, argv, str(self._data_dir), signal.SIGKILL, steps)
        self._child = self._spawner.spawn(command)
        self._child.until(self._is_ready, _START_SECONDS)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def environment(self) -> dict[str, str]:
        return {}
