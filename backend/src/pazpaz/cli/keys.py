"""Making, showing and rotating keys from the command line."""

import asyncio
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pazpaz.cli.context import DataDir, resources_of, waits
from pazpaz.cli.errors import CliError
from pazpaz.core.base.config import KEY_BYTES
from pazpaz.core.crypto.erasure import ErasureFile, write_new_private
from pazpaz.core.crypto.key_providers import KeyUnopenedError
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import rotation

keys = typer.Typer(
    no_args_is_help=True, help="Make, show and rotate the keys that health data is encrypted with."
)
ENCRYPTION_FILE, ERASURE_FILE = "encryption.keys", "erasure.key"
_PASSES = 5  # of the last look at a workspace whose people go on writing
_GO_ON = "stopped; the same command goes on from here"


@keys.command("init")
def init(
    folder: Annotated[Path | None, typer.Argument(help="Where to make the two key files.")] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print a fresh PAZPAZ_ENCRYPTION_KEY and write nothing.")
    ] = False,
) -> None:
    """Make the encryption key and the erasure key; nothing that exists is written over."""
    if only_print:
        typer.echo(f"PAZPAZ_ENCRYPTION_KEY={_fresh()}")
        return
    if folder is None:
        raise CliError("name the folder for the key files, or use --print")
    for line in _make(folder):
        typer.echo(line)


def counted(number: int, what: str) -> str:
    """Name a number of things: one of them without an s."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _fresh() -> str:
    return b64encode(os.urandom(KEY_BYTES)).decode()


def _make(folder: Path) -> list[str]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    encryption, erasure = folder.resolve() / ENCRYPTION_FILE, folder.resolve() / ERASURE_FILE
    for path in (encryption, erasure):
        if path.exists():
            raise CliError(f"{path} exists, and is not written over: data may depend on it")
    write_new_private(encryption, f"# the first key wraps, all of them unwrap\n{_fresh()}\n")
    ErasureFile.create(erasure)
    return [f"PAZPAZ_ENCRYPTION_KEY_FILE={encryption}", f"PAZPAZ_ERASURE_KEY_FILE={erasure}"]


@keys.command("status")
@waits
async def status(data_dir: DataDir = None) -> None:
    """Show which keys wrap how many data keys, and how far a rotation has come, but no secret."""
    async with resources_of(data_dir) as resources:
        try:
            current = await resources.keys.providers.current()
        except KeyUnopenedError as error:
            current = ""
            lines = [f"wrapping now: no answer ({error.cause})"]
        else:
            lines = [f"wrapping now: {current}"]
        tree = resources.keys.erasure.key()
        for row in await resources.run(rotation.WRAPPINGS):
            kek, erasure = row["kek_id"], row["erasure_id"]
            notes = [] if kek == current or not current else ["pazpaz keys rotate wraps them anew"]
            if erasure is None:
                notes.append("not erasable: pazpaz keys rotate seals them")
            elif erasure != tree.id:
                notes.append(f"sealed by another erasure key, {erasure}: put its file back")
            lines.append(
                f"wrapped by {kek}: {counted(row['keys'], 'data key')} of {counted(row['workspaces'], 'workspace')}"
                + "".join(f"; {note}" for note in notes)
            )
        for row in await resources.run(rotation.NUMBERS):
            left = row["unfinished"]
            more = f"; {left} not sealed anew yet: pazpaz keys rotate --data goes on" if left else ""
            lines.append(f"data key {row['number']}: {counted(row['workspaces'], 'workspace')}{more}")
    typer.echo("\n".join([*lines, f"erasure key: {tree.id}"]))


@keys.command("rotate")
def rotate(
    data: Annotated[
        bool, typer.Option("--data", help="Give workspaces a new data key, and seal everything with it.")
    ] = False,
    workspace_id: Annotated[
        UUID | None, typer.Option("--workspace", help="With --data: this one only.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Wrap every data key with the key that wraps now; with --data, replace the data keys themselves.

    Everybody works on meanwhile. It may be stopped at any time; the same command goes on.
    """
    if workspace_id is not None and not data:
        raise CliError("--workspace is for --data: data keys of all workspaces are wrapped anew together")
    work: Coroutine[Any, Any, str] = _rotate_data(data_dir, workspace_id) if data else _rewrap(data_dir)
    try:
        typer.echo(asyncio.run(work))
    except KeyboardInterrupt:
        typer.echo(_GO_ON, err=True)
        raise typer.Exit(130) from None
    except KeyUnopenedError as error:
        raise CliError(f"the key provider: {error.cause}; {_GO_ON}") from None


def _heed_interrupt() -> None:
    """End when Ctrl-C was pressed: what was awaited then may have ended at that instant, and taken the news with it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


async def _rewrap(data_dir: Path | None) -> str:
    async with resources_of(data_dir) as resources:
        kek_id = await resources.keys.providers.current()
        total = (await resources.run(rotation.COUNT_OTHER, kek_id=kek_id))[0]["count"]
        done, failed, cause = await _shown("wrapping data keys", total, rotation.rewrap(resources))
    if failed:
        raise CliError(f"{done} data keys are wrapped by {kek_id}; {failed} could not be opened ({cause})")
    return f"{done} data keys wrapped anew; all are wrapped by {kek_id}"


async def _shown(what: str, total: int | None, steps: AsyncIterator[rotation.Step]) -> tuple[int, int, str]:
    """Go through the steps with a bar; returns what was done, what failed, and why."""
    done, failed, cause = 0, 0, ""
    with _progress() as progress:
        task = progress.add_task(what, total=total)
        async for step in steps:
            _heed_interrupt()
            done, failed, cause = done + step.done, failed + step.failed, step.cause or cause
            progress.advance(task, step.done + step.failed)
    return done, failed, cause


async def _rotate_data(data_dir: Path | None, workspace_id: UUID | None) -> str:
    async with resources_of(data_dir) as resources:
        made, _, _ = await _shown("making data keys", None, rotation.renew(resources, workspace_id))
        rows = await _first_pass(resources, workspace_id)
        await _settle(resources, workspace_id)
        more, finished, failed = await _last_pass(resources, workspace_id)
    if failed:
        raise CliError(f"{counted(failed, 'row')} or workspaces could not be sealed anew; the log names them")
    return (
        f"{counted(made, 'new data key')}, {counted(rows + more, 'row')} sealed anew,"
        f" {counted(finished, 'workspace')} finished"
    )


async def _first_pass(resources: Resources, workspace_id: UUID | None) -> int:
    rows = 0
    work = await rotation.unfinished(resources, workspace_id)
    with _progress() as progress:
        task = progress.add_task("sealing anew: workspaces", total=len(work))
        for row in work:
            async for step in rotation.reseal_workspace(resources, row["workspace_id"], row["number"]):
                _heed_interrupt()
                rows += step.done
            progress.advance(task)
    return rows


async def _settle(resources: Resources, workspace_id: UUID | None) -> None:
    """Wait until no process seals with an older key any more."""
    work = await rotation.unfinished(resources, workspace_id)
    left = max((rotation.SETTLED_SECONDS - row["age"] for row in work), default=0.0)
    if left <= 0:
        return
    with _progress() as progress:
        task = progress.add_task(
            "waiting until every process uses the new keys: seconds", total=int(left) + 1
        )
        for _ in range(int(left) + 1):
            _heed_interrupt()
            await asyncio.sleep(1)
            progress.advance(task)


async def _last_pass(resources: Resources, workspace_id: UUID | None) -> tuple[int, int, int]:
    rows = finished = failures = 0
    work = await rotation.unfinished(resources, workspace_id)
    with _progress() as progress:
        task = progress.add_task("looking again: workspaces", total=len(work))
        for row in work:
            failed = 0
            for _ in range(_PASSES):
                done = failed = 0
                async for step in rotation.reseal_workspace(resources, row["workspace_id"], row["number"]):
                    _heed_interrupt()
                    done, failed = done + step.done, failed + step.failed
                rows += done
                if not done:
                    break
            if not failed:
                await rotation.finish(resources, row["workspace_id"], row["number"])
                finished += 1
            failures += failed
            progress.advance(task)
    return rows, finished, failures
