"""U2: what a child cannot do, tried inside the limits it sets itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_TRY = """
import ctypes, json, os, socket, sys, resource, subprocess
from pazpaz.sanitizing import jail
jail.limit(os.getppid())
jail.lock()
libc = ctypes.CDLL(None, use_errno=True)
def attempt(what):
    try:
        what()
    except (OSError, MemoryError, ValueError) as error:
        return type(error).__name__
    return "could"
def forked():
    if os.fork() == 0:
        os._exit(0)
found = {
    "open a file to read": attempt(lambda: os.open("/etc/passwd", os.O_RDONLY)),
    "open a file to write": attempt(lambda: os.open("/tmp/x", os.O_WRONLY | os.O_CREAT)),
    "list a folder": attempt(lambda: os.listdir("/")),
    "make a socket": attempt(socket.socket),
    "fork": attempt(forked),
    "run a program": attempt(lambda: os.execv("/bin/true", ["true"])),
    "kill": attempt(lambda: os.kill(os.getppid(), 0)),
    "delete": attempt(lambda: os.unlink("/tmp/nothing")),
    "take a gigabyte": attempt(lambda: bytearray(1 << 30)),
    "raise its limits": attempt(lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60))),
}
os.write(1, json.dumps(found).encode())
"""


@pytest.fixture(scope="module")
def attempts() -> dict[str, str]:
    """What each attempt came to."""
    done = subprocess.run([sys.executable, "-c", _TRY], stdout=subprocess.PIPE, check=True, timeout=30)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_child_reaches_nothing(attempts: dict[str, str]) -> None:
    """No file, socket, process or limit; and no more memory than it has."""
    assert set(attempts) >= {
        "open a file to read",
        "make a socket",
        "fork",
        "run a program",
        "take a gigabyte",
    }
    assert {name for name, came_to in attempts.items() if came_to == "could"} == set()


@pytest.mark.parametrize(
    ("body", "signals"),
    [("while True: pass", {-27, -24, -9}), ("os.write(1, bytes(40 << 20))", {-25, 1})],
    ids=["cpu", "file size"],
)
def test_a_child_is_ended_by_its_limits(tmp_path: Path, body: str, signals: set[int]) -> None:
    """Five seconds of CPU; 32 MiB written."""
    program = f"import os\nfrom pazpaz.sanitizing import jail\njail.limit(os.getppid())\n{body}\n{body}"
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=out, stderr=subprocess.DEVNULL, check=False, timeout=400
        )
    assert done.returncode in signals
    assert (tmp_path / "out").stat().st_size <= 32 << 20


_LOOK = """
import os, sys
found = [*os.environ, os.getpgrp() == os.getpid(), os.getcwd(), len(os.listdir("/proc/self/fd"))]
os.write(int(sys.argv[6]), " ".join(map(str, found)).encode())
"""


async def test_a_child_is_given_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours, no descriptor but its own, a group of its own, no folder of ours."""
    from pazpaz.sanitizing import process
    from pazpaz.sanitizing.kinds import Kind
    from pazpaz.sanitizing.sanitizer import private_file

    monkeypatch.setenv("PAZPAZ_SECRET", "x")
    monkeypatch.setattr(process, "_PROGRAM", _LOOK)
    leak = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(leak, True)  # noqa: FBT003
    with private_file(tmp_path) as source, private_file(tmp_path) as output, private_file(tmp_path) as small:
        ended = await process.run(Kind.PNG, source.fileno(), output.fileno(), small.fileno())
    os.close(leak)
    # LC_CTYPE is Python's own doing; three standard ones, four of the file's, and the folder being listed.
    assert ended.words == ["LC_CTYPE", "True", "/", "8"]
