"""The checkpoints' table, which only the system role sees."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, LargeBinary, Table, Uuid

from pazpaz.core.db.tenancy import METADATA, moment

audit_checkpoints = Table(
    "audit_checkpoints",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("previous", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("through_position", BigInteger, nullable=False),
    Column("through_workspace_id", Uuid, nullable=False),
    Column("through_id", Uuid, nullable=False),
    moment("complete_at"),
    moment("signed_at", nullable=False),
    Column("given_up", LargeBinary),
    Column("public_key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint(
        "octet_length(previous) = 32 AND octet_length(root) = 32 AND octet_length(given_up) = 32"
        " AND octet_length(public_key) = 32 AND octet_length(signature) = 64",
        name="lengths",
    ),
    CheckConstraint("octet_length(leaves) = 64 * event_count", name="leaves"),
)
