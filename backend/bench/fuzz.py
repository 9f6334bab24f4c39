"""`./dev bench fuzz [EXAMPLES]`: the Schemathesis attack of tests/guards/test_fuzz.py, as long as wanted."""

import os
import subprocess
import sys
from pathlib import Path

DEFAULT = "300"


def main() -> int:
    examples = sys.argv[1] if len(sys.argv) > 1 else DEFAULT
    environment = os.environ | {"PAZPAZ_FUZZ_EXAMPLES": examples, "PAZPAZ_FUZZ_SECONDS": "3600"}
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "tests/guards/test_fuzz.py"]
    return subprocess.call(command, env=environment, cwd=Path(__file__).parents[1])


if __name__ == "__main__":
    raise SystemExit(main())
