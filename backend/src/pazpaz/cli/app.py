"""The `pazpaz` command: errors are one line and a non-zero exit; a command's code is loaded when it is run."""

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from pazpaz import __version__
from pazpaz.cli.errors import CliError, TryAgainError
from pazpaz.embedded.errors import EmbeddedError

# Each command's module and its name in it, and the first line of its help, which tests compare.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "openapi": ("description", "openapi", "Print the OpenAPI description."),
    "up": (
        "up",
        "up",
        "Run PostgreSQL, Valkey, the S3 store, the mail catcher, the API and the worker until Ctrl-C.",
    ),
    "api": ("services", "api", "Serve the HTTP API."),
    "worker": (
        "services",
        "worker",
        "Run jobs and sweeps; the same as `arq pazpaz.workers.worker.WorkerSettings`.",
    ),
    "demo": ("demo", "demo", "Make a demo practice; it is a workspace of its own."),
    "doctor": (
        "doctor",
        "doctor",
        "Check settings, services and the Python it runs on, and name what is to be done.",
    ),
    "export": ("export", "export", "Write a whole practice to a ZIP: readable health data, for its owner."),
    "db": ("tables", "db", "Make the database's tables, or compare them with the code."),
    "workspace": ("accounts", "workspace", "Make a workspace."),
    "token": ("accounts", "token", "Make and end API tokens."),
    "factor": ("factors", "factor", "Take a user's lost second factors away."),
    "sync-client": (
        "syncclient",
        "sync_client",
        "Write notes offline, in an encrypted file, and send them later.",
    ),
    "audit": ("audit", "audit", "Make checkpoints of the audit log, verify it by them, export it."),
    "reminders": ("reminders", "reminders", "Make and send what is due now."),
    "mail": ("reminders", "mail", "Take in mail that came back."),
    "keys": ("keys", "keys", "Make, show and rotate the keys that health data is encrypted with."),
}


class Commands(TyperGroup):
    """Knows the commands by name and line; the one that is run is loaded."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, (_, _, line) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Typer's hook, between a command's name and its own arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, loaded(name) if name else None, rest


def loaded(name: str) -> Any:
    module, attribute, _ = COMMANDS[name]
    found = getattr(import_module(f"pazpaz.cli.{module}"), attribute)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        command = get_command(alone)
    command.name = name
    return command


app = typer.Typer(
    name="pazpaz",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Practice management for independent therapists.",
)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        typer.echo(f"pazpaz {__version__}")
        raise typer.Exit


def main() -> None:
    try:
        app()
    except TryAgainError as error:
        cause = error.__cause__
        _fail(_said(cause) or f"something is wrong: {type(cause).__name__} (pazpaz doctor)", os.EX_TEMPFAIL)
    except Exception as error:
        if (said := _said(error)) is None:
            raise
        _fail(said)


def _said(error: BaseException | None) -> str | None:
    """Return what an error that was foreseen tells people."""
    if isinstance(error, CliError | EmbeddedError):
        return str(error)
    # Which knows every library's errors, and is slow to load for it.
    from pazpaz.cli.failures import said

    return said(error)


def _fail(message: str, code: int = 1) -> None:
    line = " ".join(message.split())
    typer.echo(f"pazpaz: {line}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
