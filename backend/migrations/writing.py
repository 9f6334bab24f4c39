"""How Alembic writes a migration here: a sealed column is bytes, and a new table stands under row-level security."""

from typing import Any, Literal

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, MigrateOperation, MigrationScript
from sqlalchemy.types import TypeDecorator


class ScopeOp(MigrateOperation):
    """The call of `rls.scope` behind a new table."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(ScopeOp)
def _scope(context: AutogenContext, operation: ScopeOp) -> str:
    context.imports.add("from migrations import rls")
    return f'rls.scope("{operation.table}", app="SELECT, INSERT, UPDATE")  # take off what no verb uses'


def typed(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a type of ours as what it is in the database: a migration imports nothing of the application."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


def scoped(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Put what protects a new table of workspaces right behind it."""
    for script in scripts:
        operations = script.upgrade_ops.ops if script.upgrade_ops else []
        for at, operation in reversed(list(enumerate(operations))):
            if isinstance(operation, CreateTableOp) and operation.info.get("scoped"):
                operations.insert(at + 1, ScopeOp(operation.table_name))
