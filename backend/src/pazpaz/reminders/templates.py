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
