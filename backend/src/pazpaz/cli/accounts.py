"""Workspaces and API tokens from the command line."""

from typing import Annotated
from uuid import UUID

import orjson
import typer
from pydantic import ValidationError

from pazpaz.accounts import service
from pazpaz.accounts.models import Locale
from pazpaz.accounts.schemas import SignUp
from pazpaz.cli.context import DataDir, resources_of, waits
from pazpaz.cli.errors import CliError
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.audit import RequestContext
from pazpaz.core.db.engine import Record
from pazpaz.core.db.system import System
from pazpaz.core.http.problems import invalid_body

workspace = typer.Typer(no_args_is_help=True, help="Make a workspace.")
token = typer.Typer(no_args_is_help=True, help="Make and end API tokens.")

Email = Annotated[str, typer.Option("--email", help="Of the user.")]


@workspace.command("create")
@waits
async def create_workspace(
    name: str,
    email: Email,
    full_name: Annotated[str, typer.Option(help="Of its owner; default the e-mail address.")] = "",
    timezone: str = "Asia/Jerusalem",
    locale: Locale = Locale.HE,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Make a workspace with its owner and a first API token."""
    try:
        signup = SignUp(
            email=email,
            full_name=full_name or email,
            workspace_name=name,
            timezone=timezone,
            locale=locale,
        )
    except ValidationError as error:
        raise CliError(_first_error(error)) from None
    context = RequestContext(new_id())
    async with resources_of(data_dir) as resources, resources.as_system() as system:
        workspace_id, user_id = await service.create_workspace(system, resources.keys, context, signup)
        secret = await service.issue_token(system, context, workspace_id, user_id, "command line")
    made = {"workspace_id": str(workspace_id), "user_id": str(user_id), "token": secret}
    lines = "\n".join(f"{key}: {value}" for key, value in made.items())
    typer.echo(orjson.dumps(made).decode() if json else lines)


def _first_error(error: ValidationError) -> str:
    first = invalid_body(error).errors[0]
    return f"{first['pointer'].lstrip('/')} {first['detail']}"


@token.command("create")
@waits
async def create_token(
    email: Email,
    workspace_id: Annotated[
        UUID | None, typer.Option("--workspace", help="Needed if the user has several.")
    ] = None,
    name: Annotated[str, typer.Option(help="To tell it apart.")] = "command line",
    data_dir: DataDir = None,
) -> None:
    """Make an API token for a user; it is shown this once."""
    async with resources_of(data_dir) as resources, resources.as_system() as system:
        user = await only_user(system, email, workspace_id)
        whose = user["workspace_id"], user["id"]
        secret = await service.issue_token(system, RequestContext(new_id()), *whose, name)
    typer.echo(secret)


async def only_user(system: System, email: str, workspace_id: UUID | None) -> Record:
    """Return the one user with this address, in this workspace if one is named; CliError for none or several."""
    found = [u for u in await service.users_of(system, email) if workspace_id in (None, u["workspace_id"])]
    if len(found) != 1:
        raise CliError(
            "several workspaces have this user: name one with --workspace"
            if found
            else "no workspace has an active user with this e-mail address"
        )
    return found[0]


@token.command("revoke")
@waits
async def revoke_token(
    secret: Annotated[str, typer.Argument(metavar="TOKEN")], data_dir: DataDir = None
) -> None:
    """End an API token or a sign-in at once."""
    async with resources_of(data_dir) as resources, resources.as_system() as system:
        if not await service.revoke_secret(system, RequestContext(new_id()), secret):
            raise CliError("this token is not valid (any more)")
    typer.echo("revoked")
