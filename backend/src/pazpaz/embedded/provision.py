"""The roles, the database and the extension PazPaz needs, put right at every start.

It is run by path in a process of its own, so that what it imports goes again; it imports nothing of the project.
"""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

DATABASE = "pazpaz"
_OWNER = "pazpaz_owner"
_ROLES = (_OWNER, "pazpaz_app", "pazpaz_system")
_LIMITS = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT"


async def provision(superuser_url: str, secrets: dict[str, str]) -> None:
    """Create what is missing and reset what was changed; may be repeated."""
    server = await asyncpg.connect(superuser_url, ssl=False, timeout=20)
    try:
        await _roles(server, secrets)
        if await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
            await server.execute(f"CREATE DATABASE {DATABASE} OWNER {_OWNER}")
        await server.execute(
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC; "
            f"GRANT CONNECT ON DATABASE {DATABASE} TO pazpaz_app, pazpaz_system"
        )
    finally:
        await server.close()
    database_url = urlunsplit(urlsplit(superuser_url)._replace(path=f"/{DATABASE}"))
    database = await asyncpg.connect(database_url, ssl=False, timeout=20)
    try:
        if await database.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'") is None:
            await database.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    finally:
        await database.close()


async def _roles(server: asyncpg.Connection, secrets: dict[str, str]) -> None:
    rows = await server.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1::text[])", list(_ROLES))
    known = {row["rolname"] for row in rows}
    for role in _ROLES:
        verb = "ALTER" if role in known else "CREATE"
        # Generated hexadecimal, so it needs no quoting.
        await server.execute(f"{verb} ROLE {role} {_LIMITS} PASSWORD '{secrets[role]}'")


if __name__ == "__main__":
    # No secret in an argument: the port, and the file with the passwords.
    words = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    asyncio.run(
        provision(f"postgresql://postgres:{words['postgres']}@127.0.0.1:{sys.argv[1]}/postgres", words)
    )
