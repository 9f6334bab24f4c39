"""No process that PazPaz starts outlives the one that started it."""

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pazpaz.embedded.pids import started_at
from tests.support.guards_source import sources

STARTS = ("subprocess.", "asyncio.create_subprocess_", "multiprocessing.", "os.fork", "os.posix_spawn", "os.spawn",
          "concurrent.futures.ProcessPoolExecutor", "pty.")  # fmt: skip
TIED = {
    "src/pazpaz/embedded/process.py": "all of its processes begin as launch.py, which ties them",
    "src/pazpaz/embedded/launch.py": "ties the process that it becomes, and the one it asks a question",
    "src/pazpaz/sanitizing/process.py": "its child begins with jail.limit",
    "src/pazpaz/timeline/setting.py": "its child begins with _die_with",
}
SECONDS = 20.0

# Starts a child with the descriptors it was given, says its id, and waits to be killed.
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, *sys.argv[1:], str(os.getpid())], stdin=0, stdout=2)
print(child.pid, flush=True)
time.sleep(600)
"""
TYPESETTER = ["-I", "-m", "pazpaz.timeline.typesetting", "timeline"]
SANITIZER = [
    "-I",
    "-c",
    "import sys; from pazpaz.sanitizing import jail; jail.limit(int(sys.argv[1])); sys.stdin.read()",
]


def test_only_known_places_start_processes() -> None:
    """A further place ties its child to this process (`jail.die_with`), and says so here."""
    found = {
        path
        for path, source in sources()
        if path.startswith("src/")
        if any(
            isinstance(node, ast.Call) and source.name_of(node.func).startswith(STARTS)
            for node in ast.walk(source.tree)
        )
    }
    here = "backend/tests/guards/test_children.py: TIED"
    assert [f'{p}: tie it: jail.die_with; then {here}["{p}"] = "<how>"' for p in found - set(TIED)] == []
    assert [f'{here}["{p}"]: take it out' for p in set(TIED) - found] == []


@pytest.mark.parametrize("words", [TYPESETTER, SANITIZER], ids=["typesetter", "sanitizer"])
def test_a_child_dies_with_its_parent(words: list[str], tmp_path: Path) -> None:
    """Also while what it reads from is open and somebody else's."""
    reader, writer = os.pipe()
    parent_script = tmp_path / "parent.py"
    parent_script.write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(parent_script), *words],
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        os.close(reader)
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _settles(child)
        parent.kill()
    try:
        assert _ends(child)
    finally:
        os.close(writer)
        if started_at(child) is not None:
            os.kill(child, signal.SIGKILL)


def _settles(pid: int) -> bool:
    """Whether it has set its limits, which is after it has tied itself."""
    return _until(
        lambda: "Max cpu time              unlimited" not in Path(f"/proc/{pid}/limits").read_text()
    )


def _ends(pid: int) -> bool:
    return _until(lambda: started_at(pid) is None)


def _until(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
