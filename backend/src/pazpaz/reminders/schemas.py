"""What reminders take in, and what their views answer."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from pazpaz.accounts.models import Locale
from pazpaz.core.http.schemas import Body, CalendarDate, no_nul, not_blank, one_line, unset
from pazpaz.reminders.models import FEWEST_HOURS, MOST_HOURS, Festivals, Reason, ReminderKind, ReminderStatus
from pazpaz.reminders.templates import PLACEHOLDERS, mistakes

_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_WORDS = "Plain placeholders: " + ", ".join(f"`{{{name}}}`" for name in PLACEHOLDERS) + "."


def _template(text: str) -> str:
    for mistake in mistakes(text):
        raise ValueError(mistake)
    return text


def _window(text: str) -> str:
    start, _, end = text.partition("-")
    if _WINDOW.fullmatch(text) is None or start >= end:
        raise ValueError("must be a part of the day such as 08:00-20:00")
    return text


Hours = Annotated[StrictInt, Field(ge=FEWEST_HOURS, le=MOST_HOURS)]
Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(one_line),
    AfterValidator(not_blank),
    AfterValidator(_template),
]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=5_000),
    AfterValidator(no_nul),
    AfterValidator(not_blank),
    AfterValidator(_template),
]
Weekday = Annotated[StrictInt, Field(ge=1, le=7, description="1 is Monday, 7 is Sunday.")]
Window = Annotated[str, StringConstraints(max_length=11), AfterValidator(_window)]


class _Wording(Body):
    subject_template: Subject | None = Field(
        default=None, description=f"Without it, the default in the client's language. {_WORDS}"
    )
    body_template: Words | None = Field(
        default=None, description=f"Without it, the default in the client's language. {_WORDS}"
    )


class ReminderConfigurationCreate(_Wording):
    """A new rule."""

    hours_before: Hours
    is_active: StrictBool = True
    send_window: Window | None = Field(
        default=None,
        description="Such as `08:00-20:00` in the client's zone: one due at another time of the day moves to the"
        " nearest earlier moment in it, or the next later one.",
    )


class ReminderConfigurationUpdate(_Wording):
    """Changes of a rule; a field left out stays, a null clears."""

    hours_before: Hours = unset()
    is_active: StrictBool = unset()
    send_window: Window | None = None


def _once(days: list[Any]) -> list[Any]:
    return sorted(set(days))


class QuietDaysUpdate(Body):
    """Changes of the days without sending; a field left out stays."""

    weekdays: Annotated[list[Weekday], Field(max_length=6), AfterValidator(_once)] = unset()
    dates: Annotated[list[CalendarDate], Field(max_length=400), AfterValidator(_once)] = unset()
    festivals: Festivals | None = Field(
        default=None,
        description="Jewish festivals on which no work is done, as in Israel or abroad; null: none.",
    )
    from_sunset: StrictBool = unset()


class PreviewAsk(_Wording):
    """What to show: the rule as it is, or with this wording in its place."""

    locale: Locale | None = Field(default=None, description="The practice's, if left out.")


@dataclass(frozen=True, slots=True)
class Preview:
    """A reminder as it would be sent to an invented client."""

    subject: str
    text: str
    html: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A reminder of an appointment: one that was made, or one that is still to come, or not, and why."""

    log_id: UUID | None
    kind: ReminderKind
    configuration_id: UUID | None
    hours_before: int | None
    scheduled_start: datetime
    due_at: datetime
    due_local: str
    status: ReminderStatus | Literal["planned"]
    reason: Reason | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlannedList:
    """All reminders of one appointment."""

    items: list[PlannedReminder]
    total: int
    next_cursor: str | None = None
