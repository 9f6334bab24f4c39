"""The clients table and its row."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, Index, Text

from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.opened import SearchIndex
from pazpaz.core.db.tenancy import moment, scoped_table, versioned

# A search that could be part of a phone number; fewer than three digits are part of every one.
_PHONE_PART = re.compile(r"[\s().+/-]*(?:\d[\s().+/-]*){3,}", re.ASCII)
# Marks (accents, niqqud) do not count; nor do the Turkish dot and the Hebrew forms of common punctuation.
_ALIKE = dict.fromkeys(range(768, 880)) | dict.fromkeys(range(1425, 1480))
_ALIKE |= {ord("ı"): "i", ord("\u05f4"): '"', ord("\u05f3"): "'", ord("\u05be"): "-"}


def folded(text: str) -> str:
    """Text as a search compares it: without case, marks and typographic variants."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return plain if plain.isascii() else plain.translate(_ALIKE)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


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
    moment("consent_given_at"),
    Column("reminders_opt_out", Boolean, nullable=False, server_default="false"),
    moment("email_bounced_at"),
    moment("archived_at"),
    *versioned(),
)
Index("ix_clients_archived_at", clients.c.workspace_id, clients.c.archived_at, clients.c.id)


@row
class ClientCard:
    """What an assistant sees of a client: nothing clinical."""

    id: UUID
    workspace_id: UUID
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    date_of_birth: date | None
    address: str | None
    locale: str | None
    timezone: str | None
    consent_given_at: datetime | None
    reminders_opt_out: bool
    email_bounced_at: datetime | None
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Client(ClientCard):
    """A person treated in a practice; an assistant's answer leaves out what is clinical."""

    notes: str | None = None
    tags: list[str] | None = None


@row
class Findable:
    """What a search looks at."""

    id: UUID
    version: int
    archived_at: datetime | None
    first_name: str
    last_name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A client in the search's index: as they are listed, their text already folded, the digits of their phone."""

    first_name: str
    last_name: str
    phone: str | None
    is_archived: bool
    text: str
    digits: str

    @classmethod
    def of(cls, client: Findable) -> "Entry":
        text = f"{client.first_name} {client.last_name}\n{client.email or ''}\n{client.phone or ''}"
        return cls(
            client.first_name,
            client.last_name,
            client.phone,
            client.archived_at is not None,
            folded(text),
            _digits(client.phone or ""),
        )


@row
class Tagged:
    """What a client's tags are."""

    id: UUID
    version: int
    tags: list[str] | None


@row
class IndexedCard:
    """A client in the list of all, as an assistant sees it."""

    id: UUID
    first_name: str
    last_name: str
    phone: str | None
    archived: bool


@row
class IndexedClient(IndexedCard):
    """A client in the list of all; without tags they have none."""

    tags: list[str] = field(default_factory=list)


@row
class ClientIndex:
    """All clients of the practice."""

    items: list[IndexedClient]
    total: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: a part of a name, e-mail or phone, however it is written."""

    text: str
    digits: str

    @classmethod
    def of(cls, text: str) -> "Wanted":
        text = folded(text.strip())
        return cls(text, _digits(text) if _PHONE_PART.fullmatch(text) else "")

    def fits(self, entry: Entry) -> bool:
        """Whether this is somebody who is looked for."""
        return self.text in entry.text or bool(self.digits and self.digits in entry.digits)


CLIENT = Entity("client", clients, Client)
CARD = Entity("client", clients, ClientCard)
SEARCH = SearchIndex(CLIENT, Findable, Entry.of)
TAGS = SearchIndex(CLIENT, Tagged, lambda client: client.tags or [])  # clinical: an assistant opens none
CLINICAL = frozenset({"notes", "tags"})
