"""Days and times as people read them, in mails and prints."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    "he": (
        "ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר",
        "דצמבר",
    ),
}  # fmt: skip
_WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "he": ("שני", "שלישי", "רביעי", "חמישי", "שישי", "שבת", "ראשון"),
}
_IN = {"en": "", "he": "ב"}  # before the month's name in a date


def day_words(moment: datetime, zone: str, language: str) -> str:
    """Write the day with its weekday, as people write it where that is."""
    local = moment.astimezone(ZoneInfo(zone))
    weekday, month = _WEEKDAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    return f"{weekday}, {local.day} {_IN[language]}{month} {local.year}"


def time_words(moment: datetime, zone: str, practice_zone: str) -> str:
    """Write the time of day there; with its offset from UTC when the practice has another one."""
    local, at_home = moment.astimezone(ZoneInfo(zone)), moment.astimezone(ZoneInfo(practice_zone))
    if local.utcoffset() == at_home.utcoffset():
        return f"{local:%H:%M}"
    offset = f"{local:%z}".replace("-", "\u2212")  # the minus, at which no line is broken
    return f"{local:%H:%M} (UTC{offset[:3]}:{offset[3:]})"


def moment_words(moment: datetime, zone: str, language: str) -> str:
    """Write day and time: in digits in Hebrew, with the month's name in English, where digits change places."""
    local = moment.astimezone(ZoneInfo(zone))
    if language == "he":
        return f"{local:%d.%m.%Y %H:%M}"
    return f"{local.day} {MONTHS[language][local.month - 1]} {local.year}, {local:%H:%M}"


def short_day(local: datetime, language: str) -> str:
    if language == "he":
        return f"{local.day}.{local.month}.{local.year}"
    return f"{local.day} {MONTHS[language][local.month - 1]:.3} {local.year}"
