"""The clients table and its row."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Text, Uuid, func, select

from pazpaz.accounts.models import workspaces
from pazpaz.clients import phones
from pazpaz.clients.names import folded
from pazpaz.clients.phones import Dialling, Number, WantedNumber
from pazpaz.core.crypto.phi import Sealed
from pazpaz.core.db.entity import Entity, row
from pazpaz.core.db.opened import SearchIndex
from pazpaz.core.db.tenancy import moment, reference, scoped_table, versioned

TEXT_CHARACTERS, MOST_TAGS = 20_000, 50


def alike(address: str) -> str:
    """Return an address as two of them are compared: no mailbox that people have depends on the letters' case."""
    return address.casefold()


def printed(address: str) -> bytes:
    """Return what the workspace's keys print, to know an address again, however it is written."""
    return b"address\0" + alike(address).encode()


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
    Column("merged_into", Uuid),
    moment("erasure_due_at"),
    moment("erased_at"),
    *versioned(),
    reference("clients", "merged_into", "clients"),
    CheckConstraint("merged_into IS NULL OR archived_at IS NOT NULL", name="merged_is_archived"),
    CheckConstraint("erased_at IS NULL OR erasure_due_at IS NOT NULL", name="erased_when_due"),
    CheckConstraint("erasure_due_at IS NULL OR archived_at IS NOT NULL", name="erasure_of_archived"),
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
    merged_into: UUID | None
    erasure_due_at: datetime | None
    erased_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@row
class Client(ClientCard):
    """A person treated in a practice; an assistant's answer leaves out what is clinical."""

    notes: str | None = None
    tags: list[str] | None = None

    def completed_by(self, other: "Client") -> dict[str, Any]:
        """Return what this record takes of a second one of the same person: what it lacks, and every word."""
        filled = ("email", "phone", "date_of_birth", "address", "locale", "timezone")
        changes = {
            name: getattr(other, name)
            for name in filled
            if getattr(self, name) is None and getattr(other, name) is not None
        }
        if "email" in changes:
            changes["email_bounced_at"] = other.email_bounced_at
        notes = "\n\n".join(filter(None, (self.notes, other.notes)))
        if other.notes and other.notes != self.notes and len(notes) <= TEXT_CHARACTERS:
            changes["notes"] = notes
        tags = list(dict.fromkeys((self.tags or []) + (other.tags or [])))[:MOST_TAGS]
        if tags != (self.tags or []):
            changes["tags"] = tags
        if other.reminders_opt_out and not self.reminders_opt_out:
            changes["reminders_opt_out"] = True
        consents = [one.consent_given_at for one in (self, other) if one.consent_given_at is not None]
        if consents and self.consent_given_at is None:
            changes["consent_given_at"] = min(consents)
        return changes


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
    """A client in the search's index: as they are listed, and as they are compared with what is looked for."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_shown: str | None  # None where it is shown as it was typed
    is_archived: bool
    words: tuple[str, ...]
    numbers: tuple[Number, ...]

    @classmethod
    def of(cls, client: Findable, dialling: Dialling) -> "Entry":
        phone = client.phone
        how = phones.shown(phone, dialling) if phone else ""
        return cls(
            client.first_name,
            client.last_name,
            client.email,
            phone,
            how if how != (phone or "") else None,
            client.archived_at is not None,
            _words(client),
            tuple(phones.numbers_in(how, dialling)),
        )


def _words(client: Findable) -> tuple[str, ...]:
    return tuple(folded(text) for text in (client.first_name, client.last_name, client.email) if text)


@row
class Tagged:
    """What a client's tags are."""

    id: UUID
    version: int
    tags: list[str] | None


@row
class Addressed:
    """What a client's address is."""

    id: UUID
    version: int
    email: str | None


@row
class IndexedClient:
    """A client in the list of all; what they have none of is left out, and tags for assistants."""

    id: UUID
    first_name: str
    last_name: str
    phone: str | None
    archived: bool
    email: str | None = None
    phone_shown: str | None = None
    tags: list[str] = field(default_factory=list)


@row
class ClientIndex:
    """All clients of the practice."""

    items: list[IndexedClient]
    total: int
    dialling: Dialling


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: words of a name or e-mail in any order, or a phone number, however they are written."""

    words: tuple[str, ...]
    numbers: tuple[WantedNumber, ...]

    @classmethod
    def of(cls, text: str, dialling: Dialling) -> "Wanted":
        return cls(tuple(folded(text).split()), tuple(phones.wanted_in(text, dialling)))

    def fits(self, entry: Entry) -> bool:
        """Whether this is somebody who is looked for."""
        return (bool(self.words) and all(_is_in(word, entry.words) for word in self.words)) or (
            bool(self.numbers)
            and all(any(wanted.fits(number) for number in entry.numbers) for wanted in self.numbers)
        )


def _is_in(word: str, texts: tuple[str, ...]) -> bool:
    """Whether it is a part of one of them, or a beginning of one that is written in two words."""
    return any(word in text or (" " in text and text.replace(" ", "").startswith(word)) for text in texts)


CLIENT = Entity("client", clients, Client)
CARD = Entity("client", clients, ClientCard)
# How the practice dials follows from where and what it speaks.
PRACTICE = select(func.concat(workspaces.c.timezone, " ", workspaces.c.locale)).scalar_subquery()
SEARCH = SearchIndex(
    CLIENT, Findable, lambda client, practice: Entry.of(client, phones.dialling_in(practice)), PRACTICE
)
TAGS = SearchIndex(CLIENT, Tagged, lambda client, _: client.tags or [])  # clinical: an assistant opens none
ADDRESSES = SearchIndex(CLIENT, Addressed, lambda client, _: alike(client.email) if client.email else None)
CLINICAL = frozenset({"notes", "tags"})
