"""Tells whether a recorded process is still the same living process."""

from pathlib import Path


def started_at(pid: int) -> int | None:
    """Return the kernel's start time of the process in clock ticks, or None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The command name is in parentheses and may itself hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return None
    return int(fields[19])


def is_same_process(pid: int, ticks: int) -> bool:
    """Tell whether the process that started at `ticks` still runs under this pid."""
    return started_at(pid) == ticks
