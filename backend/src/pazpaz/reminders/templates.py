"""What a reminder says: plain `{placeholders}`, filled in by a parser that knows no others and evaluates nothing."""

import re
from collections.abc import Mapping
from types import MappingProxyType

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "client_first_name": "Dana",
        "appointment_date": "",
        "appointment_time": "",
        "practice_name": "",
        "therapist_name": "",
        "location": "",
    }
)
MOST_PLACEHOLDERS = 50  # each may stand for 500 characters
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

SUBJECTS = {
    "en": "Reminder: your appointment on {appointment_date} at {appointment_time}",
    "he": "תזכורת: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
BODIES = {
    "en": (
        "Hello {client_first_name},\n\n"
        "This is a reminder of your appointment at {practice_name} on {appointment_date} at"
        " {appointment_time}.\n\nSee you then!"
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "תזכורת לפגישה שלך אצל {practice_name} ביום {appointment_date} בשעה {appointment_time}.\n\nלהתראות!"
    ),
}
CANCELLED_SUBJECTS = {
    "en": "Cancelled: your appointment on {appointment_date} at {appointment_time}",
    "he": "בוטלה: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
CANCELLED_BODIES = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name} on {appointment_date} at {appointment_time} will not take"
        " place."
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name} ביום {appointment_date} בשעה {appointment_time} לא תתקיים."
    ),
}
RESCHEDULED_SUBJECTS = {
    "en": "New time: your appointment on {appointment_date} at {appointment_time}",
    "he": "מועד חדש: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
RESCHEDULED_BODIES = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name} has moved. It will be on {appointment_date} at"
        " {appointment_time}, and no longer on {known_date} at {known_time}."
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name} הועברה. היא תתקיים ביום {appointment_date} בשעה {appointment_time},"
        " ולא ביום {known_date} בשעה {known_time}."
    ),
}
REINSTATED_SUBJECTS = {
    "en": "Taking place: your appointment on {appointment_date} at {appointment_time}",
    "he": "מתקיימת: הפגישה שלך ביום {appointment_date} בשעה {appointment_time}",
}
REINSTATED_BODIES = {
    "en": (
        "Hello {client_first_name},\n\n"
        "Your appointment at {practice_name}, which was cancelled, will take place after all: on"
        " {appointment_date} at {appointment_time}."
    ),
    "he": (
        "שלום {client_first_name},\n\n"
        "הפגישה שלך אצל {practice_name}, שבוטלה, תתקיים בכל זאת: ביום {appointment_date} בשעה"
        " {appointment_time}."
    ),
}


def mistakes(template: str) -> list[str]:
    """Return what is wrong with a template: a placeholder too many or unknown, a brace that stands alone."""
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    found = []
    used = _PLACEHOLDER.findall(template)
    if len(used) > MOST_PLACEHOLDERS:
        found.append(f"has more than {MOST_PLACEHOLDERS} placeholders")
    if not set(used) <= set(PLACEHOLDERS):
        found.append(f"has a placeholder that is none of {known}")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        found.append("has a brace that belongs to no placeholder")
    return found


def filled(template: str, words: Mapping[str, str]) -> str:
    """Return the template with each placeholder's word in its place; what a word holds is never looked at again."""
    return _PLACEHOLDER.sub(lambda match: words.get(match.group(1), match.group(0)), template)
