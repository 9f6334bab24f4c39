"""`pazpaz export`: a practice as a ZIP on this machine."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pazpaz.cli.context import DataDir, resources_of, waits
from pazpaz.cli.errors import CliError
from pazpaz.core.base.errors import NotFound
from pazpaz.exports import service
from pazpaz.features import EXPORTED


@waits
async def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP; must not exist yet.")],
    workspace_id: Annotated[UUID, typer.Option("--workspace", help="Whose practice.")],
    data_dir: DataDir = None,
) -> None:
    """Write a whole practice to a ZIP: readable health data, for its owner."""
    async with resources_of(data_dir) as resources, resources.acting_in(workspace_id) as db:
        try:
            workspace = await service.begin(db)
        except NotFound:
            raise CliError(f"no workspace has the id {workspace_id}") from None
        with _new(file) as out:
            await db.transaction.commit()  # it is recorded before a word is written
            await _copy(service.written(EXPORTED, db, resources.storage, resources.threads, workspace), out)
    typer.echo(f"{file}: {file.stat().st_size:,} bytes; it is not encrypted")


async def _copy(pieces: AsyncIterator[bytes], out: BinaryIO) -> None:
    columns = SpinnerColumn(), TextColumn("exporting"), DownloadColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        async for piece in pieces:
            await asyncio.to_thread(out.write, piece)
            progress.advance(task, len(piece))


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    """Yield a file for its owner's eyes that has its name only once it is whole, and takes nobody else's."""
    part = file.with_name(f"{file.name}.part")
    if file.exists():
        raise CliError(f"{file} exists: name a new file")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:  # noqa: PTH123
            try:
                yield out
                out.flush()
                os.fsync(out.fileno())
                os.link(part, file)  # fails, where a rename would replace
            finally:
                part.unlink()
    except OSError as error:
        raise CliError(
            f"cannot write {file}: {error.strerror} ({error.filename2 or error.filename or part})"
        ) from None
