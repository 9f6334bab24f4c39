"""`python -m pazpaz.embedded.erasing FILE` makes the erasure key of a new data dir.

In a process of its own, so that what it imports goes again.
"""

import sys
from pathlib import Path

from pazpaz.core.crypto.erasure import ErasureFile

if __name__ == "__main__":
    ErasureFile.create(Path(sys.argv[1]))
