"""Private files and folders of a data dir."""

import os
from pathlib import Path


def private_dir(path: Path) -> Path:
    """Create a folder only its owner can enter; one that exists is left as it is."""
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def data_dir(path: Path) -> Path:
    """Create the data dir; root's can be traversed, because PostgreSQL's own user has to reach its folder in it."""
    path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return path.resolve()


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; it is readable by its owner only at every moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
