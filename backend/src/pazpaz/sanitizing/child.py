"""The child's program: limits itself, cleans one file, says how it went, and ends."""

import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from pazpaz.sanitizing import jail
from pazpaz.sanitizing.errors import Reason, Rejected, Removed
from pazpaz.sanitizing.kinds import Kind


def main() -> None:
    """Arguments: the kind, the parent's process id, and the descriptors of source, output, preview and report."""
    kind = Kind[sys.argv[1]]
    parent, source, output, preview, report = map(int, sys.argv[2:7])
    jail.limit(parent)
    word = _word(kind, source, output, preview)
    os.write(report, word.encode())
    # Without tidying up: what was parsed is not trusted to be taken apart in order.
    os._exit(0)


def _word(kind: Kind, source: int, output: int, preview: int) -> str:
    try:
        clean = _cleaner(kind)
        jail.lock()
        with os.fdopen(source, "rb") as file:
            file.seek(0)
            content = file.read()
        with os.fdopen(output, "wb") as file, os.fdopen(preview, "wb") as small:
            removed = clean(content, file, small)
    except Rejected as refusal:
        return refusal.reason
    except MemoryError:
        return Reason.TOO_COSTLY
    except RecursionError:
        return Reason.TOO_COMPLEX
    except Exception:  # noqa: BLE001 (a parser may raise anything; whatever it is, the file is refused)
        return Reason.DOES_NOT_DECODE
    return " ".join(("done", *removed))


def _cleaner(kind: Kind) -> Callable[[bytes, BinaryIO, BinaryIO], set[Removed]]:
    """Load the kind's library, and no other."""
    if kind is Kind.PDF:
        from pazpaz.sanitizing import pdf

        return pdf.clean
    from pazpaz.sanitizing import images

    return images.clean_jpeg if kind is Kind.JPEG else images.clean_png
