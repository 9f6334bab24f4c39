"""`pazpaz db`: the database's tables."""

import typer

from pazpaz.cli import database
from pazpaz.cli.context import DataDir, running, settings_of
from pazpaz.cli.errors import CliError

db = typer.Typer(no_args_is_help=True, help="Make the database's tables, or compare them with the code.")


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


@db.command("prepare", hidden=True)
def prepare(data_dir: DataDir = None) -> None:
    """For `up`: see that its settings are right, then bring the tables to this version."""
    settings_of(data_dir)
    database.upgrade(_owner_url(data_dir))


def _owner_url(data_dir: DataDir) -> str:
    runtime = running(data_dir)
    if runtime is not None:
        return runtime.environment["PAZPAZ_DATABASE_OWNER_URL"]
    url = settings_of(data_dir).database_owner_url
    if url is None:
        raise CliError("PAZPAZ_DATABASE_OWNER_URL is missing: migrations run as the owner of the tables")
    return url.get_secret_value()
