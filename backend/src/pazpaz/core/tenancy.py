"""Scoped tables: every row belongs to a workspace, and no reference can leave it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
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


def scoped_table(name: str, *items: SchemaItem, owned: bool = True) -> Table:
    """A table keyed by (workspace_id, id); its migration adds row-level security (migrations/rls.py).

    `owned=False` leaves out the foreign key to workspaces: for workspaces itself, and for the audit
    log, whose every row would lock its workspace's row and which outlives it.
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
        info={"scoped": True},
    )


def reference(table: str, column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key that carries the workspace, because PostgreSQL checks plain ones past row-level security."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
    )


def choice(column: str, values: type[StrEnum], *, nullable: bool = False, **options: Any) -> Column[str]:
    """A text column that holds one of an enum's values; add `one_of` for its check."""
    return Column(column, Text, nullable=nullable, info={"enum": values}, **options)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The check behind `choice`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
