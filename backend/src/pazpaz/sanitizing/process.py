"""The parent's side of a child process: starts it, waits a bounded time, ends it, and says what it cost."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pazpaz.sanitizing.kinds import Kind

WALL_SECONDS = 8.0
DONE = "done"
_WORD_BYTES = 256
_REAP_SECONDS = 0.005
# An interpreter of its own that sees nothing of this one: no variables, no site, no current folder.
_PROGRAM = "import sys; sys.path += sys.argv[7:]; from pazpaz.sanitizing import child; child.main()"


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that is gone: its words, whether a limit or the clock ended it, and what it took."""

    words: list[str]
    was_stopped: bool
    is_late: bool
    usage: resource.struct_rusage


async def run(kind: Kind, source: int, output: int, preview: int) -> Ended:
    """Have a child clean `source` into `output`, and write what it is known by into `preview`, if it can."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = _start(kind, (source, output, preview, theirs.fileno()))
        word, is_late = b"", False
        try:
            async with asyncio.timeout(WALL_SECONDS):
                word = await _word(ours)
        except TimeoutError:
            is_late = True
        finally:
            usage = await _end(child)
    # SIGPROF and SIGKILL are how its CPU limit ends it.
    was_stopped = child.returncode in {-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL}
    words = word.decode(errors="replace").split(" ") if child.returncode == 0 else [""]
    return Ended(words, was_stopped, is_late, usage)


def _start(kind: Kind, descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    # Started by the loop's own thread, which lives as long as the process: the child dies with the thread.
    return subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [
            *(sys.executable, "-I", "-S", "-c", _PROGRAM),
            *(kind.name, str(os.getpid()), *map(str, descriptors)),
            *_import_path(),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
        pass_fds=descriptors,
        start_new_session=True,
    )


@cache
def _import_path() -> tuple[str, ...]:
    """Where the child finds this package and its two libraries."""
    names = ("pazpaz", "PIL", "pikepdf")
    origins = [spec.origin for name in names if (spec := find_spec(name)) and spec.origin]
    return tuple(dict.fromkeys(str(Path(origin).parents[1]) for origin in origins))


async def _word(ours: socket.socket) -> bytes:
    """All it says until its end is closed, which at the latest its death does."""
    ours.setblocking(False)  # noqa: FBT003
    loop = asyncio.get_running_loop()
    word = b""
    while len(word) <= _WORD_BYTES and (part := await loop.sock_recv(ours, _WORD_BYTES)):
        word += part
    return word


async def _end(child: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """Kill it with whatever it started, and take it off the process table."""
    while True:
        # It is our child until it is waited for, so nobody else has its id.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)  # noqa: ASYNC222 (it does not wait)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return usage
        await asyncio.sleep(_REAP_SECONDS)
