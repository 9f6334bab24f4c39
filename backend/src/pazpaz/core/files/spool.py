"""The spool: where uploads wait to be checked, as files without a name that end with the process."""

import tempfile
from collections import Counter
from collections.abc import Hashable
from io import FileIO
from pathlib import Path

from pazpaz.core.base.errors import Unavailable
from pazpaz.sanitizing.sanitizer import private_file

AT_ONCE = 64  # uploads of one process; each may hold a file of the full size
OF_ONE = 16  # of one practice: more than its browsers send at once, and three more like it leave room


class Spool:
    """Hands out files that nobody else can open, and counts them."""

    def __init__(self, folder: Path | None, limit: int) -> None:
        """`limit` is of one file, in bytes."""
        self.folder = folder or Path(tempfile.gettempdir())
        self.limit = limit
        self._taken = Counter[Hashable]()

    @property
    def taken(self) -> int:
        """How many are in use."""
        return self._taken.total()

    def take(self, owner: Hashable) -> FileIO:
        """Return a file for an upload of this practice; Unavailable when too many are in use."""
        if self._taken[owner] >= OF_ONE or self.taken >= AT_ONCE:
            raise Unavailable
        file = private_file(self.folder)
        self._taken[owner] += 1
        return file

    def give_back(self, owner: Hashable, file: FileIO) -> None:
        file.close()
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
