"""`python forking.py FOLDER`: a `pazpaz api` for each port on the input, forked after the slow imports."""

import os
import signal
import sys

import pazpaz.main  # noqa: F401 (what takes most of a start)
from pazpaz.cli.app import main


def become(port: str) -> None:
    """Be the server, as if it had been started from a shell."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.argv = ["pazpaz", "api", "--port", port, "--data-dir", sys.argv[1]]
    main()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    while line := sys.stdin.readline():
        if (child := os.fork()) == 0:
            become(line.strip())
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
