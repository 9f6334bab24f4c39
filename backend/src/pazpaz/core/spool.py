"""The spool: where uploads wait to be checked, as files without a name that end with the process."""

import tempfile
from io import FileIO
from pathlib import Path

from pazpaz.core.errors import Unavailable
from pazpaz.screening.screener import private_file

AT_ONCE = 64  # uploads of one process; each may hold a file of the full size


class Spool:
    """Hands out files that nobody else can open, and counts them."""

    def __init__(self, folder: Path | None, limit: int) -> None:
        """`limit` is of one file, in bytes."""
        self.folder = folder or Path(tempfile.gettempdir())
        self.limit = limit
        self._taken = 0

    def take(self) -> FileIO:
        """A file for an upload; Unavailable when too many are in use."""
        if self._taken >= AT_ONCE:
            raise Unavailable
        file = private_file(self.folder)
        self._taken += 1
        return file

    def give_back(self, file: FileIO) -> None:
        """Let one go."""
        file.close()
        self._taken -= 1
