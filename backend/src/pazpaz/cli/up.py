"""`pazpaz up`: everything on one machine, one process tree, loopback only."""

import asyncio
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from pazpaz.accounts import service
from pazpaz.cli import database, demo
from pazpaz.cli.context import CliError, DataDir, data_dir_of, resources_of
from pazpaz.embedded.ports import HOST, choose_ports, is_free
from pazpaz.embedded.runtime import remove_runtime, write_runtime
from pazpaz.embedded.stack import Stack

PORT = 8000
POLL_SECONDS = 0.5
QUICK_DEATH_SECONDS = 10.0
QUICK_DEATHS = 5
NEEDED_FIRST = frozenset({"postgres", "valkey", "mail"})
AFTER_THEM = frozenset({"s3", "api", "worker"})


def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help=f"Of the API; default {PORT} if it is free.")
    ] = None,
    data_dir: DataDir = None,
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill a new data dir with a demo practice.")
    ] = True,
) -> None:
    """Run PostgreSQL, Valkey, the S3 store, the mail catcher, the API and the worker until Ctrl-C."""
    stopping = _stop_signals()
    stack = Stack(data_dir_of(data_dir))
    typer.echo(f"Starting in {stack.data_dir}")
    try:
        stack.start(_report, first=NEEDED_FIRST)
        address = _start_pazpaz(stack, port)
        _greet(stack, address, with_demo=with_demo)
        _keep_alive(stack, stopping)
        typer.echo("Stopping")
    finally:
        stack.stop()


def _stop_signals() -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            return
        stopping.set()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return stopping


def _start_pazpaz(stack: Stack, port: int | None) -> str:
    """Migrate, then start API and worker; returns the address that people open."""
    api_port = _api_port(stack, port)
    address = f"http://{HOST}:{api_port}"
    public = f"http://localhost:{api_port}"  # a name: browsers make no passkey for a number
    environment = stack.environment() | {"PAZPAZ_PUBLIC_URL": public}
    database.upgrade(environment["PAZPAZ_DATABASE_OWNER_URL"])
    write_runtime(stack.data_dir, environment, os.getpid(), address)
    stack.add_program("api", ["api", "--host", HOST, "--port", str(api_port)], lambda: _answers(address))
    stack.add_program("worker", ["worker"], lambda: True)
    stack.start_services(AFTER_THEM, _report)
    return public


def _report(line: str) -> None:
    typer.echo(f"  {line}")


def _api_port(stack: Stack, port: int | None) -> int:
    if port is not None:
        if not is_free(port):
            message = f"port {port} is in use: stop what listens there, or pass another --port"
            raise CliError(message)
        return port
    return PORT if is_free(PORT) else choose_ports(stack.data_dir, ["api"])["api"]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/live", timeout=1):  # noqa: S310 (our own loopback address)
            return True
    except (urllib.error.URLError, OSError):
        return False


def _greet(stack: Stack, address: str, *, with_demo: bool) -> None:
    """Say what runs and where."""
    lines = [
        "",
        f"PazPaz runs at {address}",
        f"  sign in or open a practice  {address}/sign-in",
        f"  mails it has sent           {address}/dev/mail",
        f"  the API's description       {address}/docs",
    ]
    link = asyncio.run(_demo_link(stack.data_dir, address)) if with_demo else None
    if link is not None:
        lines.append(f"  the demo practice           {link[0]}")
        lines.append(f"                              (once, within 10 minutes; code {link[1]})")
    lines.append(f"Everything is kept in {stack.data_dir}. Ctrl-C stops it.")
    typer.echo("\n".join(lines))


async def _demo_link(data_dir: Path, address: str) -> tuple[str, str] | None:
    """A sign-in link to the demo practice, which is made in a data dir without any practice."""
    async with resources_of(data_dir) as resources:
        if await demo.is_empty(resources):
            typer.echo("  filling the demo practice")
            await demo.fill(resources)
        secret = resources.settings.secret_key.get_secret_value()
        system = resources.system()
        if not await service.users_of(system, demo.EMAIL):
            return None
        token, code = await service.make_link(system, secret, demo.EMAIL)
        await system.transaction.commit()
    return f"{address}/sign-in#token={token}", code


def _keep_alive(stack: Stack, stopping: threading.Event) -> None:
    """Start again what dies; give up on what dies again and again."""
    deaths: dict[str, list[float]] = {}
    try:
        while not stopping.wait(POLL_SECONDS):
            name = stack.poll()
            if name is None:
                continue
            recent = [t for t in deaths.get(name, []) if t > time.monotonic() - QUICK_DEATH_SECONDS]
            deaths[name] = [*recent, time.monotonic()]
            if len(deaths[name]) > QUICK_DEATHS:
                message = f"{name} keeps ending: see {stack.data_dir / 'log' / f'{name}.log'}"
                raise CliError(message)
            typer.echo(f"{name} ended; starting it again")
            stack.restart(name)
    except KeyboardInterrupt:
        remove_runtime(stack.data_dir)
