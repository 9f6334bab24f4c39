"""The process that sets what is printed: JSON on standard input, a PDF on standard output.

It imports nothing of the application, knows no secret, reads only `documents/` and the fonts, and ends with its one
document.
"""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

import manimgx_fonts
import noto_cjk_sans_otc
import typst

CPU_SECONDS = 30
MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1
_NICER = 5  # whoever answers requests goes first
_DOCUMENTS = Path(__file__).parent / "documents"
_NOTO = [Path(package.__path__[0]) for package in (manimgx_fonts, noto_cjk_sans_otc)]


def main() -> None:
    """Set one document within its limits; the arguments are its name and the parent's process id."""
    _, name, parent = sys.argv
    _die_with(int(parent))
    os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(_document(name, sys.stdin.buffer.read().decode()))


def _document(name: str, data: str) -> bytes:
    """Return it as PDF/UA; with a sign that no font has, which that forbids, as tagged PDF."""
    # The fonts of packages: the same everywhere.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=_NOTO)
    source = _DOCUMENTS / f"{name}.typ"
    compiler = typst.Compiler(source, root=_DOCUMENTS, font_paths=fonts, sys_inputs={"data": data})
    try:
        document = compiler.compile(format="pdf", pdf_standards="ua-1")
    except typst.TypstError:
        document = compiler.compile(format="pdf")
    if not isinstance(document, bytes):
        raise TypeError("one document is bytes")
    return document


def _die_with(parent: int) -> None:
    if ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0 or os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main()
