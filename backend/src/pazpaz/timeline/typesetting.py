"""The process that sets a printed history: JSON on standard input, a PDF on standard output.

It imports nothing of the application, knows no secret, reads only `print.typ`, and ends with its one document.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

import typst

CPU_SECONDS = 20
MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1
_NICER = 5  # whoever answers requests goes first
_HERE = Path(__file__).parent


def main() -> None:
    """Set one document within its limits; the argument is the parent's process id."""
    _die_with(int(sys.argv[1]))
    os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Typst's own fonts: they have Hebrew, and are the same everywhere.
    fonts = typst.Fonts(include_system_fonts=False)
    inputs = {"data": sys.stdin.buffer.read().decode()}
    document = typst.Compiler(_HERE / "print.typ", root=_HERE, font_paths=fonts, sys_inputs=inputs).compile(
        format="pdf"
    )
    if isinstance(document, bytes):
        sys.stdout.buffer.write(document)


def _die_with(parent: int) -> None:
    if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0 or os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main()
