"""`kill -9` of `pazpaz up`, at moments drawn at random."""

import os
import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2]
KILLS = os.environ.get("KILLS", "4")  # ./dev bench kills 200 takes half an hour


def test_nothing_outlives_a_killed_up(tmp_path: Path) -> None:
    """While it starts, and after: every process that it started has ended within 15 seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.kills", KILLS],
        cwd=BACKEND,
        env={name: value for name, value in os.environ.items() if not name.startswith("PAZPAZ_")}
        | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("something left after 15 s: 0\n")
