"""Reading a delivery report: any stranger's bytes, so little is read of them, and that line by line.

Whatever is too long or oddly formed is not understood, and nothing worse: each step costs no more than the
bytes it looks at, and none of them can fail. `mime.py` takes it apart, this says what its parts tell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from pazpaz.core.mail.refusals import Cause, cause_of
from pazpaz.reminders.links import Act, link_of, log_of_return_path
from pazpaz.reminders.mime import Fields, NotUnderstoodError, Part, fields_of, first, head_of, parts_of

__all__ = ["READ_BYTES", "Bounce", "Failure", "NotUnderstoodError", "bounce_of"]

READ_BYTES = 131_072  # in which its fields per recipient are; the message that came back follows them
_SENT_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
_RETURN_PATH = re.compile(r"\+b-[a-z2-7]{42}@", re.IGNORECASE)
_LINK = re.compile(r"/r/([A-Za-z0-9_=%-]{44,60})>")
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_COPY_PARTS = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_COPY_LINES = re.compile(
    r"-+ *(?:Below this line is a copy|This is a copy of|Original message|Returned message|Message header)",
    re.IGNORECASE,
)
_DAEMONS = re.compile(
    r"(?:^|[<\s\"])(?:mailer-daemon|postmaster|mail-daemon|mdaemon|mailerdaemon)@", re.IGNORECASE
)
_OPENINGS = re.compile(
    r"^ *(?:Hi\. This is the |This message was created automatically by mail delivery)", re.MULTILINE
)
_WAITS = re.compile(
    r"\bdelayed\b|\bwarning\b|not yet been|will be retried|still (?:being|trying)|keep trying|temporary failure",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(r"I've given up|envelope expired", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>;,:\"@]{1,100}+@[^\s<>;,:\"]{1,255}+")
_KNOWN = re.compile(
    r"(?:(?:original|final|x-actual)-recipient|action|status|remote-mta|diagnostic-code|last-attempt-date"
    r"|final-log-id|will-retry-until|original-envelope-id|reporting-mta|dsn-gateway|received-from-mta|arrival-date"
    r"|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_MOST_RECIPIENTS = 50
_MOST_LINES = 400  # of what is written for people
_MOST_CHARACTERS = 1_000  # of a field that names addresses


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient whose mail came back for good, if it is named, and why."""

    recipients: tuple[str, ...]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Bounce:
    """A reminder came back for good; without failures nobody knows why."""

    log_id: UUID
    failures: tuple[Failure, ...] = ()


def bounce_of(raw: bytes, secret: bytes) -> Bounce | None:
    """Return what a report says of a mail of ours; None for nothing, NotUnderstoodError when it cannot be read."""
    is_whole = len(raw) <= READ_BYTES
    text = raw[:READ_BYTES].decode("latin-1").replace("\r\n", "\n")
    head, body = head_of(text)
    whole = Part(head, body.split("\n"))
    parts = list(parts_of(whole))
    log_id = _sent_to(head, secret) or _returned(parts, secret)
    if log_id is None:
        return None
    known = [part for part in parts if part.kind in _STATUS_PARTS]
    if known:
        blocks = [block for part in known for block in _blocks(part.lines)]
        return _bounce(log_id, blocks, _notice(parts))
    if not is_whole and whole.kind == "multipart/report":
        raise NotUnderstoodError("it is too long before its fields per recipient")
    return _without_fields(log_id, head, parts)


def _sent_to(fields: Fields, secret: bytes, names: tuple[str, ...] = _SENT_TO) -> UUID | None:
    """Which reminder's return path the report was sent to."""
    sent_to = (value for name, value in fields if name in names)
    found = (
        log_of_return_path(secret, path[0]) for value in sent_to for path in _RETURN_PATH.finditer(value)
    )
    return next((log_id for log_id in found if log_id is not None), None)


def _returned(parts: list[Part], secret: bytes) -> UUID | None:
    """Which reminder came back, by what only its mail holds: its return path, or the link to unsubscribe."""
    for part in parts:
        if part.kind not in _COPY_PARTS:
            continue
        fields = fields_of(part.head_lines())
        if (log_id := _sent_to(fields, secret, ("return-path",))) is not None:
            return log_id
        token = _LINK.search(first(fields, "list-unsubscribe"))
        link = link_of(secret, token[1].replace("%3D", "=")) if token else None
        if link is not None and link.act is Act.UNSUBSCRIBE:
            return link.log_id
    return None


def _bounce(log_id: UUID, blocks: list[Fields], notice: list[str]) -> Bounce | None:
    """Return what the fields per recipient say; None if none of the deliveries has failed for good."""
    said = [_failure(block, notice) for block in blocks[:_MOST_RECIPIENTS] if _has_failed(block, notice)]
    return Bounce(log_id, tuple(said)) if said else None


def _has_failed(block: Fields, notice: list[str]) -> bool:
    """Whether it failed for good. Who gives up a mail as `delayed` says so in words only (OpenSMTPD, Haraka)."""
    action, status = (first(block, name).lower() for name in ("action", "status"))
    if action.startswith("failed"):
        return not status.startswith("2")
    if action.startswith("delayed") and not first(block, "will-retry-until"):
        return any(_GIVEN_UP.search(line) for line in notice)
    said = f"{status} {_reply(block)}".strip()
    return not action and (said.startswith("5") or (not said and bool(first(block, "final-recipient"))))


def _failure(block: Fields, notice: list[str]) -> Failure:
    recipients = tuple(
        found[0].lower()
        for name in ("final-recipient", "original-recipient", "x-actual-recipient")
        if (found := _ADDRESS.search(first(block, name)[:_MOST_CHARACTERS]))
    )
    said = first(block, "diagnostic-code") or _said_of(recipients, notice)
    return Failure(recipients, cause_of(first(block, "status"), said, recipients))


def _reply(block: Fields) -> str:
    """Return the diagnostic without its kind."""
    return first(block, "diagnostic-code").rpartition(";")[2].strip()


def _said_of(recipients: tuple[str, ...], lines: list[str]) -> str:
    """Return what a text says below or beside a recipient's address, up to the next empty line."""
    for at, line in enumerate(lines):
        start = line.lstrip(" <*\t")
        for recipient in recipients:
            if not start.lower().startswith(recipient):
                continue
            said = [start[len(recipient) :].lstrip(">:; ")]
            for more in lines[at + 1 : at + 12]:
                if not more.strip() or _ADDRESS.match(more.lstrip(" <*\t")):
                    break
                said.append(more)
            return " ".join(said)
    return ""


def _notice(parts: list[Part]) -> list[str]:
    """Return what is written for people: the first text."""
    return next((part.lines[:_MOST_LINES] for part in parts if part.kind == "text/plain"), [])


def _without_fields(log_id: UUID, head: Fields, parts: list[Part]) -> Bounce | None:
    """Return what a report says that has no fields per recipient; None for what is none, or of a mere delay."""
    notice: list[str] = []
    for line in _notice(parts):
        if _COPY_LINES.match(line.strip()):
            break
        notice.append(line)
    text, subject = "\n".join(notice), first(head, "subject")
    kind = first(head, "content-type").lower()
    other = "report-type=" in kind.replace(" ", "") and "delivery-status" not in kind
    named = first(head, "x-failed-recipients")[:_MOST_CHARACTERS].lower()
    is_report = named or _DAEMONS.search(first(head, "from")) or _OPENINGS.search(text)
    if other or not is_report or _WAITS.search(subject) or _WAITS.search(text):
        return None
    found = tuple(dict.fromkeys(match[0] for match in _ADDRESS.finditer(named)))
    who = found or tuple(_addressed(notice))
    failures = (
        Failure((one,), cause_of("", _said_of((one,), notice), (one,))) for one in who[:_MOST_RECIPIENTS]
    )
    return Bounce(log_id, tuple(failures))


def _addressed(lines: list[str]) -> Iterator[str]:
    """Yield the addresses that begin a line, as qmail and its heirs write them: `<rina@example.org>:`."""
    for line in lines:
        found = _ADDRESS.match(line.lstrip(" <").lower())
        if found and line.rstrip().endswith(":"):
            yield found[0]


def _blocks(lines: list[str]) -> Iterator[Fields]:
    """Yield the groups of fields, per message and per recipient (RFC 3464, 2.1); empty lines part them.

    What begins no field that is known goes on with the one before: some servers do not indent what they fold.
    """
    block: list[str] = []
    for line in (*lines, ""):
        if line.strip():
            block.append(line if _KNOWN.match(line) or not block else f" {line}")
        elif block:
            yield fields_of(block)
            block = []
