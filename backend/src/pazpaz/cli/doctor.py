"""`pazpaz doctor`: what answers, what does not, and the remedy."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
import typer
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from pazpaz.cli.context import DataDir, settings_of, waits
from pazpaz.cli.errors import CliError
from pazpaz.cli.interpreter import judged
from pazpaz.cli.through import examined
from pazpaz.core.base import clock
from pazpaz.core.base.config import Settings
from pazpaz.core.crypto.key_providers import KeyUnopenedError
from pazpaz.core.crypto.key_settings import keys_of
from pazpaz.core.files.bucket import Bucket, BucketError
from pazpaz.sanitizing.clamd import Clamd

SECONDS = 3.0
SECONDS_IN_ALL = 10.0
OLDEST_POSTGRES = 15
Check = Callable[[Settings], Awaitable[str]]


@waits
async def doctor(
    data_dir: DataDir = None,
    through: Annotated[
        str | None, typer.Option(metavar="URL", help="Also the way from this public address to the server.")
    ] = None,
) -> None:
    """Check settings, services and the Python it runs on, and name what is to be done."""
    settings = settings_of(data_dir)
    results = await _run(settings)
    if through is not None:
        results += await examined(through, settings)
    table = Table("what", "state", box=None)
    table.add_column("remedy", overflow="fold")
    for name, state, remedy in results:
        table.add_row(name, state, remedy)
    table.add_row("Python", *judged(sys.version_info[:3], clock.now().date()))  # advice: PazPaz runs on it
    Console().print(table)
    if any(remedy for _, _, remedy in results):
        raise typer.Exit(1)


async def _run(settings: Settings) -> list[tuple[str, str, str]]:
    checks: list[tuple[str, Check, str]] = [
        ("database, application", _application, "check PAZPAZ_DATABASE_URL, then: pazpaz db upgrade"),
        ("database, system", _system, "check PAZPAZ_DATABASE_SYSTEM_URL, then: pazpaz db upgrade"),
        ("keys", _keys, "check the key settings (docs/keys.md)"),
        ("queue", _queue, "check PAZPAZ_ARQ_REDIS_URL"),
        ("storage", _storage, "check the PAZPAZ_S3_ settings (docs/stores.md)"),
        ("scanner", _scanner, "check PAZPAZ_CLAMD_URL"),
        ("mail", _mail, "check PAZPAZ_SMTP_HOST and PAZPAZ_SMTP_PORT"),
    ]
    return [("settings", "complete", "")] + [
        await _one(name, check, remedy, settings) for name, check, remedy in checks
    ]


async def _one(name: str, check: Check, remedy: str, settings: Settings) -> tuple[str, str, str]:
    try:
        async with asyncio.timeout(SECONDS_IN_ALL):
            return name, await check(settings), ""
    except CliError as error:
        return name, str(error), remedy
    except Exception as error:  # noqa: BLE001 (whatever it is, it is the finding)
        return name, f"no answer ({type(error).__name__})", remedy


async def _application(settings: Settings) -> str:
    return await _role(settings.database_url.get_secret_value(), "sessions")


async def _system(settings: Settings) -> str:
    return await _role(settings.database_system_url.get_secret_value(), "magic_links")


async def _role(url: str, table: str) -> str:
    """Return the server's version, once the role is one that row-level security binds."""
    connection = await asyncpg.connect(url, timeout=SECONDS)
    try:
        if connection.get_server_version().major < OLDEST_POSTGRES:
            raise CliError(f"PostgreSQL is older than {OLDEST_POSTGRES}")
        if await connection.fetchval(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ):
            raise CliError("this role passes row-level security by")
        await connection.execute(f"SELECT FROM {table} LIMIT 0")
        version = connection.get_server_version()
        return f"PostgreSQL {version.major}.{version.minor}"
    finally:
        await connection.close()


async def _keys(settings: Settings) -> str:
    """Return the provider gives back what it wrapped, in its place only; and the erasure key is the one data needs."""
    providers, erasure = keys_of(settings)
    try:
        kek_id = await providers.prove()
    except KeyUnopenedError as error:
        raise CliError(f"the key provider: {error.cause}") from None
    finally:
        await providers.close()
    connection = await asyncpg.connect(settings.database_system_url.get_secret_value(), timeout=SECONDS)
    try:
        others = await connection.fetchval(
            "SELECT count(*) FROM workspace_keys WHERE erasure_id <> $1", erasure.key().id
        )
    finally:
        await connection.close()
    if others:
        raise CliError(f"{others} data keys need another erasure key than the file has")
    return f"wraps with {kek_id}"


async def _queue(settings: Settings) -> str:
    redis = Redis.from_url(settings.arq_redis_url.get_secret_value(), socket_timeout=SECONDS)
    try:
        info = await redis.info("server")
    finally:
        await redis.aclose()
    name = "Valkey" if "valkey_version" in info else "Redis"
    return f"{name} {info.get('valkey_version') or info['redis_version']}"


async def _storage(settings: Settings) -> str:
    """Return a private bucket that gives back, whole, the largest file it may be given."""
    bucket = Bucket(settings)
    try:
        abilities = await asyncio.to_thread(bucket.prepare)
        await asyncio.to_thread(bucket.prove, settings.max_file_size)
    except BucketError as error:
        raise CliError(str(error)) from None
    return f"{abilities}, reads back"


async def _scanner(settings: Settings) -> str:
    if settings.clamd_url is None:
        return "none (PAZPAZ_CLAMD_URL)"
    await Clamd.of(settings.clamd_url).ping()
    return "answers"


async def _mail(settings: Settings) -> str:
    reader, writer = await asyncio.open_connection(settings.smtp_host, settings.smtp_port)
    greeting = b"220" if settings.smtp_tls == "tls" else await reader.readline()
    writer.close()
    if not greeting.startswith(b"220"):
        raise CliError("what answers there is no SMTP server")
    return "answers"
