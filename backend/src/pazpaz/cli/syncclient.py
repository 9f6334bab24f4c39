"""`pazpaz sync-client`: write notes without a connection, and sync them later."""

import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import typer

from pazpaz.cli.errors import CliError
from pazpaz.syncclient.client import Client
from pazpaz.syncclient.notes import FIELDS
from pazpaz.syncclient.sealed import Key, SealedFile
from pazpaz.syncclient.server import Server

sync_client = typer.Typer(
    no_args_is_help=True, help="Write notes offline, in an encrypted file, and send them later."
)

Store = Annotated[
    Path,
    typer.Option("--store", envvar="PAZPAZ_SYNC_STORE", help="The encrypted file."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        envvar="PAZPAZ_SYNC_KEY_FILE",
        help="Opens the file; made if missing. Else a passphrase.",
    ),
]
Address = Annotated[str, typer.Option("--server", envvar="PAZPAZ_SYNC_SERVER", help="Where PazPaz is.")]
Token = Annotated[
    str, typer.Option("--token", envvar="PAZPAZ_TOKEN", help="An API token.", show_default=False)
]
Passphrase = Annotated[str, typer.Option("--passphrase", envvar="PAZPAZ_SYNC_PASSPHRASE", hidden=True)]
Words = Annotated[str | None, typer.Option(help="The text; - reads it from standard input.")]
_STORE = Path.home() / ".pazpaz" / "notes.sealed"
_ADDRESS = "http://127.0.0.1:8000"


def _client(store: Path, key_file: Path | None, passphrase: str) -> Client:
    if key_file is not None:
        return Client(SealedFile(store, Key.of_file(key_file)))
    said = passphrase or typer.prompt("Passphrase", hide_input=True, err=True)
    return Client(SealedFile(store, Key.of_passphrase(said)))


def _server(address: str, token: str) -> Server:
    if urlsplit(address).scheme not in {"http", "https"}:
        raise CliError(f"--server {address}: must begin with http:// or https://")
    if not token:
        raise CliError("no API token: give --token or PAZPAZ_TOKEN (make one with pazpaz token create)")
    return Server(address, token)


@sync_client.command("note")
def note(
    appointment: UUID,
    subjective: Words = None,
    objective: Words = None,
    assessment: Words = None,
    plan: Words = None,
    store: Store = _STORE,
    key_file: KeyFile = None,
    passphrase: Passphrase = "",
) -> None:
    """Begin an appointment's note, or change fields of it. Nothing is sent."""
    given = zip(FIELDS, (subjective, objective, assessment, plan), strict=True)
    texts = {name: sys.stdin.read() if text == "-" else text for name, text in given if text is not None}
    if not texts:
        raise CliError("nothing to write: give at least one of " + ", ".join(f"--{name}" for name in FIELDS))
    written = _client(store, key_file, passphrase).write(str(appointment), texts)
    typer.echo(f"kept as {written.client_session_id}; send it with: pazpaz sync-client send")


@sync_client.command("send")
def send(
    server: Address = _ADDRESS,
    token: Token = "",
    store: Store = _STORE,
    key_file: KeyFile = None,
    passphrase: Passphrase = "",
) -> None:
    """Send what waits. It may be cut off anywhere and run again."""
    there = _server(server, token)
    counts = _client(store, key_file, passphrase).send(there)
    typer.echo(", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing waits")
    if counts.get("conflict"):
        typer.echo("see the conflicts with: pazpaz sync-client conflicts")


@sync_client.command("list")
def list_notes(store: Store = _STORE, key_file: KeyFile = None, passphrase: Passphrase = "") -> None:
    """List the notes of this device and what became of each, without their text."""
    notes = _client(store, key_file, passphrase).notes()
    for one in notes:
        typer.echo(f"{one.updated_at}  appointment {one.appointment_id}  {one.state}")
    if not notes:
        typer.echo("no notes yet; write one with: pazpaz sync-client note APPOINTMENT --subjective TEXT")


@sync_client.command("conflicts")
def conflicts(server: Address = _ADDRESS, token: Token = "") -> None:
    """Show the practice's open conflicts, both texts of each field that differs."""
    there = _server(server, token)
    found = there.conflicts()
    for conflict in found:
        _show(conflict)
    if not found:
        typer.echo("no conflicts")


def _show(conflict: dict[str, Any]) -> None:
    typer.echo(f"{conflict['id']}  {conflict['reason']}  appointment {conflict['appointment_id']}")
    server = conflict["server"] or {}
    for name in conflict["differing"]:
        typer.echo(f"  {name}")
        typer.echo(f"    device: {conflict[name] or ''}")
        typer.echo(f"    server: {server.get(name) or ''}")
