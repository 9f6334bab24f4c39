"""What clients take in."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

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


EARLIEST_BIRTH = date(1900, 1, 1)


def not_before_1900(day: date) -> date:
    """Nobody who is treated was born earlier: a slip, such as 0984 for 1984."""
    if day < EARLIEST_BIRTH:
        raise ValueError("must be between 1900-01-01 and today")
    return day


class _Details(Body):
    email: Email | None = None
    phone: Phone | None = None
    date_of_birth: Annotated[CalendarDate, AfterValidator(not_before_1900)] | None = Field(
        default=None, description="Between 1900-01-01 and today, in the practice's zone."
    )
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
