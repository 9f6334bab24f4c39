"""Becomes a service that dies with its parent: drops root where told to, ties itself to the parent, then execs.

It is run by path in an isolated interpreter and imports nothing of the project.
"""

import contextlib
import ctypes
import json
import os
import pwd
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict, cast

_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 1 << 18
_MS_NOSUID, _MS_NODEV = 2, 4
_PR_SET_PDEATHSIG = 1
_MOUNT_POINTS = ("/mnt", "/media", "/srv", "/opt", "/home")


class Spec(TypedDict):
    """What to run; `{name}` in argv and cwd stands for the folder of that name in `roots`."""

    argv: list[str]
    cwd: str
    roots: dict[str, str]
    user: str | None
    death_signal: int
    parent_pid: int
    status_descriptor: int


class LaunchError(Exception):
    """One line for the person who started the stack."""


def main() -> None:
    spec = cast("Spec", json.loads(sys.argv[1]))
    # Closed by a successful exec, which is how the parent learns of it.
    os.set_inheritable(spec["status_descriptor"], False)  # noqa: FBT003
    try:
        _become(spec)
    except (LaunchError, OSError) as error:
        os.write(spec["status_descriptor"], " ".join(str(error).split()).encode())
        os._exit(127)


def _become(spec: Spec) -> None:
    _die_with(spec["parent_pid"], signal.SIGKILL)
    roots = spec["roots"]
    if spec["user"] is not None:
        account = pwd.getpwnam(spec["user"])
        if not _is_reachable(account, roots.values()):
            roots = _mount_privately(account, roots)
        _drop_to(account)
    # Once more, because the change of user clears it.
    _die_with(spec["parent_pid"], spec["death_signal"])
    argv = [_fill(word, roots) for word in spec["argv"]]
    os.umask(0o077)
    os.chdir(_fill(spec["cwd"], roots))
    os.execv(argv[0], argv)  # noqa: S606


def _die_with(parent: int, number: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it has died already
        os._exit(0)


def _fill(word: str, roots: dict[str, str]) -> str:
    for name, folder in roots.items():
        word = word.replace(f"{{{name}}}", folder)
    return word


def _drop_to(account: pwd.struct_passwd) -> None:
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _is_reachable(account: pwd.struct_passwd, folders: Iterable[str]) -> bool:
    parent, child = os.getpid(), os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            _drop_to(account)
            _die_with(parent, signal.SIGKILL)
            os._exit(0 if all(os.access(folder, os.R_OK | os.X_OK) for folder in folders) else 1)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _mount_privately(account: pwd.struct_passwd, roots: dict[str, str]) -> dict[str, str]:
    """Show the folders to this process alone, at a place the account can reach; returns where."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
        words = [None if word is None else os.fsencode(word) for word in (source, target, kind, data)]
        if libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3]) != 0:
            raise OSError(ctypes.get_errno(), f"mount {target}")

    remedy = (
        f"PostgreSQL does not run as root, and user {account.pw_name} cannot reach {_first_closed(account, roots)}: "
        "run as a normal user, or use a data dir (--data-dir) and an environment (PAZPAZ_VENV) it can reach"
    )
    try:
        point = _mount_point(roots.values())
        if libc.unshare(_CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare")  # noqa: TRY301
        mount("none", "/", None, _MS_REC | _MS_PRIVATE)
        mount("tmpfs", point, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
        places = {name: f"{point}/{Path(folder).name}" for name, folder in roots.items()}
        for name, folder in roots.items():
            Path(places[name]).mkdir(mode=0o755)
            mount(folder, places[name], None, _MS_BIND)
    except OSError as error:
        raise LaunchError(remedy) from error
    if not _is_reachable(account, places.values()):
        raise LaunchError(remedy)
    return places


def _mount_point(folders: Iterable[str]) -> str:
    for point in _MOUNT_POINTS:
        is_above = any(folder.startswith(f"{point}/") for folder in folders)
        if Path(point).is_dir() and not is_above:
            return point
    raise FileNotFoundError(_MOUNT_POINTS[0])


def _first_closed(account: pwd.struct_passwd, roots: dict[str, str]) -> str:
    return next((folder for folder in roots.values() if not _is_reachable(account, [folder])), "its folders")


if __name__ == "__main__":
    main()
