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
_SIGN = re.compile("([=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])")
_SEPARATORS = (",", ";", "|", '"', "'")
_BREAKS = ("\t", "\r", "\n")
_BREAK = re.compile(r"([\t\r\n])")
_UNSEEN = (*range(0x20), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_BLANK = "".join({*map(chr, _UNSEEN), *filter(str.isspace, map(chr, range(0x3001)))})


def plain(text: str) -> str:
    """Return the text with an apostrophe where a formula might begin (OWASP, CSV Injection).

    From sign to sign, so that each letter is looked at once however the text is made.
    """
    before, *rest = _SIGN.split(text)
    parts: list[str] = []
    for sign, following in zip(rest[::2], rest[1::2], strict=True):
        seen = before.rstrip(_BLANK)
        blanks = before[len(seen) :]
        begins = seen.endswith(_SEPARATORS) or not (seen or parts)
        parts += [seen, "'" if begins else "", _BREAK.sub(r"\1'", blanks) if blanks else "", sign]
        before = following
    safe = "".join([*parts, before])
    return f"'{safe}" if safe.startswith(_BREAKS) else safe


def cell(value: Any) -> str:
    """Return a value as people read it; instants are in UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "" if value is None else plain(value) if isinstance(value, str) else str(value)


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV (RFC 4180), every cell in quotes."""
    return b"".join(map(_line, rows))


def _line(row: Sequence[Any]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow([cell(value) for value in row])
    return text.getvalue().encode()
