"""A service of a data dir: one process, started, asked whether it answers, and stopped."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from pazpaz.embedded.process import Child, Command, Spawner


class Service(ABC):
    """What the stack knows of a service; `start` reports what takes long."""

    name: str
    start_seconds = 30.0

    def __init__(self, folder: Path, spawner: Spawner) -> None:
        self._folder = folder
        self._spawner = spawner
        self.child: Child | None = None

    def start(self, report: Callable[[str], None]) -> None:
        del report
        self.child = self._spawner.spawn(self._prepared())
        self.child.until(self._answers, self.start_seconds)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    def environment(self) -> dict[str, str]:
        """Return the settings with which PazPaz uses it."""
        return {}

    @abstractmethod
    def _prepared(self) -> Command:
        """Write what it reads, and return its process."""

    @abstractmethod
    def _answers(self) -> bool: ...
