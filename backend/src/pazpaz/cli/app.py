"""The `pazpaz` command: errors are one line and a non-zero exit."""

import os
import sys
from typing import Annotated

import asyncpg
import orjson
import typer
from alembic.util.exc import CommandError
from redis.exceptions import RedisError

from pazpaz import __version__
from pazpaz.cli import (
    accounts,
    audit,
    database,
    demo,
    doctor,
    export,
    factors,
    keys,
    reminders,
    services,
    syncclient,
    up,
)
from pazpaz.cli.context import CliError, DataDir, TryAgainError, running, settings_of
from pazpaz.core.config import SettingsError
from pazpaz.core.engine import DatabaseError
from pazpaz.core.errors import Problem
from pazpaz.core.kek import KeyUnopenedError
from pazpaz.embedded.errors import EmbeddedError
from pazpaz.main import describe
from pazpaz.syncclient.errors import SyncClientError

app = typer.Typer(
    name="pazpaz",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Practice management for independent therapists.",
)
db = typer.Typer(no_args_is_help=True, help="The database's tables.")
app.add_typer(db, name="db")
app.add_typer(accounts.workspace, name="workspace")
app.add_typer(accounts.token, name="token")
app.add_typer(factors.factor, name="factor")
app.add_typer(syncclient.sync_client, name="sync-client")
app.add_typer(audit.audit, name="audit")
app.add_typer(reminders.reminders, name="reminders")
app.add_typer(reminders.mail, name="mail")
app.add_typer(keys.keys, name="keys")
app.command()(up.up)
app.command()(services.api)
app.command()(services.worker)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("export")(export.export)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        typer.echo(f"pazpaz {__version__}")
        raise typer.Exit


@db.command("upgrade")
def upgrade(data_dir: DataDir = None) -> None:
    """Bring the tables to this version."""
    database.upgrade(_owner_url(data_dir))
    typer.echo("the database is up to date")


@db.command("check")
def check(data_dir: DataDir = None) -> None:
    """Fail when the tables and the code differ."""
    database.check(_owner_url(data_dir))
    typer.echo("the tables are as the code has them")


def _owner_url(data_dir: DataDir) -> str:
    runtime = running(data_dir)
    if runtime is not None:
        return runtime.environment["PAZPAZ_DATABASE_OWNER_URL"]
    url = settings_of(data_dir).database_owner_url
    if url is None:
        message = "PAZPAZ_DATABASE_OWNER_URL is missing: migrations run as the owner of the tables"
        raise CliError(message)
    return url.get_secret_value()


@app.command()
def openapi() -> None:
    """Print the OpenAPI description."""
    text = orjson.dumps(describe(), option=orjson.OPT_INDENT_2)
    sys.stdout.buffer.write(text + b"\n")


def main() -> None:
    """Run a command."""
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
    """What an error that was foreseen tells people."""
    match error:
        case CliError() | SettingsError() | EmbeddedError() | SyncClientError() | CommandError():
            return str(error)
        case Problem():
            return error.detail
        case KeyUnopenedError():
            return f"a data key cannot be had: {error.cause} (pazpaz doctor, docs/keys.md)"
        case DatabaseError():
            refused = " ".join(str(a) for a in error.args)
            return f"the database refused: {refused} (is it migrated? pazpaz db upgrade)"
        case asyncpg.PostgresError() | asyncpg.InterfaceError() | RedisError() | OSError():
            return f"a service does not answer: {type(error).__name__} {error} (pazpaz doctor)"
    return None


def _fail(message: str, code: int = 1) -> None:
    line = " ".join(message.split())
    typer.echo(f"pazpaz: {line}", err=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
