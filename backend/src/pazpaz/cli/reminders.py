"""Reminders and bounces from the command line."""

import sys

import typer

from pazpaz.cli.context import DataDir, resources_of, waits
from pazpaz.cli.errors import TryAgainError
from pazpaz.digests import jobs as digests
from pazpaz.reminders import bounces, jobs, reports

reminders = typer.Typer(no_args_is_help=True, help="Make and send what is due now.")
mail = typer.Typer(no_args_is_help=True, help="Take in mail that came back.")


@reminders.command("run")
@waits
async def run(data_dir: DataDir = None) -> None:
    """Run one scheduler pass now, of reminders and of digests; a running worker delivers what is due."""
    async with resources_of(data_dir) as resources:
        made, evenings = await jobs.schedule(resources), await digests.schedule(resources)
    typer.echo(f"{made} reminders and {evenings} digests made")


@mail.command("bounce")
@waits
async def bounce(data_dir: DataDir = None) -> None:
    """Read a delivery report (RFC 3464) from standard input; one that is none of ours, or unreadable, is ignored.

    Exit code 75 tells a mail server to keep the report and try again.
    """
    raw = sys.stdin.buffer.read(reports.READ_BYTES + 1)
    while sys.stdin.buffer.read(reports.READ_BYTES):
        pass  # a mail server whose pipe breaks may take that for a failure
    try:
        async with resources_of(data_dir) as resources:
            taken = await bounces.take(resources, raw)
    except Exception as error:
        raise TryAgainError from error
    typer.echo("ignored" if taken is None else f"bounced: {taken}")
