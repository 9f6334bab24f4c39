"""Where `pazpaz up` keeps everything."""

from pathlib import Path
from typing import Annotated

import typer

import pazpaz

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="PAZPAZ_DATA_DIR",
        help="Where `pazpaz up` keeps everything; default .pazpaz in the checkout.",
    ),
]


def data_dir_of(given: Path | None) -> Path:
    """Return the data dir: the given one, or .pazpaz in the checkout (installed: in the working directory)."""
    if given is not None:
        return given.absolute()
    checkout = Path(pazpaz.__file__).resolve().parents[3]
    return (checkout if (checkout / "dev").is_file() else Path.cwd()) / ".pazpaz"
