"""Logs of services, kept below a limit while they are written."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pazpaz.embedded import process
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.lock import DataDirLock
from pazpaz.embedded.process import Command, Spawner

LIMIT = 1_000
# Says much, waits for a file, says a little, and waits for its end.
TALKER = """
import pathlib, sys, time
print("early" * 1_000, flush=True)
while not pathlib.Path("go").exists():
    time.sleep(0.01)
print("late", flush=True)
pathlib.Path("gone").touch()
time.sleep(600)
"""


@pytest.fixture
def spawner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spawner]:
    """Of a data dir without a stack, with a small limit."""
    monkeypatch.setattr(process, "_LOG_LIMIT_BYTES", LIMIT)
    lock = DataDirLock(tmp_path)
    lock.acquire(lambda _line: None)
    spawner = Spawner(tmp_path / "log", lock.descriptor)
    yield spawner
    spawner.close()
    lock.release()


def python(folder: Path, program: str) -> Command:
    """A service that runs this."""
    argv = [sys.executable, "-I", "-c", program]
    return Command("talker", argv, str(folder), signal.SIGKILL, ((signal.SIGTERM, 5.0),))


def test_a_log_is_turned_over_while_it_is_written(spawner: Spawner, tmp_path: Path) -> None:
    """The early text is in the copy, what follows is at the log's new beginning, and nothing is twice."""
    log, copy = tmp_path / "log" / "talker.log", tmp_path / "log" / "talker.log.1"
    child = spawner.spawn(python(tmp_path, TALKER))
    child.until(lambda: log.stat().st_size > LIMIT, 20)
    spawner.tidy_logs()
    (tmp_path / "go").touch()
    child.until((tmp_path / "gone").exists, 20)
    spawner.tidy_logs()
    assert (log.read_text(), copy.read_text()) == ("late\n", "early" * 1_000 + "\n")


def test_output_that_is_wanted_is_not_logged(spawner: Spawner, tmp_path: Path) -> None:
    """It is returned: it may be a secret."""
    assert spawner.run(python(tmp_path, "print('canary')"), wants_output=True) == "canary\n"
    assert (tmp_path / "log" / "talker.log").read_text() == ""


def test_a_command_that_fails_says_why(spawner: Spawner, tmp_path: Path) -> None:
    """Its last line is in the error."""
    with pytest.raises(EmbeddedError, match="no such luck"):
        spawner.run(python(tmp_path, "raise SystemExit('no such luck')"))
