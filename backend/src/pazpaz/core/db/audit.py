"""The audit log: who did what to which row, written by the statement that did it; ids only."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, Uuid, text

from pazpaz.core.base.ids import new_id
from pazpaz.core.db.tenancy import moment, scoped_table

# The transaction has its id before the event has its number: once every transaction that had an id when the
# number N was the last one has ended, no event up to N can appear any more. Written as PostgreSQL shows it.
POSITION = """
CASE
    WHEN (pg_current_xact_id() IS NOT NULL) THEN nextval('audit_events_position'::regclass)
    ELSE NULL::bigint
END"""
# Which transaction wrote it; with a snapshot it tells what had committed at a moment, which neither a position nor
# a time does.
TRANSACTION = "((pg_current_xact_id())::text)::bigint"
LONGEST_SECONDS = 1_800.0  # no transaction of requests and jobs commits that has run for longer
audit_events = scoped_table(
    "audit_events",
    Column("user_id", Uuid),
    Column("action", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("entity_id", Uuid),
    moment("at", now=True),
    Column("request_id", Uuid),
    Column("ip_prefix", Text),
    Column("position", BigInteger, nullable=False, server_default=text(POSITION)),
    Column("transaction_id", BigInteger, nullable=False, server_default=text(TRANSACTION)),
    owned=False,
)
Index("ix_audit_events_entity_id", audit_events.c.workspace_id, audit_events.c.entity_id, audit_events.c.id)
# What the checkpoint job looks for lies at the table's end; a B-tree would cost every request more.
Index(
    "ix_audit_events_position",
    audit_events.c.position,
    postgresql_using="brin",
    postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Where a change comes from: the request (or job) and the network it came from."""

    request_id: UUID
    ip_prefix: str | None = None


def insert(entity_id: str, source: str, event_id: str = "%(audit_id)s::uuid") -> str:
    """Return the CTE that records one event per row of `source` (or one, where `source` is a WHERE clause)."""
    return (
        "INSERT INTO audit_events"
        " (workspace_id, id, user_id, action, entity_type, entity_id, request_id, ip_prefix)"
        f" SELECT %(workspace)s::uuid, {event_id}, %(user)s::uuid, %(action)s::text,"
        f" %(entity_type)s::text, {entity_id}, %(request_id)s::uuid, %(ip_prefix)s::text {source}"
    )


def parameters(context: RequestContext, action: str, entity_type: str) -> dict[str, object]:
    """Return what `insert` needs beyond the actor."""
    return {
        "audit_id": new_id(),
        "action": f"{entity_type}.{action}",
        "entity_type": entity_type,
        "request_id": context.request_id,
        "ip_prefix": context.ip_prefix,
    }
