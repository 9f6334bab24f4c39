"""Reading a delivery report (RFC 3464): any stranger's bytes, so little is read of them, and that line by line.

Whatever is too long or oddly formed is not understood, and nothing worse: each step costs no more than the
bytes it looks at, and none of them can fail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from pazpaz.reminders.links import log_of_return_path

HEAD_BYTES = 65_536  # in which the report's own fields end
READ_BYTES = 131_072  # in which its fields per recipient are; the message that came back follows them
_SENT_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
_RETURN_PATH = re.compile(r"\+b-[a-z2-7]{42}@", re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))', re.IGNORECASE)  # RFC 2046, 5.1.1
_FAILURES = ("4.", "5.")

Fields = list[tuple[str, str]]


class NotUnderstoodError(Exception):
    """Says what of a report is too long or oddly formed; never what stands in it."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A reminder came back for good, and with which status."""

    log_id: UUID
    status: str


def bounce_of(raw: bytes, secret: bytes) -> Bounce | None:
    """Return what a report says of a mail of ours; None for nothing, NotUnderstoodError when it cannot be read."""
    text = raw[:READ_BYTES].decode("latin-1").replace("\r\n", "\n")
    head, blank, body = text.partition("\n\n")
    if len(head) > HEAD_BYTES:
        raise NotUnderstoodError("its head is too long")
    fields = _fields(head.split("\n"))
    log_id = _log_of(fields, secret)
    kind = _first(fields, "content-type")
    if log_id is None or not blank or not _is(kind, "multipart/report"):
        return None
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        raise NotUnderstoodError("its parts have no boundary")
    status = _final_status(body.split("\n"), boundary[1] or boundary[2], is_whole=len(raw) <= READ_BYTES)
    return Bounce(log_id, status) if status else None


def _fields(lines: list[str]) -> Fields:
    """Return a block's fields, each with the lines that it is folded into."""
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line[:1] in (" ", "\t"):
            if found:
                found[-1][1].append(line)
            continue
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip().lower(), [value]))
    return [(name, "".join(parts)) for name, parts in found]


def _first(fields: Fields, wanted: str) -> str:
    return next((value.strip() for name, value in fields if name == wanted), "")


def _is(content_type: str, wanted: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == wanted


def _log_of(fields: Fields, secret: bytes) -> UUID | None:
    """Which reminder's return path the report was sent to."""
    sent_to = (value for name, value in fields if name in _SENT_TO)
    found = (
        log_of_return_path(secret, path[0]) for value in sent_to for path in _RETURN_PATH.finditer(value)
    )
    return next((log_id for log_id in found if log_id is not None), None)


def _final_status(lines: list[str], boundary: str, *, is_whole: bool) -> str | None:
    """Return the status of the first recipient whose delivery failed for good; of the class 4, if it was given up."""
    known = False
    for part in _parts(lines, f"--{boundary}"):
        blocks = _blocks(part)
        if not _is(_first(next(blocks, []), "content-type"), "message/delivery-status"):
            continue
        known = True
        for block in blocks:
            action, status = (_word(_first(block, name)) for name in ("action", "status"))
            if action.lower() == "failed" and status.startswith(_FAILURES):
                return status
    if not (known or is_whole):
        raise NotUnderstoodError("it is too long before its fields per recipient")
    return None


def _word(value: str) -> str:
    """Without the comment behind it."""
    return next(iter(value.split(maxsplit=1)), "")


def _parts(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Yield the lines of each part; the last one may be cut off."""
    part: list[str] | None = None
    for line in lines:
        rest = line[len(delimiter) :].strip() if line.startswith(delimiter) else None
        if rest not in ("", "--"):
            if part is not None:
                part.append(line)
            continue
        if part is not None:
            yield part
        if rest:
            return
        part = []
    if part is not None:
        yield part


def _blocks(lines: list[str]) -> Iterator[Fields]:
    """Yield the part's own fields, then those per message and per recipient (RFC 3464, 2.1); empty lines part them."""
    block: list[str] = []
    own = True
    for line in (*lines, ""):
        if line.strip():
            block.append(line)
        elif block or own:
            yield _fields(block)
            block, own = [], False
