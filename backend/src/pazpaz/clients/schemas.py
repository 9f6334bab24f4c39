"""What clients take in."""

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from pazpaz.accounts.models import Locale
from pazpaz.core.http.schemas import (
    Body,
    CalendarDate,
    Email,
    Instant,
    Line,
    Name,
    Phone,
    Text,
    TimeZone,
    unset,
)

Tags = Annotated[list[Annotated[Line, StringConstraints(min_length=1, max_length=50)]], Field(max_length=50)]


class _Details(Body):
    email: Email | None = None
    phone: Phone | None = None
    date_of_birth: CalendarDate | None = None
    address: Line | None = None
    notes: Text | None = Field(default=None, description="Clinical notes about the person.")
    tags: Tags | None = None
    locale: Locale | None = Field(default=None, description="For reminders; else the practice's.")
    timezone: TimeZone | None = Field(default=None, description="For reminders; else the practice's.")
    consent_given_at: Instant | None = None


class ClientCreate(_Details):
    """A new client."""

    first_name: Name
    last_name: Name
    reminders_opt_out: StrictBool = False


class ClientUpdate(_Details):
    """Changes of a client; a field left out stays, a null clears."""

    first_name: Name = unset()
    last_name: Name = unset()
    reminders_opt_out: StrictBool = unset()
    email_bounced_at: None = Field(
        default=None, description="Null takes the mark off the address, for everybody who has it."
    )
