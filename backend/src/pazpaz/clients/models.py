"""The clients table and its row."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Text, func

from pazpaz.core.entity import Entity, row
from pazpaz.core.phi import Sealed
from pazpaz.core.tenancy import scoped_table

clients = scoped_table(
    "clients",
    Column("first_name", Sealed(), nullable=False),
    Column("last_name", Sealed(), nullable=False),
    Column("email", Sealed()),
    Column("phone", Sealed()),
    Column("date_of_birth", Sealed("date")),
    Column("address", Sealed()),
    Column("notes", Sealed()),
    Column("tags", Sealed("json")),
    Column("locale", Text),
    Column("timezone", Text),
    Column("consent_given_at", DateTime(timezone=True)),
    Column("reminders_opt_out", Boolean, nullable=False, server_default="false"),
    Column("archived_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("ix_clients_archived_at", clients.c.workspace_id, clients.c.archived_at, clients.c.id)


@row
class Client:
    """A person treated in a practice."""

    id: UUID
    workspace_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    date_of_birth: date | None
    address: str | None
    notes: str | None
    tags: list[str] | None
    locale: str | None
    timezone: str | None
    consent_given_at: datetime | None
    reminders_opt_out: bool
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Findable:
    """What a search looks at."""

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None

    def matches(self, wanted: str) -> bool:
        """Whether a part of the name, e-mail or phone is `wanted`, which is already case-folded."""
        text = f"{self.first_name} {self.last_name}\n{self.email or ''}\n{self.phone or ''}".casefold()
        if wanted in text:
            return True
        digits = "".join(filter(str.isdigit, wanted))
        return len(digits) >= 3 and digits in "".join(filter(str.isdigit, self.phone or ""))


CLIENT = Entity("client", clients, Client)
