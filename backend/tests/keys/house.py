"""An application on a database of its own, and what rotating its keys is measured by."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI

from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.db.entity import place_of
from pazpaz.core.db.resealing import sealed_columns
from pazpaz.core.db.tenancy import METADATA
from pazpaz.core.process.resources import Resources
from pazpaz.core.work import rotation
from pazpaz.sessions.models import sessions

SEALED = {table.name: [c.name for c in sealed_columns(table)] for table in METADATA.tables.values()}
SEALED = {name: columns for name, columns in SEALED.items() if columns}
_COPY = "workspace_id, id, client_id, appointment_id, session_date, status"
SOAP = ("subjective", "objective", "assessment", "plan")


@dataclass
class House:
    """What a test of rotation acts on."""

    app: FastAPI
    settings: Settings
    referee: "asyncpg.Connection[Any]"
    environment: dict[str, str]

    @property
    def resources(self) -> Resources:
        """What the application holds."""
        found: Resources = self.app.state.resources
        return found

    async def age_keys(self, workspace_id: UUID) -> None:
        """Let the time pass in which processes learn of a new key."""
        await self.referee.execute(
            "UPDATE workspace_keys SET created_at = created_at - interval '1 day' WHERE workspace_id = $1",
            workspace_id,
        )

    async def numbers(self, workspace_id: UUID) -> dict[str, set[int]]:
        """By table, the numbers of the keys that its values are sealed with."""
        found: dict[str, set[int]] = {}
        for table, columns in SEALED.items():
            for column in columns:
                rows = await self.referee.fetch(
                    f"SELECT DISTINCT substring({column} FROM 2 FOR 4) AS number FROM {table}"
                    f" WHERE workspace_id = $1 AND {column} IS NOT NULL",
                    workspace_id,
                )
                found.setdefault(table, set()).update(int.from_bytes(row["number"], "big") for row in rows)
        return {table: numbers for table, numbers in found.items() if numbers}

    async def rest(self, workspace_id: UUID) -> dict[str, list[str]]:
        """Every row of the tables that hold health data, without it."""
        return {
            table: [
                row["rest"]
                for row in await self.referee.fetch(
                    f"SELECT (to_jsonb(t) - $2::text[])::text AS rest FROM {table} AS t"
                    " WHERE workspace_id = $1 ORDER BY id",
                    workspace_id,
                    columns,
                )
            ]
            for table, columns in SEALED.items()
        }

    async def plain(self, workspace_id: UUID) -> dict[str, str]:
        """Every sealed value of the workspace, opened by its keys as they are now."""
        self.resources.keys.forget(workspace_id)
        cipher, found = await self.resources.keys.open(workspace_id), {}
        for table in METADATA.tables.values():
            for column in sealed_columns(table):
                for row in await self.referee.fetch(
                    f"SELECT id, {column.name} FROM {table.name}"
                    f" WHERE workspace_id = $1 AND {column.name} IS NOT NULL",
                    workspace_id,
                ):
                    opened = cipher.open(row[column.name], "text", place_of(column), row["id"])
                    found[f"{table.name}.{column.name} {row['id']}"] = opened
        return found

    async def fill(self, workspace_id: UUID, like: UUID, count: int) -> None:
        """More archived notes of the same appointment, as the application would have sealed them."""
        cipher = await self.resources.keys.open(workspace_id)
        for _ in range(count):
            row = new_id()
            texts = [cipher.seal(f"{name} {row}", "text", place_of(sessions.c[name]), row) for name in SOAP]
            await self.referee.execute(
                f"INSERT INTO sessions ({_COPY}, {', '.join(SOAP)}) SELECT workspace_id, $2, client_id,"
                " appointment_id, session_date, 'archived', $3, $4, $5, $6 FROM sessions WHERE id = $1",
                like,
                row,
                *texts,
            )


async def drained(steps: AsyncIterator[rotation.Step]) -> rotation.Step:
    """All steps to their end, added up."""
    done, failed, cause = 0, 0, ""
    async for step in steps:
        done, failed, cause = done + step.done, failed + step.failed, step.cause or cause
        await asyncio.sleep(0)
    return rotation.Step(done, failed, cause)


async def renewed(resources: Resources, workspace_id: UUID) -> int:
    """Give a workspace a new data key; returns its number."""
    await drained(rotation.renew(resources, workspace_id))
    (row,) = await rotation.unfinished(resources, workspace_id)
    number: int = row["number"]
    return number
