"""Scoped tables: every row belongs to a workspace, and no reference can leave it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.schema import SchemaItem

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
WORKSPACES = "workspaces"


@dataclass(frozen=True)
class Forgotten:
    """What becomes of a table's rows when their workspace is deleted: columns' values in SQL, of rows `where`."""

    values: Mapping[str, str]
    where: str = "true"

    def sql(self, table: str) -> str:
        """Return the statement; its parameter is the workspace."""
        values = ", ".join(f"{column} = {value}" for column, value in self.values.items())
        return f"UPDATE {table} SET {values} WHERE workspace_id = %(workspace)s::uuid AND {self.where}"


def scoped_table(
    name: str, *items: SchemaItem, owned: bool = True, forgotten: Forgotten | None = None
) -> Table:
    """Return a table keyed by (workspace_id, id); its migration adds row-level security (migrations/rls.py).

    `owned=False` leaves out the foreign key to workspaces: for workspaces itself, and for the audit
    log, whose every row would lock its workspace's row and which outlives it. `forgotten`: which plain words of
    it a deleted workspace forgets; what is sealed goes with the keys.
    """
    owner = (
        []
        if not owned
        else [
            ForeignKeyConstraint(
                ["workspace_id"], [f"{WORKSPACES}.workspace_id"], name=f"fk_{name}_workspace_id"
            )
        ]
    )
    return Table(
        name,
        METADATA,
        Column("workspace_id", Uuid, nullable=False),
        Column("id", Uuid, nullable=False),
        *items,
        PrimaryKeyConstraint("workspace_id", "id", name=f"pk_{name}"),
        *owner,
        info={"scoped": True, "forgotten": forgotten},
    )


def reference(table: str, column: str, target: str) -> ForeignKeyConstraint:
    """Return a foreign key that carries the workspace, because PostgreSQL checks plain ones past row-level security."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def moment(column: str, *, nullable: bool = True, now: bool = False) -> Column[datetime]:
    """Return a moment, to the microsecond and with its zone; `now`: when the row was made, if nothing else is said."""
    if now:
        return Column(column, DateTime(timezone=True), nullable=False, server_default=func.now())
    return Column(column, DateTime(timezone=True), nullable=nullable)


def versioned() -> tuple[Column[Any], ...]:
    """Return what a row that can be changed has: its version, and when it was made and changed."""
    version = Column("version", Integer, nullable=False, server_default="1")
    return version, moment("created_at", now=True), moment("updated_at", now=True)


def choice(column: str, values: type[StrEnum], *, nullable: bool = False, **options: Any) -> Column[str]:
    """Return a text column that holds one of an enum's values; add `one_of` for its check."""
    return Column(column, Text, nullable=nullable, info={"enum": values}, **options)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the check behind `choice`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
