"""What every request body is made of: strict, unknown fields refused, text kept exactly as sent."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

EARLIEST_YEAR = 1900
LATEST_YEAR = 2200


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, as they were sent: a null clears, a missing one stays."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def unset() -> Any:
    """The default of an update's field that may be left out but not be null."""
    return Field(default=None)


def no_nul(text: str) -> str:
    """PostgreSQL's text cannot hold U+0000, so it is refused everywhere."""
    if "\x00" in text:
        message = "must not contain U+0000"
        raise ValueError(message)
    return text


def only_text(value: object) -> object:
    """Dates and instants come as strings: a number is not taken for a Unix time."""
    if not isinstance(value, str):
        message = "must be a string"
        raise ValueError(message)  # noqa: TRY004 (pydantic turns only ValueError into a problem)
    return value


def in_range(moment: datetime) -> datetime:
    """Moments of a practice's life; the far ends of the calendar overflow in some zone."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        message = f"must be between the years {EARLIEST_YEAR} and {LATEST_YEAR}"
        raise ValueError(message)
    return moment


def one_line(text: str) -> str:
    """Names end up in headers of mails and files: no line breaks or other control characters."""
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        message = "must not contain control characters"
        raise ValueError(message)
    return text


def not_blank(text: str) -> str:
    """A name of spaces is no name."""
    if not text.strip():
        message = "must not be blank"
        raise ValueError(message)
    return text


def known_zone(name: str) -> str:
    """An IANA time zone of the installed tzdata."""
    if name not in zones():
        message = "must be an IANA time zone such as Asia/Jerusalem"
        raise ValueError(message)
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
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+$"),
    AfterValidator(one_line),
]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(one_line)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(known_zone)]
Instant = Annotated[AwareDatetime, BeforeValidator(only_text), AfterValidator(in_range)]
CalendarDate = Annotated[date, BeforeValidator(only_text)]
