"""What every request body is made of: strict, unknown fields refused, text kept exactly as sent."""

import re
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from pazpaz.core.base.clock import EARLIEST_YEAR, LATEST_YEAR

PageSize = Annotated[int, Query(ge=1, le=100, description="How many items a page holds at most.")]
CursorText = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]
Moment = TypeVar("Moment", bound=date)


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, as they were sent: a null clears, a missing one stays."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def unset() -> Any:
    """Return the default of an update's field that may be left out but not be null."""
    return Field(default=None)


def no_nul(text: str) -> str:
    """PostgreSQL's text cannot hold U+0000, so it is refused everywhere."""
    if "\x00" in text:
        raise ValueError("must not contain U+0000")
    return text


def _written_as(form: re.Pattern[str], message: str) -> BeforeValidator:
    """Dates and instants come as strings of one form: no number, and no digits, are taken for a Unix time."""

    def check(value: object) -> object:
        if isinstance(value, (date, datetime)):  # the code's own, such as the demo's
            return value
        if not isinstance(value, str):
            raise ValueError("must be a string")  # noqa: TRY004 (pydantic turns only ValueError into a problem)
        if form.fullmatch(value) is None:
            raise ValueError(message)
        return value

    return BeforeValidator(check)


def in_range(moment: Moment) -> Moment:
    """Moments of a practice's life; the far ends of the calendar overflow in some zone."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(f"must be between the years {EARLIEST_YEAR} and {LATEST_YEAR}")
    return moment


def one_line(text: str) -> str:
    """Names end up in headers of mails and files: no line breaks or other control characters."""
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("must not contain control characters")
    return text


def short_local_part(address: str) -> str:
    """RFC 5321 4.5.3.1.1: at most 64 octets before the @."""
    if address.index("@") > 64:
        raise ValueError("must have at most 64 characters before the @")
    return address


def not_blank(text: str) -> str:
    """Refuse a name of spaces."""
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def known_zone(name: str) -> str:
    """Return an IANA time zone of the installed tzdata."""
    if name not in zones():
        raise ValueError("must be an IANA time zone such as Asia/Jerusalem")
    return name


def zones() -> frozenset[str]:
    """All IANA zone names, read once."""
    global _zones  # noqa: PLW0603 (read once per process)
    if _zones is None:
        import zoneinfo

        _zones = frozenset(zoneinfo.available_timezones())
    return _zones


_zones: frozenset[str] | None = None

Text = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(no_nul)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(one_line)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(one_line),
    AfterValidator(not_blank),
]
# RFC 5321's dot-atom at a domain name; a name in another script is written in its ASCII form (RFC 5890).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=rf"^{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*$"),
    AfterValidator(short_local_part),
]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(one_line)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(known_zone)]
_DAY = r"\d{4}-\d{2}-\d{2}"
_INSTANT = re.compile(
    rf"{_DAY}[Tt ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?([Zz]|[+-]\d{{2}}:\d{{2}})?", re.ASCII
)
Instant = Annotated[
    AwareDatetime, _written_as(_INSTANT, "must be an RFC 3339 instant"), AfterValidator(in_range)
]
CalendarDate = Annotated[date, _written_as(re.compile(_DAY, re.ASCII), "must be a date as YYYY-MM-DD")]
