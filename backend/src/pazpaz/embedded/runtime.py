"""The note a running stack leaves in its data dir, so that other commands find it."""

import json
from dataclasses import dataclass
from pathlib import Path

from pazpaz.embedded.files import write_private
from pazpaz.embedded.pids import is_same_process, started_at

FILE_NAME = "runtime.json"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A running `pazpaz up`: its settings, its process and where its API answers."""

    pid: int
    api_url: str
    environment: dict[str, str]


def write_runtime(data_dir: Path, environment: dict[str, str], pid: int, api_url: str) -> None:
    """Record the running stack; the file holds secrets and is readable by its owner only."""
    note = {"pid": pid, "started_at": started_at(pid), "api_url": api_url, "environment": environment}
    write_private(data_dir / FILE_NAME, json.dumps(note, indent=2) + "\n")


def read_runtime(data_dir: Path) -> Runtime | None:
    """Return the recorded stack, or None when there is none or its process has gone."""
    try:
        note = json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8"))
        if not is_same_process(int(note["pid"]), int(note["started_at"])):
            return None
        return Runtime(int(note["pid"]), str(note["api_url"]), dict(note["environment"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def remove_runtime(data_dir: Path) -> None:
    (data_dir / FILE_NAME).unlink(missing_ok=True)
