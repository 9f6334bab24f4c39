"""`pazpaz audit`: make a checkpoint of the audit log, verify it, and write it to a file."""

import asyncio
import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pazpaz.checkpoints import export, jobs, ledger, service, verifying
from pazpaz.checkpoints.checking import BrokenLogError
from pazpaz.cli.context import DataDir, resources_of
from pazpaz.cli.errors import CliError
from pazpaz.core.base.config import KEY_BYTES

audit = typer.Typer(
    no_args_is_help=True, help="Make checkpoints of the audit log, verify it by them, export it."
)
Counted = Callable[[int, int], None]


@audit.command("checkpoint")
def checkpoint(
    restored: Annotated[
        bool,
        typer.Option("--restored", help="Give up the checkpoints that a restored database does not have."),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Make an audit checkpoint now, and copy it to the file store."""
    try:
        made = asyncio.run(_checkpoint(data_dir, restored=restored))
    except service.CheckpointError as error:
        raise CliError(str(error)) from None
    events = sum(one.event_count for one in made.checkpoints)
    if not made.is_complete:
        raise CliError("a transaction runs, or another process makes one; try again in a moment")
    typer.echo(f"{events} events covered" if made.checkpoints else "nothing new to cover")


async def _checkpoint(data_dir: Path | None, *, restored: bool) -> service.PassResult:
    async with resources_of(data_dir) as resources:
        given_up = None
        if restored:
            async with ledger.connected(resources.settings) as connection:
                given_up = await verifying.newest_unknown(
                    connection, resources.storage, service.trusted_keys(resources.settings)
                )
            if given_up is None:
                raise CliError(
                    "the file store has no checkpoints that the database does not have: nothing to give up"
                )
        return await jobs.checkpoint(resources, wait=True, given_up=given_up)


@audit.command("verify")
def verify(
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="An export instead of the database; needs no service.", exists=True, dir_okay=False
        ),
    ] = None,
    public_key: Annotated[
        list[str] | None,
        typer.Option("--public-key", help="Believe this key only, in base64; may be repeated."),
    ] = None,
    every_copy: Annotated[
        bool, typer.Option("--every-copy", help="Read all copies in the file store, not only the newest.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Find out whether the audit log is as its checkpoints say; name each event or checkpoint that is not."""
    trusted = frozenset(_public_key(text) for text in public_key or [])
    try:
        if file is not None:
            _verify_file(file, trusted)
        else:
            asyncio.run(_verify(data_dir, trusted, every_copy=every_copy))
    except BrokenLogError as finding:
        raise CliError(str(finding)) from None


def _verify_file(file: Path, trusted: frozenset[bytes]) -> None:
    with _progress("bytes") as counted:
        done = export.verify(file, trusted, counted)
    believed = "" if trusted else "; believed were the file's own keys, compare them with yours"
    typer.echo(
        f"{done.events} events are as they were covered, up to {done.last.name}, {done.last.hash.hex()}{believed}"
    )


async def _verify(data_dir: Path | None, trusted: frozenset[bytes], *, every_copy: bool) -> None:
    async with resources_of(data_dir) as resources, ledger.connected(resources.settings) as connection:
        with _progress("events") as counted:
            done = await verifying.verify(
                connection,
                resources.storage,
                trusted or service.trusted_keys(resources.settings),
                every_copy=every_copy,
                progress=counted,
            )
    typer.echo(
        f"{done.events} events are as they were covered, up to {done.last.name}, {done.last.hash.hex()};"
        f" {done.waiting} wait for their checkpoint"
    )


@audit.command("export")
def export_log(file: Path, data_dir: DataDir = None) -> None:
    """Write the audit log of all workspaces, as far as it is covered, with its checkpoints to a new file."""
    typer.echo(f"{asyncio.run(_export(data_dir, file))} events written to {file}")


async def _export(data_dir: Path | None, file: Path) -> int:
    async with resources_of(data_dir) as resources, ledger.connected(resources.settings) as connection:
        settings = resources.settings
        key, trusted = service.signing_key(settings), service.trusted_keys(settings)
        try:
            output = _new_file(file)
        except FileExistsError:
            raise CliError(f"{file} is there already: name a new file") from None
        with output, _progress("events") as counted:
            return await export.write(connection, output, key, trusted, counted)


def _new_file(file: Path) -> IO[bytes]:
    """Readable by its owner only: who did what to which row is nobody else's business."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _public_key(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES:
        raise CliError("--public-key: must be 32 bytes in base64")
    return key


@contextmanager
def _progress(unit: str) -> Iterator[Counted]:
    """Yield a bar on standard error where a person looks."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
