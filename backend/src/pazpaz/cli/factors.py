"""Second factors from the command line, for who has lost all of theirs."""

from typing import Annotated
from uuid import UUID

import typer

from pazpaz.accounts import service
from pazpaz.cli.accounts import Email, only_user
from pazpaz.cli.context import DataDir, resources_of, waits
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext

factor = typer.Typer(no_args_is_help=True, help="Take a user's lost second factors away.")


@factor.command("reset")
@waits
async def reset(
    email: Email,
    workspace_id: Annotated[
        UUID | None, typer.Option("--workspace", help="Needed if the user has several.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Take a user's second factors away: they are told by mail, sign in anew, and set up new ones."""
    async with resources_of(data_dir) as resources, resources.as_system() as system:
        user = await only_user(system, email, workspace_id)
        await service.reset_factors(system, RequestContext(new_id()), user["workspace_id"], user["id"])
    typer.echo("reset: the user is signed out, and was told by mail")
