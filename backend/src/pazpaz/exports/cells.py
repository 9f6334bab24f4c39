"""Rows as CSV for people: what a spreadsheet would take for a formula is kept from being one."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pazpaz.clients.phones import Dialling, shown

BOM = "\ufeff".encode()  # without it Excel reads Hebrew as if it were Latin
# A cell is a formula when it begins with one of these, also after spaces nobody sees, and in full width.
_SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
_DROPPED = ("\t", "\r", "\0")  # at a start, and a reader looks at what follows (OWASP, ASVS 1.2.10)
_UNSEEN = (*range(0x20), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_BLANK = "".join({*map(chr, _UNSEEN), *filter(str.isspace, map(chr, range(0x3001)))})
_NUMBER = re.compile(r"[\s\d]+")


def plain(text: str) -> str:
    """Return the text, behind an apostrophe if its cell would be a formula; nothing inside of it is changed."""
    begins = text.startswith(_DROPPED) or text.lstrip(_BLANK).startswith(_SIGNS)
    return f"'{text}" if begins else text


def phone(typed: str, dialling: Dialling) -> str:
    """Return a phone number as people dial it, and as text: a spreadsheet takes the zero off what is digits alone."""
    text = shown(typed, dialling)
    return f"'{text}" if _NUMBER.fullmatch(text) else plain(text)


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return the day and time there, in the one form that every spreadsheet knows for a date."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def cell(value: Any) -> str:
    """Return a value as people read it; instants are in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None else plain(value) if isinstance(value, str) else str(value)


def lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Cells as CSV (RFC 4180), every one in quotes."""
    return b"".join(map(_line, rows))


def _line(row: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(row)
    return text.getvalue().encode()
