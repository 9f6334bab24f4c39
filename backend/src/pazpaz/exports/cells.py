"""Rows as CSV for people: what a spreadsheet would take for a formula is kept from being one."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

BOM = "\ufeff".encode()  # without it Excel reads Hebrew as if it were Latin
# A cell begins a formula with one of these, also after spaces nobody sees, and in full width. One may begin
# after a separator or a line break too: a spreadsheet set to another separator splits there.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_FORMULA = re.compile(
    rf"(?:^|(?<=[\r\n\t,;|\"']))(?=[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00-\x1f]*[{_SIGNS}])|^(?=[\t\r\n])"
)


def plain(text: str) -> str:
    """The text with an apostrophe where a formula might begin (OWASP, CSV Injection)."""
    return _FORMULA.sub("'", text)


def cell(value: Any) -> str:
    """A value as people read it; instants are in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None else plain(value) if isinstance(value, str) else str(value)


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV (RFC 4180), every cell in quotes."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()
